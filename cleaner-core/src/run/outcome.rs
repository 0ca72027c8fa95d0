use super::coverage::{Coverage, Known};
use super::stop::StopCause;
use super::{Run, RunError, Task};
use crate::account::Refusal;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::execute::{Executor, ItemResult, Order};
use crate::plan::Plan;
use crate::report::{Outcome, Report};
use crate::resource::ResourceKey;

impl Run<'_> {
    /// Ends the run with a report of the plan; nothing was deleted or emptied.
    pub fn dry_run(mut self, plan: &Plan) -> Report {
        self.report.planned_only(plan);
        let planned = plan.items().into_iter().chain(plan.to_empty());
        let planned: Vec<ResourceKey> =
            planned.map(|place| plan.entries[place as usize].resource.key()).collect();
        self.say_corrected(&planned);
        self.finish(None, None)
    }

    /// What a dry run of this plan would report, for showing it to somebody who is to confirm it. The run goes on.
    pub fn preview(&self, plan: &Plan) -> Report {
        let mut preview = self.report.clone();
        preview.plan(plan);
        preview.planned_only(plan);
        let report = preview.build(self.cleaner.stats(), None);
        Report { outcome: Outcome::DryRun, ..report }
    }

    /// Deletes what the plan says, looks again until the account is clean or no more can be done, and reports.
    ///
    /// The report is complete in every case: what failed, what holds it, and what nobody knows.
    ///
    /// # Errors
    /// Only a refusal, before anything was deleted.
    pub async fn clear(mut self, plan: Plan) -> Result<Report, RunError> {
        self.check_limit(&plan)?;
        let fatal = self.execute(&plan).await;
        if fatal.is_some() || self.cleaner.stop().cause().is_some() {
            return Ok(self.finish(fatal, None));
        }
        let proven = self.prove(plan).await;
        Ok(self.settle(proven).await)
    }

    /// Looks again until everything is as it should be, and then across all types. Tells whether it came to that.
    async fn prove(&mut self, plan: Plan) -> Result<bool, RunError> {
        if mutated!(SkipsVerify) {
            return Ok(true);
        }
        if self.options().coverage == Coverage::Off {
            return self.verify(plan).await;
        }
        let mut known = Known::default();
        plan.entries.iter().for_each(|entry| known.add(&entry.resource, self.registry()));
        let proof = self.verify(plan).await?;
        self.cover(known).await?;
        Ok(proof)
    }

    /// Ends a run that looked again, and does what remains to be done when nothing is left to delete: what is to be there is made,
    /// and the account's settings are looked at.
    pub(super) async fn settle(mut self, proven: Result<bool, RunError>) -> Report {
        let settled = async {
            let proof = proven?;
            self.restore().await?;
            self.compare_settings().await?;
            Ok(proof)
        };
        let settled = settled.await;
        self.finish_proven(settled)
    }

    /// Ends the run before it deleted anything, with a report of what is known so far.
    pub fn give_up(mut self, error: RunError) -> Report {
        match error {
            RunError::Refused(refusal) => {
                let report = self.report.build(self.cleaner.stats(), None);
                self.close(report, Outcome::Refused, Some(refusal.to_string()), None)
            }
            RunError::Usage(problems) => {
                let report = self.report.build(self.cleaner.stats(), None);
                self.close(report, Outcome::Failed, Some(problems.join(" ")), None)
            }
            RunError::Failed(error)
                if error.kind == ErrorKind::Interrupted && self.stop_cause().is_some() =>
            {
                self.finish(None, None)
            }
            RunError::Failed(error) => self.finish(Some(error), None),
        }
    }

    /// Says whether the plan deletes more than may be deleted. [`clear`](Self::clear) and [`apply`](Self::apply) ask this themselves;
    /// who shows the plan to somebody asks before.
    ///
    /// # Errors
    /// The refusal.
    pub fn check_limit(&self, plan: &Plan) -> Result<(), RunError> {
        let planned = plan.items().len();
        match self.options().max_deletions {
            Some(limit) if planned > limit && !mutated!(LimitMeansNothing) => {
                Err(Refusal::TooManyDeletions { planned, limit }.into())
            }
            _ => Ok(()),
        }
    }

    /// Deletes the items of a plan, and takes down what became of them.
    pub(super) async fn execute(&mut self, plan: &Plan) -> Option<Error> {
        let (results, fatal) = self.execute_items(plan).await;
        for (place, result) in plan.items().into_iter().zip(results) {
            self.report.result(&plan.entries[place as usize].resource.key(), result);
        }
        fatal
    }

    pub(super) async fn execute_items(&mut self, plan: &Plan) -> (Vec<ItemResult>, Option<Error>) {
        let items = plan.items();
        let relations = plan.relations(self.registry());
        let graph = plan.graph(&relations, self.registry());
        let order = Order { plan, items: &items, graph: &graph, relations: &relations };
        let executor = Executor {
            access: &self.access,
            registry: self.cleaner.registry(),
            patience: self.options().patience,
            task: Task::Clear,
        };
        let results = executor.run(&order, &mut self.recorder).await;
        self.drain_slowed();
        self.stop_if_unheard();
        results
    }

    /// Stops the run if nobody can be told any more what happens.
    pub(super) fn stop_if_unheard(&self) {
        if self.recorder.failure().is_some() {
            self.cleaner.stop().stop(StopCause::Reporter);
        }
    }

    /// Closes the books of a run that looked again, and knows whether it came to what it was for, or what kept it from looking.
    pub(super) fn finish_proven(self, proven: Result<bool, RunError>) -> Report {
        match proven {
            Ok(proof) => self.finish(None, Some(proof)),
            Err(RunError::Failed(error)) if error.kind != ErrorKind::Interrupted => {
                self.finish(Some(error), None)
            }
            Err(_) => self.finish(None, None),
        }
    }

    /// Closes the books.
    pub(super) fn finish(mut self, fatal: Option<Error>, proof: Option<bool>) -> Report {
        let cause = self.stop_cause();
        self.settle_baseline();
        let report = self.report.build(self.cleaner.stats(), cause);
        let summary = &report.summary;
        let left = summary.failed + summary.blocked + summary.pending;
        let unknown =
            if mutated!(UnknownIsClean) { 0 } else { summary.unknown_lists + summary.unknown_verdicts };
        let is_strict = self.options().coverage == Coverage::Strict;
        let not_restored = report.restored.iter().filter(|one| one.error.is_some()).count();
        let drifted = report.baseline.as_ref().filter(|_| self.options().strict_baseline);
        let drift = drifted.map_or(0, |baseline| baseline.drift() + baseline.unknown.len());
        let (outcome, reason) = match (&fatal, cause, proof) {
            (Some(error), _, _) => (Outcome::Failed, Some(error.to_string())),
            (None, Some(StopCause::Reporter), _) => (
                Outcome::Failed,
                Some("what happened could not be written down, so the run stopped.".to_owned()),
            ),
            (None, Some(StopCause::Deadline), _) => {
                (Outcome::Interrupted, Some("the deadline passed with work left.".to_owned()))
            }
            (None, Some(StopCause::Interrupt), _) => {
                (Outcome::Interrupted, Some("the run was stopped.".to_owned()))
            }
            (None, None, None) if unknown == 0 => (Outcome::DryRun, None),
            (None, None, None) => {
                let reason =
                    format!("this was a dry run; {unknown} listings or rules could not be answered.");
                (Outcome::Incomplete, Some(reason))
            }
            (None, None, Some(_)) if left > 0 => {
                let state = if report.task.is_clear() { "gone" } else { "empty" };
                (Outcome::Leftovers, Some(format!("{left} resources should be {state} and are not.")))
            }
            (None, None, Some(_)) if unknown > 0 => {
                let reason = format!("{unknown} listings or rules could not be answered, so nobody knows.");
                (Outcome::Incomplete, Some(reason))
            }
            (None, None, Some(false)) => (
                Outcome::Leftovers,
                Some("the account did not stay clean while it was looked at.".to_owned()),
            ),
            (None, None, Some(true)) if not_restored > 0 => (
                Outcome::Incomplete,
                Some(format!("{not_restored} things that are to be there could not be made.")),
            ),
            (None, None, Some(true)) if drift > 0 => {
                (Outcome::Incomplete, Some(format!("{drift} things of the baseline are not as they were.")))
            }
            (None, None, Some(true)) if is_strict && summary.unsupported > 0 => {
                let count = summary.unsupported;
                (Outcome::Incomplete, Some(format!("{count} resources are there that no type lists.")))
            }
            (None, None, Some(true)) if is_strict && summary.unknown_coverage > 0 => {
                let reason = "nobody knows whether there is anything that no type lists.".to_owned();
                (Outcome::Incomplete, Some(reason))
            }
            (None, None, Some(true)) => (Outcome::Clean, None),
        };
        self.close(report, outcome, reason, fatal)
    }

    /// What stopped the run, be it that nobody could be told what happens.
    fn stop_cause(&self) -> Option<StopCause> {
        self.stop_if_unheard();
        self.cleaner.stop().cause()
    }

    fn close(
        mut self,
        mut report: Report,
        outcome: Outcome,
        reason: Option<String>,
        fatal: Option<Error>,
    ) -> Report {
        self.drain_slowed();
        drop(self.deadline);
        report.outcome = outcome;
        report.reason = reason;
        report.fatal = fatal;
        self.recorder.emit(EventKind::RunFinished {
            outcome,
            reason: report.reason.clone(),
            stopped_by: report.stopped_by,
            fatal: report.fatal.clone(),
            summary: report.summary.clone(),
            api: Box::new(report.api.clone()),
        });
        if let Err(error) = self.recorder.finish() {
            report.outcome = Outcome::Failed;
            report.reason = Some(format!("what happened could not be written down: {error}."));
        }
        report
    }
}
