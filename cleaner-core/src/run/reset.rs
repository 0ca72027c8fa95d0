//! A run that empties what stays.

use std::collections::{BTreeSet, HashMap};

use futures::stream::{self, StreamExt as _};
use jiff::Timestamp;
use tokio::time::Instant;

use super::choice::fits;
use super::session::entries_of;
use super::verify::FIRST_PAUSE;
use super::{Run, RunError};
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::execute::{Executor, Order};
use crate::lane::Purpose;
use crate::plan::{DataJudge, Graph, Plan, Relations, Unlisted};
use crate::report::{ItemOutcome, Report};
use crate::resource::{Resource, ResourceKey};
use crate::scan::Target;

/// How many resources are looked into at once.
const LOOKS_AT_ONCE: usize = 16;

impl Run<'_> {
    /// Lists what can be emptied, with the stacks above it, and decides what is. Calls nothing that writes.
    ///
    /// # Errors
    /// Credentials that are no longer accepted, or a run that was stopped. Failed listings are part of the plan.
    pub async fn plan_reset(&mut self) -> Result<Plan, RunError> {
        let created_at = Timestamp::now();
        let targets = self.holders();
        self.recorder.emit(EventKind::ScanStarted { lists: targets.len() });
        let found = self.scan(targets).await?;
        let all: Vec<&Resource> = found.resources.iter().map(|resource| &**resource).collect();
        let relations = Relations::of(all.iter().copied(), self.registry());
        let within = self.within(&all, &relations);
        let judge = DataJudge {
            rules: &self.options().reset_data,
            within: within.as_ref(),
            lifted: &self.options().lifted,
            selected: &self.types,
            regions: &self.regions,
            account: &self.identity.account,
            unlisted: &Unlisted::of(&found.lists, self.registry()),
            now: created_at,
        };
        let (verdicts, matched) = judge.verdicts(&all, &relations);
        let entries = entries_of(&found.resources, &relations, verdicts);
        let plan = self.announce_plan(created_at, entries, found.lists);
        self.say_missing_stacks(&plan);
        self.say_idle_rules(&plan, &matched);
        Ok(plan)
    }

    /// Empties what the plan says, looks whether all of it is there and holds nothing, and reports.
    ///
    /// The report is complete in every case: what could not be emptied, what in it is left, and what nobody knows.
    pub async fn reset(mut self, plan: Plan) -> Report {
        let fatal = self.empty(&plan, &plan.to_empty()).await;
        if fatal.is_some() || self.cleaner.stop().cause().is_some() {
            return self.finish(fatal, None);
        }
        let proven = self.prove_empty(&plan).await;
        self.finish_proven(proven.map(|()| true))
    }

    /// The listings of the chosen types, and of the stacks that own what there is of them.
    fn holders(&self) -> Vec<Target> {
        let mut targets = Vec::new();
        for handler in self.registry().handlers() {
            let spec = handler.spec();
            if !spec.is_stack && !self.types.contains(&spec.name) {
                continue;
            }
            let regions = self.regions.iter().filter(|region| fits(spec, region));
            targets.extend(regions.map(|region| Target { handler: handler.clone(), region: region.clone() }));
        }
        targets
    }

    /// Says which rules choose nothing.
    fn say_idle_rules(&mut self, plan: &Plan, matched: &BTreeSet<usize>) {
        // What could not be listed may be what a rule means.
        if plan.lists.iter().any(|list| !list.status.is_known()) {
            return;
        }
        let rules = self.options().reset_data.clone();
        for rule in rules.rule_ids().filter(|rule| !matched.contains(&rule.index)) {
            self.warn(format!("no resource of this run matches {rule}."));
        }
    }

    /// Empties resources, and takes down what became of them.
    async fn empty(&mut self, plan: &Plan, places: &[u32]) -> Option<Error> {
        // Nothing that is emptied waits for anything else.
        let (graph, relations) = (Graph::free(places.len()), Relations::default());
        let order = Order { plan, items: places, graph: &graph, relations: &relations };
        let executor = Executor {
            access: &self.access,
            registry: self.cleaner.registry(),
            patience: self.options().patience,
            task: self.options().task,
        };
        let (results, fatal) = executor.run(&order, &mut self.recorder).await;
        self.drain_slowed();
        self.stop_if_unheard();
        for (place, result) in places.iter().zip(results) {
            self.report.result(&plan.entries[*place as usize].resource.key(), result);
        }
        fatal
    }

    /// Looks again: everything that was emptied is to be listed as before, and to hold nothing. What does is emptied again, for as
    /// long as the user is patient: AWS may count late, and somebody may write to it.
    async fn prove_empty(&mut self, plan: &Plan) -> Result<(), RunError> {
        let (mut pass, mut pause) = (0, FIRST_PAUSE);
        let started = Instant::now();
        loop {
            pass += 1;
            let emptied: Vec<u32> =
                plan.to_empty().into_iter().filter(|place| self.is_emptied(plan, *place)).collect();
            let places: BTreeSet<_> =
                emptied.iter().map(|place| plan.entries[*place as usize].resource.place()).collect();
            let targets = self.targets_at(&places);
            self.recorder.emit(EventKind::VerifyStarted { pass, lists: targets.len() });
            let mut found = self.scan(targets).await?;
            self.report.doubt(&mut found.lists);
            self.report.lists_again(&found.lists);
            let there: HashMap<ResourceKey, &Resource> =
                found.resources.iter().map(|resource| (resource.key(), &**resource)).collect();
            let is_there = |resource: &Resource| {
                let now = there.get(&resource.key());
                now.is_some_and(|now| resource.is_replaced(now) != Some(true))
            };
            let mut wrong: Vec<(u32, Error)> = Vec::new();
            let mut present = Vec::new();
            for place in emptied {
                let resource = &plan.entries[place as usize].resource;
                if is_there(resource) || !self.report.is_listed(&resource.key()) {
                    present.push(place);
                } else {
                    let why = "it was emptied, and is no longer there, or another one is in its place.";
                    wrong.push((place, Error::new(ErrorKind::Gone, why)));
                }
            }
            let (full, mut unread) = self.look_into(plan, present).await?;
            wrong.append(&mut unread);
            self.recorder.emit(EventKind::VerifyFinished { pass, remaining: full.len() + wrong.len() });
            let is_patient = started.elapsed() < self.options().patience;
            let again: Vec<u32> = full.iter().map(|(place, _)| *place).collect();
            if !is_patient {
                wrong.extend(full.into_iter().map(|(place, what)| {
                    let why = format!("it was emptied, and holds {what} again.");
                    (place, Error::new(ErrorKind::Unexpected, why))
                }));
            }
            for (place, error) in wrong {
                let key = plan.entries[place as usize].resource.key();
                self.report.not_emptied(&key, error);
                self.say_corrected(&[key]);
            }
            if again.is_empty() || !is_patient {
                return Ok(());
            }
            self.wait(&mut pause).await?;
            if let Some(error) = self.empty(plan, &again).await {
                return Err(error.into());
            }
            if self.cleaner.stop().cause().is_some() {
                return Err(Error::interrupted().into());
            }
        }
    }

    fn is_emptied(&self, plan: &Plan, place: u32) -> bool {
        let key = plan.entries[place as usize].resource.key();
        self.report.result_of(&key).is_some_and(|result| result.outcome == ItemOutcome::Emptied)
    }

    /// Looks into resources: which hold something, and what; and of which nobody can say.
    async fn look_into(
        &self,
        plan: &Plan,
        places: Vec<u32>,
    ) -> Result<(Vec<(u32, String)>, Vec<(u32, Error)>), RunError> {
        let looks = places.into_iter().filter_map(|place| {
            let resource = plan.entries[place as usize].resource.clone();
            let handler = self.registry().get(resource.type_name.as_str())?.clone();
            let context = self.access.context(&resource.type_name, &resource.region, Purpose::List);
            Some(async move { (place, handler.contents(&context, &resource).await) })
        });
        let mut answers = stream::iter(looks).buffer_unordered(LOOKS_AT_ONCE);
        let (mut full, mut unread) = (Vec::new(), Vec::new());
        while let Some((place, answer)) = answers.next().await {
            match answer {
                Ok(None) => {}
                Ok(Some(what)) => full.push((place, what)),
                Err(error) if matches!(error.kind, ErrorKind::Interrupted | ErrorKind::Credentials) => {
                    return Err(error.into());
                }
                Err(error) => unread.push((place, error)),
            }
        }
        full.sort_unstable();
        unread.sort_unstable_by_key(|(place, _)| *place);
        Ok((full, unread))
    }
}
