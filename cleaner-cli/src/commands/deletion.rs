use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use cleaner_core::event::{JournalWriter, Reporter};
use cleaner_core::plan::Plan;
use cleaner_core::report::{ApiStats, Outcome, Report};
use cleaner_core::run::{Cleaner, Run, RunError, Task};
use jiff::Timestamp;

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
    pub(super) ui: &'a Ui,
    setup: &'a Setup,
    task: Task,
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
        let cannot = |what: &str, path: &Path, error: std::io::Error| {
            Failure::usage(format!("the {what} cannot be written to {}: {error}.", path.display()))
        };
        let report = args
            .report
            .as_deref()
            .map(|path| OutputFile::prepare(path).map_err(|error| cannot("report", path, error)))
            .transpose()?;
        let events = args
            .events
            .as_deref()
            .map(|path| File::create(path).map_err(|error| cannot("events", path, error)))
            .transpose()?;
        Ok(Self {
            args,
            ui,
            setup,
            task: Task::Clear,
            signals: Signals::listen(),
            report,
            events,
            started_at: Timestamp::now(),
            stats: Arc::default(),
        })
    }

    /// The same for a run that is for something else.
    pub(super) fn of(self, task: Task) -> Self {
        Self { task, ..self }
    }

    /// Makes sure that the deletion is or can be confirmed, and finds credentials.
    ///
    /// # Errors
    /// What is in the way, with a report.
    pub(super) async fn connect(&self, wish: Wish) -> Result<Cleaner, Ended> {
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
    pub(super) fn not_begun(&self, cleaner: Option<&Cleaner>, error: RunError) -> Ended {
        let stopped_by = cleaner.and_then(|cleaner| cleaner.stop().cause());
        let report = Report::early(&tool(), self.started_at, &error, stopped_by, &self.stats);
        Ended { report: Report { task: self.task, ..report }, error: Some(error) }
    }

    /// Writes the report, shows the result, and says what went wrong.
    ///
    /// # Errors
    /// The report could not be written after all.
    pub(super) fn end(self, ended: &Ended, text: impl FnOnce(&Report) -> String) -> Result<Exit, Failure> {
        let report = &ended.report;
        let written = self.write(report);
        if self.ui.json() {
            print_json(report)?;
        } else if ended.error.is_none() {
            print(&text(report))?;
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

    /// The end of a run that had a plan, or never came to one: what a dry run shows is the plan, any other its summary.
    ///
    /// # Errors
    /// The report could not be written after all.
    pub(super) fn conclude(self, ended: &Ended, plan: Option<Plan>) -> Result<Exit, Failure> {
        let (verbosity, paint) = (self.ui.verbosity, self.ui.out);
        match plan {
            Some(plan) if self.args.dry_run => {
                let registry = self.setup.registry.clone();
                self.end(ended, move |report| render::plan(&plan, report, &registry, verbosity, paint))
            }
            _ => {
                let summary = self.summary();
                self.end(ended, summary)
            }
        }
    }

    fn write(&self, report: &Report) -> Result<(), Failure> {
        let Some(file) = &self.report else { return Ok(()) };
        file.write(|file| Ok(serde_json::to_writer_pretty(file, report)?))
            .map_err(|error| Failure::unexpected(format!("the report could not be written: {error}.")))
    }

    /// The summary of a run as text.
    pub(super) fn summary(&self) -> impl FnOnce(&Report) -> String + use<> {
        let (verbosity, paint) = (self.ui.verbosity, self.ui.out);
        move |report| render::summary(report, verbosity, paint)
    }
}

impl From<Report> for Ended {
    fn from(report: Report) -> Self {
        Self { report, error: None }
    }
}
