use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::time::Instant;

use crate::error::{Error, ErrorKind};
use crate::handler::{Context, DynHandler, Sink, Status};
use crate::resource::{Region, Resource, State, TypeName};

/// The shortest pause between two looks at the same type in the same region.
const SHORTEST: Duration = Duration::from_millis(200);
/// The longest.
const LONGEST: Duration = Duration::from_secs(10);
/// How late the end of a deletion may be seen, as a share of the time it took.
const LATE: f64 = 0.2;
/// How late, if it takes as long as the fastest of its type.
const LATE_AS_USUAL: f64 = 0.1;
/// The longest pause between the first looks: no two deletions need take the same time.
const LONGEST_FIRST: Duration = Duration::from_secs(2);
/// Up to this many items are asked about one by one, where the type has a cheaper question than its list.
const FEW: usize = 16;

/// All items of one type in one region that AWS works on: they are looked for together.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) waiting: HashSet<u32>,
    pub(super) in_flight: bool,
    pub(super) next: Instant,
    /// When an item was added, or had changed, for the last time.
    since: Instant,
}

/// Holds the groups, and how long the fastest deletion of each type took.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: BTreeMap<(TypeName, Region), Group>,
    fastest: HashMap<TypeName, Duration>,
}

pub(super) type GroupKey = (TypeName, Region);

impl Groups {
    /// Adds an item. One that goes with its owner is looked for at once: it is probably gone.
    pub(super) fn add(&mut self, key: GroupKey, node: u32, at_once: bool) {
        let now = Instant::now();
        let next = now + if at_once { Duration::ZERO } else { self.pace(&key.0) };
        let group = self.groups.entry(key).or_insert_with(|| Group {
            waiting: HashSet::new(),
            in_flight: false,
            next,
            since: now,
        });
        group.next = if group.waiting.is_empty() { next } else { group.next.min(next) };
        group.since = now;
        group.waiting.insert(node);
    }

    /// The pause between the first looks at items of a type.
    fn pace(&self, type_name: &TypeName) -> Duration {
        let fastest = self.fastest.get(type_name).copied().unwrap_or_default();
        fastest.mul_f64(LATE_AS_USUAL).clamp(SHORTEST, LONGEST_FIRST)
    }

    pub(super) fn remove(&mut self, key: &GroupKey, node: u32) {
        if let Some(group) = self.groups.get_mut(key) {
            group.waiting.remove(&node);
        }
    }

    /// Learns how long a deletion took.
    pub(super) fn took(&mut self, type_name: &TypeName, elapsed: Duration) {
        let fastest = self.fastest.entry(type_name.clone()).or_insert(elapsed);
        *fastest = elapsed.min(*fastest);
    }

    /// The groups to look at now; each is then under way.
    pub(super) fn due(&mut self) -> Vec<(GroupKey, Vec<u32>)> {
        let now = Instant::now();
        let mut due = Vec::new();
        for (key, group) in &mut self.groups {
            if !group.in_flight && !group.waiting.is_empty() && group.next <= now {
                group.in_flight = true;
                let mut nodes: Vec<u32> = group.waiting.iter().copied().collect();
                nodes.sort_unstable();
                due.push((key.clone(), nodes));
            }
        }
        due
    }

    /// Learns that a look is over: how long it took, and whether anything had changed.
    pub(super) fn looked(&mut self, key: &GroupKey, elapsed: Duration, changed: bool) {
        let pace = self.pace(&key.0);
        let Some(group) = self.groups.get_mut(key) else { return };
        let now = Instant::now();
        group.in_flight = mutated!(NeverLooksAgain);
        if changed {
            group.since = now;
        }
        let pause = now.duration_since(group.since).mul_f64(LATE).max(pace).min(LONGEST);
        // At most half of the time is spent with reading a long list.
        group.next = now + pause.max(elapsed);
    }

    /// When the next look is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.groups
            .values()
            .filter(|group| !group.in_flight && !group.waiting.is_empty())
            .map(|group| group.next)
            .min()
    }
}

/// Looks at items of one type in one region: one by one if that is cheaper, else by one listing for all.
///
/// # Errors
/// If nobody can say: none of the items has changed then.
pub(super) async fn look(
    handler: Arc<dyn DynHandler>,
    context: Context,
    items: Vec<(u32, Arc<Resource>)>,
) -> Result<Vec<(u32, Status)>, Error> {
    if items.len() <= FEW
        && let Some(statuses) = ask_each(&handler, &context, &items).await?
    {
        return Ok(statuses);
    }
    let wanted: HashSet<&str> = items.iter().map(|(_, resource)| &*resource.id).collect();
    let (mut sink, mut found) = Sink::channel(64);
    let listing = async {
        let result = handler.list(&context, &mut sink).await;
        drop(sink);
        result
    };
    let collecting = async {
        let mut states: HashMap<Arc<str>, (State, crate::resource::Fact<jiff::Timestamp>)> = HashMap::new();
        while let Some(resource) = found.recv().await {
            if wanted.contains(&*resource.id) {
                states.insert(resource.id, (resource.state, resource.created));
            }
        }
        states
    };
    let (result, states) = tokio::join!(listing, collecting);
    result?;
    let status = |resource: &Resource| match states.get(&resource.id) {
        None => Status::Gone,
        // The same name, made at another time: the one we know is gone, and this is none of our business here.
        Some((_, created))
            if !mutated!(NamesakeIsTheSame)
                && matches!((created.known(), resource.created.known()), (Some(now), Some(then)) if now != then) =>
        {
            Status::Gone
        }
        Some((State::Deleting, _)) => Status::Deleting,
        Some((State::Failed(why), _)) => Status::Failed(why.to_string()),
        Some((State::Present | State::Gone, _)) => Status::Present,
    };
    Ok(items.iter().map(|(node, resource)| (*node, status(resource))).collect())
}

/// Looks into items of one type in one region: what each holds.
pub(super) async fn look_into(
    handler: Arc<dyn DynHandler>,
    context: Context,
    items: Vec<(u32, Arc<Resource>)>,
) -> Vec<(u32, Result<Option<String>, Error>)> {
    let looks = items.into_iter().map(|(node, resource)| {
        let (handler, context) = (handler.clone(), context.clone());
        async move { (node, handler.contents(&context, &resource).await) }
    });
    futures::stream::iter(looks.collect::<Vec<_>>()).buffered(FEW).collect().await
}

/// Asks about each item; `None` if the type has no such question.
async fn ask_each(
    handler: &Arc<dyn DynHandler>,
    context: &Context,
    items: &[(u32, Arc<Resource>)],
) -> Result<Option<Vec<(u32, Status)>>, Error> {
    let questions: Vec<_> = items
        .iter()
        .map(|(node, resource)| ask(handler.clone(), context.clone(), *node, resource.clone()))
        .collect();
    let answers: Vec<Result<Option<(u32, Status)>, Error>> =
        futures::stream::iter(questions).buffered(FEW).collect().await;
    answers.into_iter().collect()
}

async fn ask(
    handler: Arc<dyn DynHandler>,
    context: Context,
    node: u32,
    resource: Arc<Resource>,
) -> Result<Option<(u32, Status)>, Error> {
    match handler.status(&context, &resource).await {
        Ok(status) => Ok(status.map(|status| (node, status))),
        Err(error) if error.kind == ErrorKind::Gone => Ok(Some((node, Status::Gone))),
        Err(error) => Err(error),
    }
}
