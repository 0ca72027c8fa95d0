use super::{Run, RunError};
use crate::account::Refusal;
use crate::event::{EventKind, ItemRef};
use crate::plan::Plan;
use crate::report::{Journal, Report};

impl Run<'_> {
    /// Goes on where a run ended without coming to its end, with the plan that one made.
    ///
    /// Nothing of what it says is believed but what it decided: everything it was about is looked at again, as at the end of
    /// every run, and deleted where it is there and should not be. What was to stay stays. A run that was to follow a saved
    /// plan to the letter still does.
    ///
    /// # Errors
    /// Only a refusal, before anything was called.
    pub async fn resume(mut self, journal: &Journal) -> Result<Report, RunError> {
        let plan = self.check_journal(journal)?.clone();
        if let Some(remaining) = journal.remaining() {
            self.check_limit(&remaining)?;
            if journal.exact {
                return self.apply(remaining).await;
            }
        }
        self.compare_with_baseline(&plan.entries, &plan.lists);
        self.say_plan(&plan, false);
        self.report.plan(&plan);
        for place in plan.items() {
            let resource = &plan.entries[place as usize].resource;
            let Some(result) = journal.results.get(&resource.key()).filter(|result| result.outcome.is_gone())
            else {
                continue;
            };
            self.recorder.emit(EventKind::ItemFinished {
                item: ItemRef::from(&**resource),
                outcome: result.outcome,
                error: None,
                blocked_by: Vec::new(),
            });
            self.report.result(&resource.key(), result.clone());
        }
        let proven = self.verify(plan).await;
        Ok(self.settle(proven).await)
    }

    /// Says whether a run can be gone on with here: it is of this account, made a plan, and was about what this one is about.
    ///
    /// # Errors
    /// The refusal.
    pub fn check_journal<'j>(&self, journal: &'j Journal) -> Result<&'j Plan, RunError> {
        let wrong = |why: &str| Err(RunError::Refused(Refusal::WrongPlan(why.to_owned())));
        if !journal.task.is_clear() {
            return wrong(
                "the run emptied resources, and did not delete any; give it the same options once more",
            );
        }
        let Some(plan) = &journal.plan else {
            return wrong("the run ended before it had a plan; there is nothing to go on with");
        };
        self.check_plan(plan)?;
        let taken_at = self.options().baseline.as_ref().map(|baseline| baseline.taken_at().to_string());
        match (&journal.report().baseline, taken_at) {
            (Some(before), now) if now.as_ref() != Some(&before.taken_at) => {
                return wrong(&format!("the run had the baseline of {}; give it that one", before.taken_at));
            }
            (None, Some(_)) => return wrong("the run had no baseline; give it none"),
            _ => {}
        }
        let same = journal.regions.iter().eq(&self.regions)
            && journal.types.iter().eq(&self.types)
            && plan.stacks == self.stacks;
        if same || journal.exact {
            Ok(plan)
        } else {
            wrong("the run was about other types, regions or stacks; give the options it was given")
        }
    }
}
