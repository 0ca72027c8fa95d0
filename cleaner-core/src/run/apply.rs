use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use tokio::time::Instant;

use super::verify::FIRST_PAUSE;
use super::{Run, RunError};
use crate::account::Refusal;
use crate::event::EventKind;
use crate::execute::ItemResult;
use crate::plan::{Action, Entry, Plan, Verdict};
use crate::report::{ItemOutcome, ListReport, Report};
use crate::resource::{Fact, Region, Resource, ResourceKey, ThinVec, TypeName};
use crate::scan::{Found, Target};

impl Run<'_> {
    /// Deletes exactly what a saved plan says, and nothing that came or changed since.
    ///
    /// Each item is looked up again first: gone is fine; another resource under the same name (made at another time), or one that
    /// would be kept by now, stays and is said.
    ///
    /// # Errors
    /// Only a refusal, before anything was called.
    pub async fn apply(mut self, saved: Plan) -> Result<Report, RunError> {
        self.check_plan(&saved)?;
        self.check_limit(&saved)?;
        self.stacks.clone_from(&saved.stacks);
        self.remember(&saved);
        let targets = self.places(&saved);
        let current = match self.compare(&saved, targets.clone()).await {
            Ok(current) => current,
            Err(error) => return Ok(self.give_up(error)),
        };
        let fatal = self.execute(&current).await;
        if fatal.is_some() || self.cleaner.stop().cause().is_some() {
            return Ok(self.finish(fatal, None));
        }
        let proven = self.prove_applied(&current, targets).await;
        Ok(self.settle(proven).await)
    }

    /// Looks up what a saved plan says and reports what [`apply`](Self::apply) would do. Calls nothing that writes.
    ///
    /// # Errors
    /// Only a refusal, before anything was called.
    pub async fn dry_apply(mut self, saved: &Plan) -> Result<Report, RunError> {
        self.check_plan(saved)?;
        self.check_limit(saved)?;
        self.stacks.clone_from(&saved.stacks);
        self.remember(saved);
        let targets = self.places(saved);
        match self.compare(saved, targets).await {
            Ok(current) => Ok(self.dry_run(&current)),
            Err(error) => Ok(self.give_up(error)),
        }
    }

    /// Lists again what a saved plan is about, and takes down what is still as it says.
    async fn compare(&mut self, saved: &Plan, targets: Vec<Target>) -> Result<Plan, RunError> {
        self.regions.extend(targets.iter().map(|target| target.region.clone()));
        self.types.extend(targets.iter().map(|target| target.handler.spec().name.clone()));
        self.recorder.emit(EventKind::ScanStarted { lists: targets.len() });
        let mut found = self.scan(targets).await?;
        for list in &mut found.lists {
            let before = saved.lists.iter().find(|before| place_of(before) == place_of(list));
            let said = list.status;
            list.doubt(before);
            if list.status != said {
                self.say_listed(list);
            }
        }
        let mut lists = found.lists.clone();
        // What nobody knew when the plan was made, nobody knows now.
        let unknown = saved.lists.iter().filter(|list| !list.status.is_known());
        let again: HashSet<(String, String)> = lists.iter().map(place_of).collect();
        for list in unknown.filter(|list| !again.contains(&place_of(list))) {
            self.say_listed(list);
            lists.push(list.clone());
        }
        let (current, gone) = self.still_meant(saved, found, &lists);
        let current = Plan { lists, ..current };
        self.compare_with_baseline(&current.entries, &current.lists);
        self.say_plan(&current, true);
        self.report.plan(&current);
        for place in gone {
            let mut entry = saved.entries[place as usize].clone();
            Arc::make_mut(&mut entry.verdict).reason = "it was gone before the plan was applied".into();
            self.say_found(&entry, false);
            self.report.gone_before(&entry);
            self.say_corrected(&[entry.resource.key()]);
        }
        Ok(current)
    }

    /// Says whether a saved plan can be applied here at all: it is for this account, and all its types are known.
    ///
    /// # Errors
    /// The refusal.
    pub fn check_plan(&self, saved: &Plan) -> Result<(), RunError> {
        let wrong = |why: String| Err(RunError::Refused(Refusal::WrongPlan(why)));
        if saved.account != self.identity.account {
            return wrong(format!(
                "it is for account {}, these credentials open {}",
                saved.account, self.identity.account
            ));
        }
        for place in saved.items() {
            let type_name = &saved.entries[place as usize].resource.type_name;
            if self.registry().get(type_name.as_str()).is_none() {
                return wrong(format!(
                    "it names the resource type {type_name}, which this tool does not know"
                ));
            }
        }
        Ok(())
    }

    /// The listings in which the plan's items are to be found again, and the stacks that may own them.
    fn places(&self, saved: &Plan) -> Vec<Target> {
        let mut places: BTreeSet<(TypeName, Region)> = BTreeSet::new();
        for place in saved.items() {
            places.insert(saved.entries[place as usize].resource.place());
        }
        let regions: BTreeSet<Region> = places.iter().map(|(_, region)| region.clone()).collect();
        let everywhere = regions.iter().any(Region::is_global);
        for spec in self.registry().specs().filter(|spec| spec.is_stack) {
            let all = self.enabled.iter().filter(|region| everywhere || regions.contains(*region));
            places.extend(all.map(|region| (spec.name.clone(), region.clone())));
        }
        self.targets_at(&places)
    }

    /// What of a saved plan still is as it was; and the places in it of what is gone.
    fn still_meant(&self, saved: &Plan, found: Found, lists: &[ListReport]) -> (Plan, Vec<u32>) {
        let listed = found.known_places();
        let is_listed = |resource: &Resource| listed.contains(&resource.place());
        let items: HashMap<ResourceKey, u32> = saved
            .items()
            .into_iter()
            .map(|place| (saved.entries[place as usize].resource.key(), place))
            .collect();
        let present: BTreeSet<ResourceKey> = found.resources.iter().map(|resource| resource.key()).collect();
        let gone = items
            .iter()
            .filter(|(key, place)| {
                !present.contains(*key) && is_listed(&saved.entries[**place as usize].resource)
            })
            .map(|(_, place)| *place)
            .collect();
        // What stays elsewhere has its say in what is needed.
        let elsewhere = saved
            .entries
            .iter()
            .filter(|entry| !entry.verdict.deletes() && !is_listed(&entry.resource))
            .map(|entry| entry.resource.clone());
        let mut resources: Vec<Arc<Resource>> = elsewhere.chain(found.resources).collect();
        // What could not be listed again is not deleted on old knowledge.
        let unlisted: BTreeSet<ResourceKey> = items
            .iter()
            .filter(|(key, place)| {
                !present.contains(*key) && !is_listed(&saved.entries[**place as usize].resource)
            })
            .map(|(key, place)| {
                resources.push(saved.entries[*place as usize].resource.clone());
                key.clone()
            })
            .collect();
        resources.sort_by_cached_key(|resource| resource.key());
        // The age a rule asks for is that of the moment the plan was made: it was reviewed as it stands.
        let mut entries = self.judge(resources, saved.created_at, lists, Vec::new());
        for entry in &mut entries {
            let key = entry.resource.key();
            if unlisted.contains(&key) {
                entry.verdict = Verdict::unknown("plan", "it could not be listed again").into();
            } else {
                let before = items.get(&key).map(|place| &saved.entries[*place as usize]);
                check_identity(entry, before);
            }
        }
        self.spread(&mut entries);
        (Plan { entries, ..saved.clone() }, gone)
    }

    /// Looks again until everything the plan has deleted is gone from the lists, or nothing has changed for as long as the user is
    /// patient. Tells whether it came to that.
    async fn prove_applied(&mut self, plan: &Plan, targets: Vec<Target>) -> Result<bool, RunError> {
        let (mut pass, mut pause) = (0, FIRST_PAUSE);
        let (mut last_change, mut before) = (Instant::now(), usize::MAX);
        loop {
            pass += 1;
            self.recorder.emit(EventKind::VerifyStarted { pass, lists: targets.len() });
            let mut found = self.scan(targets.clone()).await?;
            self.report.doubt(&mut found.lists);
            self.report.lists_again(&found.lists);
            let still = still_there(plan, &found);
            let items = plan.items();
            let there: Vec<&ResourceKey> = items
                .iter()
                .filter_map(|place| still.get(&plan.entries[*place as usize].resource.key()))
                .collect();
            self.recorder.emit(EventKind::VerifyFinished { pass, remaining: there.len() });
            let lagging: Vec<&ResourceKey> =
                there.into_iter().filter(|key| !self.report.is_leftover(key)).collect();
            if lagging.len() < before {
                (last_change, before) = (Instant::now(), lagging.len());
            }
            if lagging.is_empty() || last_change.elapsed() >= self.options().patience {
                for key in &lagging {
                    self.report.still_listed(key);
                    self.say_corrected(&[(*key).clone()]);
                }
                self.confirm_gone(&still, &HashSet::new());
                return Ok(lagging.is_empty());
            }
            self.wait(&mut pause).await?;
        }
    }
}

