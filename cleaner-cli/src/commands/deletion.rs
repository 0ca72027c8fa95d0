use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use cleaner_core::event::{JournalWriter, Reporter};
use cleaner_core::plan::Plan;
use cleaner_core::report::{ApiStats, Outcome, Report};
use cleaner_core::run::{Cleaner, Run, RunError, Task};
use jiff::Timestamp;
use serde::Serialize;

use crate::args::DeleteArgs;
use crate::confirm;
use crate::exit::Exit;
use crate::failure::{Failure, failed, message};
use crate::output::{OutputFile, print, print_json, say};
use crate::progress;
use crate::render;
use crate::setup::{Setup, Wish, tool};
use crate::signals::Signals;
use crate::ui::Ui;

/// What `clear`, `apply` and `reset-data` have in common: files that can be written, a confirmed account, and a report in every case.
pub(super) struct Deletion<'a> {
    pub(super) args: &'a DeleteArgs,
    ui: &'a Ui,
    setup: &'a Setup,
    task: Task,
    /// The plan that a dry run made.
    shown: Option<Plan>,
    signals: Signals,
    report: Option<OutputFile>,
    events: Option<File>,
    started_at: Timestamp,
    stats: Arc<ApiStats>,
}

/// How it ended: the report, and what kept the run from beginning.
pub(super) struct Ended {
    report: Report,
    error: Option<RunError>,
}

impl<'a> Deletion<'a> {
    /// Opens the files that are asked for.
    ///
    /// # Errors
    /// They cannot be written: nothing is deleted that nobody would learn of.
    pub(super) fn prepare(setup: &'a Setup, args: &'a DeleteArgs, ui: &'a Ui) -> Result<Self, Failure> {
        let report = prepare_report(args)?;
        let events = args.events.as_deref().map(create_events).transpose().map_err(Failure::usage)?;
        Ok(Self {
            args,
            ui,
            setup,
            task: Task::Clear,
            shown: None,
            signals: Signals::listen(),
            report,
            events,
            started_at: Timestamp::now(),
            stats: Arc::default(),
        })
    }

    /// Connects, and does this with the account; whatever it comes to, there is a report.
    pub(super) async fn attempt(
        &mut self,
        wish: Wish,
        work: impl AsyncFnOnce(&mut Self, &Cleaner) -> Result<Ended, RunError>,
    ) -> Ended {
        self.task = wish.task;
        match self.connect(wish).await {
            Ok(cleaner) => {
                let ended = work(self, &cleaner).await;
                ended.unwrap_or_else(|error| self.not_begun(Some(&cleaner), error))
            }
            Err(ended) => ended,
        }
    }

    /// Makes a plan for what the run is for, and carries it out once that is confirmed. A dry run only shows it.
    pub(super) async fn carry_out(&mut self, cleaner: &Cleaner) -> Result<Ended, RunError> {
        let mut run = cleaner.begin(self.reporters()).await?;
        let planned = if self.task.is_clear() { run.plan().await } else { run.plan_reset().await };
        let plan = match planned {
            Ok(plan) => plan,
            Err(error) => return Ok(run.give_up(error).into()),
        };
        if self.args.dry_run {
            let report = run.dry_run(&plan);
            self.shown = Some(plan);
            return Ok(report.into());
        }
        if let Err(error) = run.check_limit(&plan) {
            return Ok(run.give_up(error).into());
        }
        match self.confirm(&run, cleaner, &plan).await {
            Ok(()) if self.task.is_clear() => Ok(run.clear(plan).await?.into()),
            Ok(()) => Ok(run.reset(plan).await.into()),
            Err(error) => Ok(run.give_up(error).into()),
        }
    }

    /// Makes sure that the deletion is or can be confirmed, and finds credentials.
    ///
    /// # Errors
    /// What is in the way, with a report.
    async fn connect(&self, wish: Wish) -> Result<Cleaner, Ended> {
        let cleaner = async {
            confirm::check(self.args, self.args.account.is_some(), self.ui.attended)?;
            self.setup.connect(wish, self.stats.clone()).await
        };
        match cleaner.await {
            Ok(cleaner) => {
                self.signals.stops(cleaner.stop());
                Ok(cleaner)
            }
            Err(error) => Err(self.not_begun(None, error)),
        }
    }

