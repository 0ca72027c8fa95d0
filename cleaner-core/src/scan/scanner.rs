use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::listing::Listed;
use super::{bulk_tags, listing};
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, Progress, Recorder};
use crate::handler::{Access, DynHandler, Registry};
use crate::report::{ListReport, ListStatus};
use crate::resource::{Region, Resource, TypeName};

/// How often progress is drawn.
const TICK: Duration = Duration::from_millis(100);
/// How many listings are begun at once. A call under way takes tens of kilobytes, and there are more types in more regions than
/// calls that can be made at once; but whoever waits for a slow lane must not keep the others from being asked.
const BEGUN: usize = 1024;

/// One listing to make: a type in a region.
#[derive(Clone, Debug)]
pub struct Target {
    /// The type's handler.
    pub handler: Arc<dyn DynHandler>,
    /// The region, or `global`.
    pub region: Region,
}

/// Says what rules ask of resources beyond what lists bring.
#[derive(Clone, Debug, Default)]
pub struct ScanNeeds {
    /// Whether any tag is needed.
    pub tags: bool,
    /// The tags that are needed, by key.
    pub tag_keys: BTreeSet<String>,
    /// Whether all tags are needed, whatever their keys are.
    pub all_tags: bool,
    /// Whether creation dates and other details are needed.
    pub details: bool,
}

/// What a scan found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The resources, in the order of region, type and id.
    pub resources: Vec<Arc<Resource>>,
    /// How each listing ended.
    pub lists: Vec<ListReport>,
    /// What was listed and counts as gone, since AWS has taken its deletion: the service and the id.
    pub leaving: Vec<(String, Arc<str>)>,
}

impl Found {
    /// Adds what another scan found, of other types or regions.
    pub(crate) fn add(&mut self, more: Self) {
        self.resources.extend(more.resources);
        self.resources.sort_by_cached_key(|resource| resource.key());
        self.lists.extend(more.lists);
        self.leaving.extend(more.leaving);
    }

    /// The types and regions of which it is known what there is.
    pub(crate) fn known_places(&self) -> HashSet<(TypeName, Region)> {
        let known = self.lists.iter().filter(|list| list.status.is_known());
        known.map(|list| (list.type_name.as_str().into(), list.region.as_str().into())).collect()
    }

    /// How many listings did not say what there is.
    pub fn unknown_lists(&self) -> usize {
        self.lists.iter().filter(|list| !list.status.is_known()).count()
    }
}

/// Lists types in regions.
#[derive(Debug)]
pub struct Scanner<'a> {
    /// The account.
    pub access: &'a Access,
    /// The types, for their facts.
    pub registry: &'a Registry,
    /// What to ask beyond the lists.
    pub needs: &'a ScanNeeds,
}