/// Which resources of a plan are still listed, as far as they are the same.
fn still_there(plan: &Plan, found: &Found) -> BTreeSet<ResourceKey> {
    let present: HashMap<ResourceKey, &Resource> =
        found.resources.iter().map(|resource| (resource.key(), &**resource)).collect();
    let is_there = |planned: &Resource| {
        present.get(&planned.key()).is_some_and(|now| same_age(now, planned) != Some(false))
    };
    let entries = plan.entries.iter().map(|entry| &*entry.resource);
    entries.filter(|planned| is_there(planned)).map(Resource::key).collect()
}

fn place_of(list: &ListReport) -> (String, String) {
    (list.type_name.clone(), list.region.clone())
}

/// Keeps what is not in the plan, and what is no longer what the plan means.
fn check_identity(entry: &mut Entry, before: Option<&Entry>) {
    let Some(before) = before else {
        if entry.verdict.deletes() {
            entry.verdict = Verdict::keep("plan", "it is not in the plan").into();
        }
        return;
    };
    if !entry.verdict.deletes() {
        if entry.verdict.action == Action::Keep {
            let reason = format!("since the plan was made: {}", entry.verdict.reason);
            Arc::make_mut(&mut entry.verdict).reason = reason.into();
        }
        return;
    }
    match same_age(&entry.resource, &before.resource) {
        _ if mutated!(NoIdentityCheck) => {}
        Some(true) => {}
        Some(false) => {
            entry.verdict =
                Verdict::keep("plan", "it is another resource of the same name, made after the plan").into();
        }
        None => {
            entry.verdict =
                Verdict::unknown("plan", "its creation date cannot be read, so it may be another one by now")
                    .into();
        }
    }
}

/// Whether two resources of one name were made at the same time. `None`: one of the dates cannot be read.
fn same_age(now: &Resource, then: &Resource) -> Option<bool> {
    match (&now.created, &then.created) {
        (Fact::Known(now), Fact::Known(then)) => Some(now == then),
        (Fact::Absent, Fact::Absent) => Some(true),
        (Fact::Unreadable(_) | Fact::Unread, _) | (_, Fact::Unreadable(_) | Fact::Unread) => None,
        _ => Some(false),
    }
}

impl ItemResult {
    /// The result of something nobody had to delete.
    pub(crate) fn already_gone() -> Self {
        Self {
            outcome: ItemOutcome::AlreadyGone,
            attempts: 0,
            started_at: None,
            finished_at: None,
            error: None,
            blocked_by: ThinVec::new(),
            taken: false,
            again: false,
        }
    }

    /// The result of something nobody tried to delete, since these still need it.
    pub(crate) fn blocked(blocked_by: Vec<String>) -> Self {
        Self { outcome: ItemOutcome::Blocked, blocked_by: blocked_by.into(), ..Self::already_gone() }
    }
}
