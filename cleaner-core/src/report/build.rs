use std::collections::{BTreeMap, BTreeSet, HashSet, btree_map};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    AccountReport, ApiStats, ItemOutcome, ListReport, Outcome, Report, ResourceReport, Summary,
    UnsupportedReport, VerdictReport,
};
use crate::account::Identity;
use crate::baseline::{Baseline, BaselineReport};
use crate::error::{Error, ErrorKind};
use crate::execute::ItemResult;
use crate::plan::{Action, Entry, Plan, Verdict};
use crate::resource::{Region, ResourceKey, ThinVec};
use crate::restore::Restored;
use crate::run::{StopCause, Task};

/// Collects what becomes of everything, and makes the report of it.
#[derive(Clone, Debug)]
pub struct ReportBuilder {
    tool: String,
    run_id: String,
    task: Task,
    account: AccountReport,
    regions: Vec<String>,
    started_at: Timestamp,
    started: Instant,
    filed: BTreeMap<ResourceKey, Filed>,
    lists: BTreeMap<(String, String), ListReport>,
    unsupported: Vec<UnsupportedReport>,
    unknown_coverage: usize,
    baseline: Option<BaselineReport>,
    restored: Vec<Restored>,
    warnings: Vec<String>,
}

/// A resource of the run, and what became of it so far.
#[derive(Clone, Debug)]
struct Filed {
    entry: Entry,
    result: Option<Box<ItemResult>>,
}

impl From<Entry> for Filed {
    fn from(entry: Entry) -> Self {
        Self { entry, result: None }
    }
}

impl ReportBuilder {
    /// Starts the books of a run, and its clock.
    pub fn new(tool: &str, identity: &Identity, alias: Option<String>) -> Self {
        let started_at = Timestamp::now();
        let run_id = format!("{}-{:08x}", started_at.strftime("%Y%m%dT%H%M%SZ"), fastrand::u32(..));
        let account =
            AccountReport { id: Some(identity.account.clone()), alias, arn: Some(identity.arn.clone()) };
        Self::of_run(tool.to_owned(), run_id, account, started_at)
    }

