use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::choice::fits;
use super::{Run, RunError};
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, ItemRef};
use crate::execute::ItemResult;
use crate::plan::{Entry, Node, Plan, Verdict};
use crate::report::{ItemOutcome, ListReport};
use crate::resource::{Region, Resource, ResourceKey, State, TypeName};
use crate::scan::Found;

/// The first pause before looking again at what is still listed though AWS says it is gone; it doubles.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Run<'_> {
    /// Looks again at everything that was touched and everything deletions create, and deletes what is there and should not be,
    /// until nothing is, as often in a row as asked for. Tells whether it came to that.
    ///
    /// # Errors
    /// Credentials, or a run that was stopped.
    pub(super) async fn verify(&mut self, mut plan: Plan) -> Result<bool, RunError> {
        let mut places: BTreeSet<(TypeName, Region)> = BTreeSet::new();
        let (mut pass, mut clean) = (0, 0);
        let mut pause = FIRST_PAUSE;
        let mut last_change = Instant::now();
        let mut news: HashSet<ResourceKey> = HashSet::new();
        // Whether something has gone that may have held leftovers.
        let mut has_gone = false;
        self.remember(&plan);
        let mut haunted = self.haunted_at_first(&plan);
        loop {
            pass += 1;
            places.extend(self.touched(&plan));
            let targets = self.targets_at(&places);
            self.recorder.emit(EventKind::VerifyStarted { pass, lists: targets.len() });
            let mut found = self.scan(targets).await?;
            self.report.doubt(&mut found.lists);
            self.report.lists_again(&found.lists);
            let unknown = found.unknown_lists();
            let before = haunted.entries.clone();
            plan = self.replan(plan, found, &mut haunted);
            for entry in self.report.found_later(&plan) {
                self.say_found(&entry, false);
            }
            let listed = plan.entries.iter().map(|entry| entry.resource.key()).collect();
            has_gone |= self.confirm_gone(&listed, &before);
            let remaining = plan.items();
            let again: Vec<u32> = remaining
                .iter()
                .copied()
                .filter(|_| !mutated!(LooksBackOnly))
                .filter(|place| self.is_tried(&plan.entries[*place as usize].resource, has_gone))
                .collect();
            self.recorder.emit(EventKind::VerifyFinished { pass, remaining: remaining.len() });
            // What stays under the name of something deleted may be that, still listed, or another one: nobody knows, but it may pass.
            let lagging: Vec<Entry> =
                plan.entries.iter().filter(|entry| self.report.may_lag(entry)).cloned().collect();
            let key = |place: &u32| plan.entries[*place as usize].resource.key();
            if again.iter().any(|place| self.report.is_new(&key(place))) {
                last_change = Instant::now();
            }
            let is_patient = last_change.elapsed() < self.options().patience;
            if !is_patient {
                // What could not be listed again is no more than it was: deleted, as far as anybody knows.
                // And what it could not delete is a leftover as before.
                let is_back = |entry: &&Entry| {
                    let key = entry.resource.key();
                    self.report.is_listed(&key) && !self.report.is_leftover(&key)
                };
                let back: Vec<&Entry> = lagging.iter().filter(is_back).collect();
                for entry in back {
                    self.report.came_back(entry);
                    self.say_found(entry, false);
                }
            }
            let is_quiet = again.is_empty() && (lagging.is_empty() || !is_patient);
            if is_quiet || !is_patient {
                let still: Vec<ResourceKey> =
                    again.iter().map(key).filter(|key| !self.report.is_leftover(key)).collect();
                for key in &still {
                    self.report.still_listed(key);
                }
                self.say_corrected(&still);
            }
            if is_quiet {
                clean += 1;
                if clean >= self.options().verify_passes.max(1) || unknown > 0 {
                    return Ok(true);
                }
                continue;
            }
            clean = 0;
            if !is_patient {
                return Ok(false);
            }
            let again = self.without_held(&plan, again);
            // Deleting the same thing once more is no progress: its list may lag behind, or somebody makes it again and again.
            let deleted = self.delete_again(&plan, &again).await?;
            has_gone = deleted.into_iter().filter(|key| news.insert(key.clone())).count() > 0;
            if has_gone {
                last_change = Instant::now();
                pause = FIRST_PAUSE;
            } else {
                // Nothing to delete, only lists that lag behind: look again a little later.
                self.wait(&mut pause).await?;
            }
        }
    }

    /// What is no longer listed is gone, whatever was said of it before. Tells whether that is news of anything the run tried to delete.
    pub(super) fn confirm_gone(
        &mut self,
        listed: &BTreeSet<ResourceKey>,
        haunted: &HashSet<ResourceKey>,
    ) -> bool {
        for mut entry in self.report.ghosts(listed, haunted) {
            Arc::make_mut(&mut entry.verdict).reason =
                "it was gone before the run began, and its list lagged behind".into();
            self.say_found(&entry, false);
            self.report.gone_before(&entry);
            self.say_corrected(&[entry.resource.key()]);
        }
        let gone = self.report.confirm_gone(listed);
        self.say_corrected(&gone);
        !gone.is_empty()
    }

    /// Waits a little before the next look, each time longer.
    pub(super) async fn wait(&mut self, pause: &mut Duration) -> Result<(), RunError> {
        let stop = self.access.lanes().stop_token();
        tokio::select! {
            biased;
            () = stop.cancelled() => return Err(Error::interrupted().into()),
            () = tokio::time::sleep(*pause) => {}
        }
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }

    /// Whether something that is there and should not be is tried. What the run could not delete is known to be there: it is a
    /// leftover, not news, unless something has changed since.
    fn is_tried(&self, resource: &Resource, has_gone: bool) -> bool {
        let key = resource.key();
        let Some(leftover) = self.report.leftover(&key) else { return self.report.is_listed(&key) };
        let is_open = matches!(leftover.outcome, ItemOutcome::Blocked | ItemOutcome::Pending);
        let is_free = leftover.again || (has_gone && is_open);
        is_free && self.report.is_listed(&key)
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
                if self.report.is_leftover(&resource.key()) {
                    continue;
                }
                let result = ItemResult::blocked(vec![holder.clone()]);
                self.recorder.emit(EventKind::ItemFinished {
                    item: ItemRef::from(&**resource),
                    outcome: result.outcome,
                    error: None,
                    blocked_by: result.blocked_by.to_vec(),
                });
                self.report.result(&resource.key(), result);
            }
        }
        again
    }

    /// Deletes items that are there though they should not be; tells which are gone now.
    async fn delete_again(&mut self, plan: &Plan, again: &[u32]) -> Result<Vec<ResourceKey>, RunError> {
        if again.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: HashSet<u32> = again.iter().copied().collect();
        let mut part = plan.clone();
        for (place, entry) in (0_u32..).zip(&mut part.entries) {
            if entry.verdict.deletes() && !wanted.contains(&place) {
                entry.verdict = Verdict::managed("it could not be deleted before").into();
            }
        }
        let (results, fatal) = self.execute_items(&part).await;
        let mut deleted = Vec::new();
        for (place, result) in part.items().into_iter().zip(results) {
            let key = part.entries[place as usize].resource.key();
            if result.outcome.is_gone() {
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

    /// The listings that can show whether the plan came true: of every type and region it deletes in, of what is perhaps gone, and
    /// of all by-products of deletions.
    fn touched(&self, plan: &Plan) -> BTreeSet<(TypeName, Region)> {
        let touched = plan.entries.iter().filter(|entry| entry.verdict.deletes());
        let mut places: BTreeSet<(TypeName, Region)> = touched.map(|entry| entry.resource.place()).collect();
        let doubtful = plan.of_the_run().filter(|entry| self.report.may_lag(entry));
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
        places.extend(doubtful.map(|entry| entry.resource.place()));
        places
    }

    /// The plan anew, from what is known now: what was just listed, and what stays elsewhere. What was kept once stays kept, unless
    /// it was for the sake of a ghost alone.
    fn replan(&self, plan: Plan, found: Found, haunted: &mut Haunted) -> Plan {
        let listed = found.known_places();
        // What this run was to delete, and AWS does not know any more, needs nothing, whatever the lists still say.
        let is_ours =
            |resource: &Arc<Resource>| resource.state == State::Gone && !self.report.is_new(&resource.key());
        let (ghosts, resources): (Vec<Arc<Resource>>, Vec<Arc<Resource>>) =
            found.resources.into_iter().partition(is_ours);
        // What could not be listed again and is not gone for sure holds what it needs.
        let stays = |entry: &&Entry| {
            let is_there = !entry.verdict.deletes() || self.report.is_leftover(&entry.resource.key());
            is_there && !listed.contains(&entry.resource.place())
        };
        let elsewhere = plan.entries.iter().filter(stays).map(|entry| entry.resource.clone());
        let mut resources: Vec<Arc<Resource>> = elsewhere.chain(resources).collect();
        resources.sort_by_cached_key(|resource| resource.key());
        // What nobody knew when the plan was made is not known any better by now, unless it was listed again.
        let again: HashSet<(&str, &str)> =
            found.lists.iter().map(|list| (&*list.type_name, &*list.region)).collect();
        let before = plan.lists.iter().filter(|list| !again.contains(&(&*list.type_name, &*list.region)));
        let lists: Vec<ListReport> = found.lists.iter().chain(before).cloned().collect();
        haunted.ghosts.extend(unseen_ghosts(&plan, &resources));
        // What stays for the sake of a ghost may turn out to be one.
        haunted.ghosts.extend(haunted.entries.iter().cloned());
        // And what AWS does not know any more says nothing of what comes under its name.
        let mut kept: HashMap<ResourceKey, Entry> = plan
            .entries
            .into_iter()
            .map(|entry| (entry.resource.key(), entry))
            .filter(|(key, entry)| {
                let is_ghost = is_ours(&entry.resource);
                !entry.verdict.deletes() && !is_ghost && !haunted.entries.contains(key)
            })
            .collect();
        let mut entries = self.judge_again(resources, plan.created_at, &lists, &kept);
        haunted.ghosts = ghosts_of(&entries).filter(|key| haunted.ghosts.contains(key)).collect();
        kept.retain(|key, _| !haunted.ghosts.contains(key));
        haunted.entries = self.haunted(&entries, &haunted.ghosts, plan.created_at, &lists, &kept);
        haunted.entries.extend(haunted.ghosts.iter().cloned());
        entries.extend(ghosts.into_iter().map(|resource| {
            let verdict = Verdict {
                local: true,
                ..Verdict::unknown("built-in:keep-tag", "it is gone, and still listed")
            };
            Entry { resource, verdict: verdict.into(), stack: None }
        }));
        Plan { entries, ..plan }
    }

    /// What a first plan keeps for the sake of ghosts alone.
    fn haunted_at_first(&self, plan: &Plan) -> Haunted {
        let ghosts: HashSet<ResourceKey> = ghosts_of(&plan.entries).collect();
        // What AWS manages, and what nobody chose, needs nothing by itself; here it may be needed by a ghost.
        let stays = |entry: &&Entry| {
            let verdict = &entry.verdict;
            !verdict.deletes() && verdict.is_for_itself() && !verdict.keeps_itself_only()
        };
        let kept: HashMap<ResourceKey, Entry> = plan
            .entries
            .iter()
            .filter(stays)
            .map(|entry| (entry.resource.key(), entry.clone()))
            .filter(|(key, _)| !ghosts.contains(key))
            .collect();
        Haunted { entries: self.haunted(&plan.entries, &ghosts, plan.created_at, &plan.lists, &kept), ghosts }
    }

    /// What would be deleted if ghosts were not there, or would keep nothing else.
    fn haunted(
        &self,
        entries: &[Entry],
        ghosts: &HashSet<ResourceKey>,
        now: Timestamp,
        lists: &[ListReport],
        kept: &HashMap<ResourceKey, Entry>,
    ) -> HashSet<ResourceKey> {
        if ghosts.is_empty() {
            return HashSet::new();
        }
        let rest = entries.iter().filter(|entry| !ghosts.contains(&entry.resource.key()));
        let resources = rest.clone().map(|entry| entry.resource.clone()).collect();
        let without = self.judge_again(resources, now, lists, kept);
        let both = rest.zip(without);
        let is_haunted = |with: &Verdict, without: &Verdict| {
            !with.deletes() && (without.deletes() || (without.local && !with.local))
        };
        both.filter(|(with, without)| is_haunted(&with.verdict, &without.verdict))
            .map(|(with, _)| with.resource.key())
            .collect()
    }

    /// Decides about resources, where some were kept before. Those stay, and what they need.
    fn judge_again(
        &self,
        resources: Vec<Arc<Resource>>,
        now: Timestamp,
        lists: &[ListReport],
        kept: &HashMap<ResourceKey, Entry>,
    ) -> Vec<Entry> {
        let mut entries = self.judge(resources, now, lists, Vec::new());
        for entry in &mut entries {
            let before = kept.get(&entry.resource.key()).filter(|_| !mutated!(ForgetsEarlierKeeps));
            let is_same = |before: &&Entry| before.resource.is_replaced(&entry.resource) != Some(true);
            let Some(before) = before.filter(is_same) else { continue };
            let was_managed = before.resource.managed.is_some() && entry.resource.managed.is_none();
            entry.verdict = before.verdict.clone();
            if was_managed {
                Arc::make_mut(&mut entry.verdict).local = false;
            }
            entry.stack.clone_from(&before.stack);
        }
        // What was kept before has its needs, too.
        self.spread(&mut entries);
        entries
    }
}

/// Ghosts that were never seen alive, and what stays for their sake alone: that is judged anew in each look, so that it is free once
/// they have left their lists.
#[derive(Debug, Default)]
struct Haunted {
    ghosts: HashSet<ResourceKey>,
    entries: HashSet<ResourceKey>,
}

/// What nobody can judge because it is gone but for its list.
fn ghosts_of(entries: &[Entry]) -> impl Iterator<Item = ResourceKey> {
    entries.iter().filter(|entry| entry.is_ghost()).map(|entry| entry.resource.key())
}

/// What is gone but for its list, and was not there before.
fn unseen_ghosts(before: &Plan, resources: &[Arc<Resource>]) -> HashSet<ResourceKey> {
    let mut news: HashSet<ResourceKey> = resources
        .iter()
        .filter(|resource| resource.state == State::Gone)
        .map(|resource| resource.key())
        .collect();
    if !news.is_empty() {
        let seen: HashSet<ResourceKey> = before.entries.iter().map(|entry| entry.resource.key()).collect();
        news.retain(|key| !seen.contains(key));
    }
    news
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Failed(error) => error,
            other => Self::new(ErrorKind::Invalid, other.to_string()),
        }
    }
}