impl Scanner<'_> {
    /// Makes all listings, as many at once as the lanes let through, and tells the recorder how they go.
    ///
    /// # Errors
    /// Credentials, if they are no longer accepted; interrupted, if the run was stopped. Every other failed listing is part of
    /// what was found.
    pub async fn scan(&self, targets: Vec<Target>, recorder: &mut Recorder) -> Result<Found, Error> {
        // Nobody would learn what is found.
        if recorder.failure().is_some() {
            return Err(Error::interrupted());
        }
        let mut found = Found::default();
        let mut progress = Progress { total: targets.len(), ..Progress::default() };
        let mut tasks = JoinSet::new();
        let begun = Arc::new(Semaphore::new(BEGUN));
        for target in in_turn(targets) {
            let (access, needs, begun) = (self.access.clone(), self.needs.clone(), begun.clone());
            tasks.spawn(async move {
                let _turn = begun.acquire().await;
                // Boxed, so that it takes no room before its turn.
                let result = Box::pin(listing::list(&access, &target, &needs)).await;
                (target, result)
            });
        }
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut regions_off: BTreeSet<Region> = BTreeSet::new();
        let stop = self.access.lanes().stop_token().clone();
        let draws = recorder.draws();
        loop {
            let (target, result) = tokio::select! {
                biased;
                joined = tasks.join_next() => match joined {
                    None => break,
                    Some(Ok(done)) => done,
                    Some(Err(error)) => {
                        return Err(Error::new(ErrorKind::Unexpected, format!("a listing broke off: {error}.")));
                    }
                },
                () = stop.cancelled() => return Err(Error::interrupted()),
                _ = tick.tick(), if draws => {
                    progress.running = tasks.len();
                    recorder.emit(EventKind::Tick { progress: progress.clone() });
                    continue;
                }
            };
            let result = match result {
                Err(error) if error.kind == ErrorKind::Credentials => {
                    if !regions_off.contains(&target.region) && !self.access.is_off(&target.region).await? {
                        return Err(error);
                    }
                    regions_off.insert(target.region.clone());
                    Err(error.with_kind(ErrorKind::UnsupportedRegion))
                }
                other => other,
            };
            progress.done += 1;
            progress.failed += usize::from(matches!(&result, Err(error) if !status_of(error).is_known()));
            self.take(target, result, &mut found, recorder);
            if recorder.failure().is_some() {
                return Err(Error::interrupted());
            }
        }
        if self.needs.tags {
            bulk_tags::read(self.access, self.registry, self.needs, &mut found.resources).await;
        }
        found.resources.sort_by(|one, other| {
            (&one.region, &one.type_name, &one.id).cmp(&(&other.region, &other.type_name, &other.id))
        });
        found
            .lists
            .sort_by(|one, other| (&one.region, &one.type_name).cmp(&(&other.region, &other.type_name)));
        Ok(found)
    }

    fn take(
        &self,
        target: Target,
        result: Result<Listed, Error>,
        found: &mut Found,
        recorder: &mut Recorder,
    ) {
        let spec = target.handler.spec();
        let (status, count, error) = match result {
            Ok(Listed { resources, leaving }) => {
                let count = resources.len();
                found.resources.extend(resources);
                found.leaving.extend(leaving.into_iter().map(|id| (spec.service.clone(), id)));
                (ListStatus::Ok, count, None)
            }
            Err(_) if mutated!(IgnoresFailedLists) => (ListStatus::Ok, 0, None),
            Err(error) if mutated!(LosesThrottledLists) && error.kind == ErrorKind::Throttled => {
                (ListStatus::Ok, 0, None)
            }
            Err(error) => (status_of(&error), 0, Some(error)),
        };
        recorder.emit(EventKind::ListFinished {
            type_name: spec.name.clone(),
            region: target.region.clone(),
            status,
            found: count,
            error: error.clone(),
        });
        found.lists.push(ListReport {
            type_name: spec.name.as_str().to_owned(),
            region: target.region.as_str().to_owned(),
            status,
            found: count,
            error,
        });
    }
}

/// Listings in the order in which they are begun: if there are more than can be begun at once, those of each service take turns, so
/// that all lanes have something to do from the first moment on.
pub(super) fn in_turn(targets: Vec<Target>) -> Vec<Target> {
    if targets.len() <= BEGUN {
        return targets;
    }
    let mut before: HashMap<(String, Region), usize> = HashMap::new();
    let turn = |target: Target| {
        let turn = before.entry((target.handler.spec().service.clone(), target.region.clone())).or_default();
        *turn += 1;
        (*turn, target)
    };
    let mut turns: Vec<(usize, Target)> = targets.into_iter().map(turn).collect();
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, target)| target).collect()
}

fn status_of(error: &Error) -> ListStatus {
    match error.kind {
        ErrorKind::Denied => ListStatus::Denied,
        ErrorKind::UnsupportedRegion => ListStatus::Unsupported,
        ErrorKind::Throttled => ListStatus::Throttled,
        _ => ListStatus::Failed,
    }
}