    /// Opens the books of a run that began at some time.
    pub(super) fn of_run(
        tool: String,
        run_id: String,
        account: AccountReport,
        started_at: Timestamp,
    ) -> Self {
        Self {
            tool,
            run_id,
            task: Task::default(),
            account,
            regions: Vec::new(),
            started_at,
            started: Instant::now(),
            filed: BTreeMap::new(),
            lists: BTreeMap::new(),
            unsupported: Vec::new(),
            unknown_coverage: 0,
            baseline: None,
            restored: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Names the run.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// How long the run has taken so far.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn regions<'a>(&mut self, regions: impl IntoIterator<Item = &'a Region>) {
        self.regions = regions.into_iter().map(|region| region.as_str().to_owned()).collect();
    }

    /// What the run is for.
    pub(crate) fn task(&mut self, task: Task) {
        self.task = task;
    }

    pub(crate) fn warning(&mut self, message: String) {
        self.warnings.push(message);
    }

    pub(crate) fn plan(&mut self, plan: &Plan) {
        if self.filed.is_empty() {
            // At once: a map that is filled one after the other in their order is half empty.
            self.filed =
                plan.of_the_run().map(|entry| (entry.resource.key(), entry.clone().into())).collect();
        } else {
            plan.of_the_run().for_each(|entry| self.entry(entry.clone()));
        }
        for list in &plan.lists {
            self.list(list.clone());
        }
    }

    /// A resource that was found, or is judged anew.
    pub(super) fn entry(&mut self, entry: Entry) {
        match self.filed.entry(entry.resource.key()) {
            btree_map::Entry::Vacant(place) => drop(place.insert(entry.into())),
            btree_map::Entry::Occupied(mut filed) => filed.get_mut().entry = entry,
        }
    }

    /// What became of a resource. Nothing is told of what was never found.
    fn ended(&mut self, key: &ResourceKey, result: ItemResult) {
        if let Some(filed) = self.filed.get_mut(key) {
            filed.result = Some(Box::new(result));
        }
    }

    /// How a listing ended.
    pub(super) fn list(&mut self, list: ListReport) {
        self.lists.insert((list.type_name.clone(), list.region.clone()), list);
    }

    /// All resources of the run.
    pub(crate) fn all_entries(&self) -> impl Iterator<Item = &Entry> {
        self.filed.values().map(|filed| &filed.entry)
    }

    /// Something that no type of the run lists.
    pub(crate) fn unsupported(&mut self, resource: UnsupportedReport) {
        self.unsupported.push(resource);
    }

    /// A region in which nobody could look for what no type lists.
    pub(crate) fn not_covered(&mut self) {
        self.unknown_coverage += 1;
    }

    /// How the account differs from its baseline. What is said later counts.
    pub(crate) fn baseline(&mut self, report: BaselineReport) {
        self.baseline = Some(report);
    }

    /// How the account differs from its baseline, where what has turned out to be gone is missing.
    pub(crate) fn baseline_now(&self, baseline: &Baseline) -> Option<BaselineReport> {
        let mut report = self.baseline.clone()?;
        for entry in self.all_entries().filter(|entry| !entry.verdict.deletes()) {
            let key = entry.resource.key();
            if self.is_gone(&key) {
                report.gone(baseline, &key);
            }
        }
        Some(report)
    }

    /// How the account differs from its baseline, as far as it was said.
    pub(crate) fn baseline_so_far(&self) -> Option<&BaselineReport> {
        self.baseline.as_ref()
    }

    /// Something was made again, or could not be.
    pub(crate) fn restored(&mut self, restored: Restored) {
        self.restored.push(restored);
    }

    /// A resource of the run.
    pub(crate) fn entry_of(&self, key: &ResourceKey) -> Option<&Entry> {
        self.filed.get(key).map(|filed| &filed.entry)
    }

    /// What became of an item so far.
    pub(crate) fn result_of(&self, key: &ResourceKey) -> Option<&ItemResult> {
        self.filed.get(key)?.result.as_deref()
    }

    /// A later listing: if it failed, nobody knows any more what there is. What the first one found stays its count.
    pub(crate) fn lists_again(&mut self, lists: &[ListReport]) {
        for list in lists {
            let key = (list.type_name.clone(), list.region.clone());
            let Some(before) = self.lists.get_mut(&key) else {
                self.lists.insert(key, list.clone());
                continue;
            };
            if !before.status.is_known() || !list.status.is_known() {
                before.found = before.found.max(list.found);
            }
            before.status = list.status;
            before.error.clone_from(&list.error);
        }
    }

    /// Nothing is deleted or emptied: what would be is planned.
    pub(crate) fn planned_only(&mut self, plan: &Plan) {
        for place in plan.items().into_iter().chain(plan.to_empty()) {
            let planned = ItemResult { outcome: ItemOutcome::Planned, ..ItemResult::already_gone() };
            self.ended(&plan.entries[place as usize].resource.key(), planned);
        }
    }

    /// An item is through. A resource deleted before and found gone now was deleted.
    pub(crate) fn result(&mut self, key: &ResourceKey, mut result: ItemResult) {
        if mutated!(FailedIsDeleted) && result.outcome == ItemOutcome::Failed {
            result.outcome = ItemOutcome::Deleted;
        }
        if let Some(before) = self.result_of(key) {
            result.attempts += before.attempts;
            result.taken |= before.taken;
            result.started_at = before.started_at.or(result.started_at);
            if before.outcome == ItemOutcome::Deleted && result.outcome == ItemOutcome::AlreadyGone {
                result.outcome = ItemOutcome::Deleted;
            }
        }
        self.ended(key, result);
    }

    /// Items that were gone before a plan was applied.
    pub(crate) fn gone_before(&mut self, entry: &Entry) {
        self.entry(entry.clone());
        self.ended(&entry.resource.key(), ItemResult::already_gone());
    }

    /// Resources that came, or came back, during the run. Of two of one name, the one that stays is the one that is there.
    /// Returns these.
    pub(crate) fn found_later(&mut self, plan: &Plan) -> Vec<Entry> {
        let mut news = Vec::new();
        for entry in plan.of_the_run() {
            let key = entry.resource.key();
            let Some(before) = self.entry_of(&key) else {
                self.entry(entry.clone());
                news.push(entry.clone());
                continue;
            };
            let is_another = || before.resource.is_replaced(&entry.resource) == Some(true);
            let is_released = !before.verdict.deletes() && self.is_new(&key);
            let is_certain = entry.verdict.is_for_itself() || self.is_listed(&key);
            // What AWS took the deletion of is not kept, though it should be by now: it may go yet. Unless it is another one.
            let is_same = match before.resource.is_replaced(&entry.resource) {
                Some(is_replaced) => !is_replaced,
                None => !entry.verdict.is_for_itself(),
            };
            let may_go = is_same && self.result_of(&key).is_some_and(|result| result.taken);
            let stays = entry.verdict.action == Action::Keep && is_certain && !may_go;
            if entry.verdict.deletes() && (is_released || (self.is_gone(&key) && is_another())) {
                self.entry(entry.clone());
            } else if before.verdict.deletes() && self.is_leftover(&key) && stays {
                self.came_back(entry);
            } else {
                continue;
            }
            news.push(entry.clone());
        }
        news
    }

    /// Whether a resource that stays may be one that was deleted, by this run or shortly before it, and is still listed.
    pub(crate) fn may_lag(&self, entry: &Entry) -> bool {
        !entry.verdict.deletes() && (entry.is_ghost() || self.is_gone(&entry.resource.key()))
    }

    /// Under the name of what was deleted there is something that stays.
    pub(crate) fn came_back(&mut self, entry: &Entry) {
        self.filed.insert(entry.resource.key(), entry.clone().into());
    }

    /// Whether what the run was to delete is gone.
    pub(crate) fn is_gone(&self, key: &ResourceKey) -> bool {
        self.result_of(key).is_some_and(|result| result.outcome.is_gone())
    }

    /// Doubts later listings by what earlier ones found.
    pub(crate) fn doubt(&self, lists: &mut [ListReport]) {
        for list in lists {
            let before = self.lists.get(&(list.type_name.clone(), list.region.clone()));
            list.doubt(before);
        }
    }

    /// What became of something that the run could not delete.
    pub(crate) fn leftover(&self, key: &ResourceKey) -> Option<&ItemResult> {
        self.result_of(key).filter(|result| !result.outcome.is_gone())
    }

    /// Whether the run has tried to delete this and could not.
    pub(crate) fn is_leftover(&self, key: &ResourceKey) -> bool {
        self.leftover(key).is_some()
    }

    /// Whether nobody has tried to delete this yet.
    pub(crate) fn is_new(&self, key: &ResourceKey) -> bool {
        self.result_of(key).is_none()
    }

    /// Whether it is known what there is of the type of a resource, where the resource is.
    pub(crate) fn is_listed(&self, key: &ResourceKey) -> bool {
        let place = (key.type_name.as_str().to_owned(), key.region.as_str().to_owned());
        self.lists.get(&place).is_some_and(|list| list.status.is_known())
    }

    /// What was gone before the run but for its list, and has left that by now; and so has what stayed for nothing but its sake.
    pub(crate) fn ghosts(
        &self,
        listed: &BTreeSet<ResourceKey>,
        haunted: &HashSet<ResourceKey>,
    ) -> Vec<Entry> {
        let is_ghost = |entry: &&Entry| {
            let key = entry.resource.key();
            (entry.is_ghost() || haunted.contains(&key))
                && self.is_new(&key)
                && self.is_listed(&key)
                && !listed.contains(&key)
        };
        self.all_entries().filter(is_ghost).cloned().collect()
    }

    /// What was not deleted for sure and is no longer listed is gone after all. Returns these.
    pub(crate) fn confirm_gone(&mut self, listed: &BTreeSet<ResourceKey>) -> Vec<ResourceKey> {
        let open: Vec<ResourceKey> = self
            .results()
            .filter(|(key, result)| {
                !result.outcome.is_gone() && self.is_listed(key) && !listed.contains(*key)
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in &open {
            if let Some(result) = self.filed.get_mut(key).and_then(|filed| filed.result.as_deref_mut()) {
                let asked = result.attempts > 0;
                result.outcome = if asked { ItemOutcome::Deleted } else { ItemOutcome::AlreadyGone };
                result.error = None;
                result.blocked_by.clear();
            }
        }
        open
    }

    /// A second look showed that an item ended otherwise.
    pub(super) fn correct(&mut self, key: &ResourceKey, outcome: ItemOutcome, error: Option<Error>) {
        let before = self.result_of(key).cloned().unwrap_or_else(ItemResult::already_gone);
        self.ended(key, ItemResult { outcome, error, blocked_by: ThinVec::new(), ..before });
    }

    /// A deletion that AWS took, of a resource that does not leave the lists.
    pub(crate) fn still_listed(&mut self, key: &ResourceKey) {
        let why = "AWS took the deletion, and the resource is still listed, or comes back.";
        self.correct(key, ItemOutcome::Failed, Some(Error::new(ErrorKind::Unexpected, why)));
    }

    /// Something that was emptied does not stay as it should.
    pub(crate) fn not_emptied(&mut self, key: &ResourceKey, error: Error) {
        self.correct(key, ItemOutcome::Failed, Some(error));
    }

    /// What became of all items.
    pub(super) fn results(&self) -> impl Iterator<Item = (&ResourceKey, &ItemResult)> {
        self.filed.iter().filter_map(|(key, filed)| Some((key, filed.result.as_deref()?)))
    }

    /// The report, but for its outcome. It takes what became of everything out of the books: a hundred thousand resources need not be
    /// in memory twice.
    pub(crate) fn build(&mut self, stats: &ApiStats, stopped_by: Option<StopCause>) -> Report {
        let finished_at = Timestamp::now();
        let filed = std::mem::take(&mut self.filed);
        let mut resources = Vec::with_capacity(filed.len());
        let mut last: Option<(Arc<Verdict>, Arc<VerdictReport>)> = None;
        let mut verdict = |filed: &Filed| {
            let verdict = &filed.entry.verdict;
            let same = last.take().filter(|(of, _)| Arc::ptr_eq(of, verdict));
            let told = same.unwrap_or_else(|| (verdict.clone(), Arc::new(verdict_report(verdict))));
            last.insert(told).1.clone()
        };
        resources.extend(
            filed
                .into_values()
                .map(|filed| {
                    let verdict = verdict(&filed);
                    resource(filed, verdict)
                })
                .filter(|one| !(mutated!(LosesLeftovers) && one.outcome == ItemOutcome::Blocked)),
        );
        let lists: Vec<ListReport> = self.lists.values().cloned().collect();
        let count = |outcome: ItemOutcome| resources.iter().filter(|one| one.outcome == outcome).count();
        let summary = Summary {
            found: resources.len(),
            kept: count(ItemOutcome::Kept),
            deleted: count(ItemOutcome::Deleted),
            already_gone: count(ItemOutcome::AlreadyGone),
            failed: count(ItemOutcome::Failed),
            blocked: count(ItemOutcome::Blocked),
            pending: count(ItemOutcome::Pending),
            planned: count(ItemOutcome::Planned),
            emptied: count(ItemOutcome::Emptied),
            unknown_verdicts: resources
                .iter()
                .filter(|one| one.verdict.unknown && one.outcome == ItemOutcome::Kept)
                .count(),
            unknown_lists: lists.iter().filter(|list| !list.status.is_known()).count(),
            unsupported: self.unsupported.len(),
            unknown_coverage: self.unknown_coverage,
        };
        Report {
            version: 1,
            tool: self.tool.clone(),
            run_id: self.run_id.clone(),
            task: self.task,
            account: self.account.clone(),
            regions: self.regions.clone(),
            started_at: self.started_at,
            finished_at,
            duration_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            outcome: Outcome::Failed,
            reason: None,
            stopped_by,
            fatal: None,
            summary,
            resources,
            lists,
            unsupported: self.unsupported.clone(),
            baseline: self.baseline.clone(),
            restored: self.restored.clone(),
            api: stats.report(),
            warnings: self.warnings.clone(),
        }
    }
}

fn resource(filed: Filed, verdict: Arc<VerdictReport>) -> ResourceReport {
    let Filed { entry, result } = filed;
    let found = &entry.resource;
    let is_item = entry.verdict.deletes() || entry.verdict.empties();
    let kept = if is_item { ItemOutcome::Pending } else { ItemOutcome::Kept };
    let unasked = || ItemResult { outcome: kept, ..ItemResult::already_gone() };
    let result = result.map_or_else(unasked, |result| *result);
    ResourceReport {
        type_name: found.type_name.clone(),
        id: found.id.clone(),
        name: found.name.clone(),
        arn: found.arn.clone(),
        region: found.region.clone(),
        created_at: found.created.known().copied(),
        tags: found.tags.known().cloned().unwrap_or_default(),
        stack: entry.stack,
        verdict,
        outcome: result.outcome,
        attempts: result.attempts,
        started_at: result.started_at,
        finished_at: result.finished_at,
        error: result.error,
        blocked_by: result.blocked_by,
    }
}

fn verdict_report(verdict: &Verdict) -> VerdictReport {
    let action = match verdict.action {
        Action::Delete => "delete",
        Action::Empty => "empty",
        Action::Keep | Action::Unknown => "keep",
    };
    VerdictReport {
        action: action.into(),
        unknown: verdict.action == Action::Unknown,
        rule: verdict.rule.clone(),
        reason: verdict.reason.clone(),
    }
}
