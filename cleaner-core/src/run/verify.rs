use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::choice::fits;
use super::{Run, RunError};
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, ItemRef};
use crate::execute::ItemResult;
use crate::plan::{Entry, Node, Plan, Relations, Verdict, spread_keeps};
use crate::report::ItemOutcome;
use crate::resource::{Region, Resource, ResourceKey, TypeName};
use crate::scan::Target;

/// The first pause before looking again at what is still listed though AWS says it is gone; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Run<'_> {
    /// Looks again at everything that was touched and everything deletions create, and deletes what is there and should not be,
    /// until nothing is, as often in a row as asked for. Tells whether it came to that.
    ///
    /// # Errors
    /// Credentials, or a run that was stopped.
    pub(super) async fn verify(&mut self, mut plan: Plan) -> Result<bool, RunError> {
        let targets = self.touched(&plan);
        let (mut pass, mut clean) = (0, 0);
        let mut pause = FIRST_PAUSE;
        let mut last_change = Instant::now();
        let mut news: HashSet<ResourceKey> = HashSet::new();
        loop {
            pass += 1;
            self.recorder.emit(EventKind::VerifyStarted { pass, lists: targets.len() });
            let mut found = self.scan(targets.clone()).await?;
            self.report.doubt(&mut found.lists);
            self.report.lists_again(&found.lists);
            let unknown = found.unknown_lists();
            plan = self.replan(plan, found);
            for entry in self.report.found_later(&plan) {
                self.say_found(&entry, false);
            }
            let remaining = plan.items();
            // What the run could not delete is known to be there: it is a leftover, not news.
            let again: Vec<u32> = remaining
                .iter()
                .copied()
                .filter(|_| !mutated!(LooksBackOnly))
                .filter(|place| !self.report.is_leftover(&plan.entries[*place as usize].resource.key()))
                .collect();
            self.recorder.emit(EventKind::VerifyFinished { pass, remaining: remaining.len() });
            // What is deleted and still listed cannot be asked for its tags: nobody knows, but it may pass.
            let lagging: Vec<Entry> =
                plan.entries.iter().filter(|entry| self.report.may_lag(entry)).cloned().collect();
            let is_patient = last_change.elapsed() < self.options().patience;
            if !is_patient {
                for entry in &lagging {
                    self.report.came_back(entry);
                    self.say_found(entry, false);
                }
            }
            if again.is_empty() && (lagging.is_empty() || !is_patient) {
                let listed = plan.entries.iter().map(|entry| entry.resource.key()).collect();
                let gone = self.report.confirm_gone(&listed);
                self.say_corrected(&gone);
                clean += 1;
                if clean >= self.options().verify_passes.max(1) || unknown > 0 {
                    return Ok(true);
                }
                continue;
            }
            clean = 0;
            if !is_patient {
                for place in again {
                    let key = plan.entries[place as usize].resource.key();
                    self.report.still_listed(&key);
                    self.say_corrected(&[key]);
                }
                return Ok(false);
            }
            let again = self.without_held(&plan, again);
            // Deleting the same thing once more is no progress: its list may lag behind, or somebody makes it again and again.
            let deleted = self.delete_again(&plan, &again).await?;
            if deleted.into_iter().filter(|key| news.insert(key.clone())).count() > 0 {
                last_change = Instant::now();
                pause = FIRST_PAUSE;
            } else {
                // Nothing to delete, only lists that lag behind: look again a little later.
                let stop = self.access.lanes().stop_token().clone();
                tokio::select! {
                    biased;
                    () = stop.cancelled() => return Err(Error::interrupted().into()),
                    () = tokio::time::sleep(pause) => {}
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    /// Sets aside what something still uses or owns that could not be deleted: as in the execution, it is blocked by that.
    fn without_held(&mut self, plan: &Plan, mut again: Vec<u32>) -> Vec<u32> {
        if mutated!(LeftoversHoldNothing) {
            return again;
        }
        let items = plan.items();
        let graph = plan.graph(&plan.relations(self.registry()), self.registry());
        let mut work: Vec<Node> = (0_u32..)
            .zip(&items)
            .filter(|(_, place)| !again.contains(*place))
            .map(|(node, _)| node)
            .collect();
        while let Some(node) = work.pop() {
            let holder = &plan.entries[items[node as usize] as usize].resource;
            let holder = format!("{} {}", holder.type_name, holder.name);
            for &(after, hard) in &graph.after[node as usize] {
                let Some(place) = items.get(after as usize).filter(|_| hard) else { continue };
                let Some(at) = again.iter().position(|one| one == place) else { continue };
                again.remove(at);
                work.push(after);
                let resource = &plan.entries[*place as usize].resource;
                let result = ItemResult::blocked(vec![holder.clone()]);
                self.recorder.emit(EventKind::ItemFinished {
                    item: ItemRef::from(resource),
                    outcome: result.outcome,
                    error: None,
                    blocked_by: result.blocked_by.clone(),
                });
                self.report.result(&resource.key(), result);
            }
        }
        again
    }

    /// Deletes items that are there though they should not be; tells which really were there.
    async fn delete_again(&mut self, plan: &Plan, again: &[u32]) -> Result<Vec<ResourceKey>, RunError> {
        if again.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: HashSet<u32> = again.iter().copied().collect();
        let mut part = plan.clone();
        for (place, entry) in (0_u32..).zip(&mut part.entries) {
            if entry.verdict.deletes() && !wanted.contains(&place) {
                entry.verdict = Verdict::managed("it could not be deleted before");
            }
        }
        let (results, fatal) = self.execute_items(&part).await;
        let mut deleted = Vec::new();
        for (place, result) in part.items().into_iter().zip(results) {
            let key = part.entries[place as usize].resource.key();
            if result.outcome == ItemOutcome::Deleted {
                deleted.push(key.clone());
            }
            self.report.result(&key, result);
        }
        match fatal {
            Some(error) => Err(error.into()),
            None if self.cleaner.stop().cause().is_some() => Err(Error::interrupted().into()),
            None => Ok(deleted),
        }
    }

    /// The listings that can show whether the plan came true: of every type and region it deletes in, and of all by-products of
    /// deletions.
    fn touched(&self, plan: &Plan) -> Vec<Target> {
        let mut places: BTreeSet<(TypeName, Region)> = plan
            .items()
            .into_iter()
            .map(|place| &plan.entries[place as usize].resource)
            .map(|resource| (resource.type_name.clone(), resource.region.clone()))
            .collect();
        let regions: BTreeSet<Region> = places.iter().map(|(_, region)| region.clone()).collect();
        let failed: HashSet<(&str, &str)> = plan
            .lists
            .iter()
            .filter(|list| !list.status.is_known())
            .map(|list| (list.type_name.as_str(), list.region.as_str()))
            .collect();
        for spec in self.registry().specs().filter(|spec| spec.by_product && self.types.contains(&spec.name))
        {
            if mutated!(ForgetsByProducts) {
                break;
            }
            let near = regions.iter().filter(|region| fits(spec, region));
            // A listing that failed in the scan has its say there.
            places.extend(
                near.filter(|region| !failed.contains(&(spec.name.as_str(), region.as_str())))
                    .map(|region| (spec.name.clone(), region.clone())),
            );
        }
        places
            .into_iter()
            .filter_map(|(type_name, region)| {
                Some(Target { handler: self.registry().get(type_name.as_str())?.clone(), region })
            })
            .collect()
    }

    /// The plan anew, from what is known now: what was just listed, and what stays elsewhere. What was kept once stays kept.
    fn replan(&self, plan: Plan, found: crate::scan::Found) -> Plan {
        let listed: HashSet<(String, String)> = found
            .lists
            .iter()
            .filter(|list| list.status.is_known())
            .map(|list| (list.type_name.clone(), list.region.clone()))
            .collect();
        let is_listed = |resource: &Resource| {
            listed.contains(&(resource.type_name.as_str().to_owned(), resource.region.as_str().to_owned()))
        };
        let kept: HashMap<ResourceKey, Entry> = plan
            .entries
            .into_iter()
            .filter(|entry| !entry.verdict.deletes())
            .map(|entry| (entry.resource.key(), entry))
            .collect();
        let elsewhere =
            kept.values().filter(|entry| !is_listed(&entry.resource)).map(|entry| entry.resource.clone());
        let mut resources: Vec<Resource> = elsewhere.collect();
        resources.extend(found.resources);
        resources.sort_by_cached_key(Resource::key);
        let mut entries = self.judge(resources, plan.created_at, &found.lists);
        for entry in &mut entries {
            if let Some(before) = kept.get(&entry.resource.key())
                && !mutated!(ForgetsEarlierKeeps)
            {
                entry.verdict = before.verdict.clone();
                entry.stack.clone_from(&before.stack);
            }
        }
        // What was kept before has its needs, too.
        let resources: Vec<&Resource> = entries.iter().map(|entry| &entry.resource).collect();
        let relations = Relations::of(resources.iter().copied(), self.registry());
        let mut verdicts: Vec<Verdict> = entries.iter().map(|entry| entry.verdict.clone()).collect();
        spread_keeps(&resources, &relations, &mut verdicts);
        for (entry, verdict) in entries.iter_mut().zip(verdicts) {
            entry.verdict = verdict;
        }
        Plan { entries, ..plan }
    }
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Failed(error) => error,
            other => Self::new(ErrorKind::Invalid, other.to_string()),
        }
    }
}