    /// Those who are told what happens.
    pub(super) fn reporters(&mut self) -> Vec<Box<dyn Reporter>> {
        let mut reporters = vec![progress::reporter(self.ui)];
        if let Some(events) = self.events.take() {
            reporters.push(Box::new(JournalWriter::new(events)));
        }
        reporters
    }

    /// Shows what is to be deleted and asks whether it may be, unless that was said already.
    ///
    /// # Errors
    /// It was not confirmed.
    pub(super) async fn confirm(
        &self,
        run: &Run<'_>,
        cleaner: &Cleaner,
        plan: &Plan,
    ) -> Result<(), RunError> {
        let items = plan.items().len() + plan.to_empty().len();
        if !self.args.yes && items > 0 {
            let report = run.preview(plan);
            let (verbosity, paint) = (self.ui.verbosity, self.ui.err);
            say(render::preview(plan, &report, &self.setup.registry, verbosity, paint).trim_end());
            say("");
        }
        let account = &run.identity().account;
        confirm::ask(self.args, self.task, items, account, run.alias(), cleaner.stop()).await
    }

    /// The end of a run that never began.
    fn not_begun(&self, cleaner: Option<&Cleaner>, error: RunError) -> Ended {
        let stopped_by = cleaner.and_then(|cleaner| cleaner.stop().cause());
        let report = Report::early(&tool(), self.started_at, &error, stopped_by, &self.stats);
        Ended { report: Report { task: self.task, ..report }, error: Some(error) }
    }

    /// Writes the report, shows the result, and says what went wrong. What a dry run shows is the plan, if it made one; any other
    /// shows its summary.
    ///
    /// # Errors
    /// The report could not be written after all.
    pub(super) fn conclude(self, ended: &Ended) -> Result<Exit, Failure> {
        let report = &ended.report;
        let written = write_report(self.report.as_ref(), report);
        if self.ui.json() {
            print_json(report)?;
        } else if ended.error.is_none() {
            let (verbosity, paint) = (self.ui.verbosity, self.ui.out);
            print(&match &self.shown {
                Some(plan) => render::plan(plan, report, &self.setup.registry, verbosity, paint),
                None => render::summary(report, verbosity, paint),
            })?;
        }
        let endpoint = self.setup.endpoint();
        let complaint = match (&ended.error, &report.fatal, &report.reason) {
            (Some(error), _, _) => Some(message(error, endpoint.as_deref())),
            (None, Some(fatal), _) => Some(failed(fatal, endpoint.as_deref())),
            (None, None, Some(reason)) if report.outcome == Outcome::Refused => {
                Some(format!("refused: {reason}"))
            }
            (None, None, Some(reason)) if report.outcome == Outcome::Failed => {
                Some(format!("error: {reason}"))
            }
            _ => None,
        };
        if let Some(complaint) = complaint {
            say(&self.ui.err.failure(&complaint));
        }
        written?;
        Ok(match &ended.error {
            Some(error) => Exit::of_error(error, report.stopped_by),
            None => Exit::of_report(report),
        })
    }
}

/// The file of the report, if one is asked for; it is not written yet.
///
/// # Errors
/// It cannot be written.
pub(super) fn prepare_report(args: &DeleteArgs) -> Result<Option<OutputFile>, Failure> {
    let prepare = |path: &Path| {
        OutputFile::prepare(path).map_err(|error| Failure::usage(unwritable("report", path, &error)))
    };
    args.report.as_deref().map(prepare).transpose()
}

/// Writes the report where it was asked for.
///
/// # Errors
/// It could not be written after all.
pub(super) fn write_report(file: Option<&OutputFile>, report: &impl Serialize) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    file.write(|file| Ok(serde_json::to_writer_pretty(file, report)?))
        .map_err(|error| Failure::unexpected(format!("the report could not be written: {error}.")))
}

/// A new file for events.
///
/// # Errors
/// What to say of it if it cannot be written.
pub(super) fn create_events(path: &Path) -> Result<File, String> {
    File::create(path).map_err(|error| unwritable("events", path, &error))
}

/// Says why nothing can be written.
pub(super) fn unwritable(what: &str, path: &Path, error: &io::Error) -> String {
    format!("the {what} cannot be written to {}: {error}.", path.display())
}

impl From<Report> for Ended {
    fn from(report: Report) -> Self {
        Self { report, error: None }
    }
}
