mod answers;
mod contents;
mod ends;
mod progress;
mod timers;

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::{self, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

use super::item::{Item, Seen, State};
use super::poll::{self, GroupKey, Groups};
use super::ready::{LaneKey, ReadyQueue};
use super::{Blockers, ItemResult};
use crate::error::Error;
use crate::event::{EventKind, ItemRef, Recorder};
use crate::handler::{Access, Deletion, DynHandler, Emptying, Registry, Status};
use crate::lane::Purpose;
use crate::plan::{Graph, Node, Plan, Relations};
use crate::report::ItemOutcome;
use crate::resource::{Region, State as Shown};
use crate::run::Task;

/// How often progress is drawn.
const TICK: Duration = Duration::from_millis(100);
/// How long calls that are under way may take to end once the run is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Deletes the items of a plan, or empties them.
#[derive(Debug)]
pub struct Executor<'a> {
    /// The account.
    pub access: &'a Access,
    /// The types.
    pub registry: &'a Registry,
    /// How long nothing may change before what is held is given up.
    pub patience: Duration,
    /// Whether the items are deleted, or emptied.
    pub task: Task,
}

/// What there is to do: the items of a plan, and what waits for what among them.
#[derive(Debug)]
pub struct Order<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The places of the items in it.
    pub items: &'a [u32],
    /// What waits for what.
    pub graph: &'a Graph,
    /// Who uses and owns whom.
    pub relations: &'a Relations,
}

impl Executor<'_> {
    /// Deletes or empties all items, and says what became of each, in their order.
    ///
    /// Ends when all are through, when nothing can become ready any more, or when the lanes' stop token is cancelled. Items that
    /// were not begun, or not confirmed, are then pending.
    ///
    /// # Errors
    /// Credentials, if AWS no longer accepts them: the results so far come with the error.
    pub async fn run(&self, order: &Order<'_>, recorder: &mut Recorder) -> (Vec<ItemResult>, Option<Error>) {
        let mut dispatcher = Dispatcher::new(self, order, recorder);
        dispatcher.begin();
        let fatal = dispatcher.drive().await;
        dispatcher.end();
        let mut results: Vec<ItemResult> = dispatcher.items.into_iter().map(|item| item.result).collect();
        // They took the place of the items, which are larger.
        results.shrink_to_fit();
        (results, fatal)
    }
}

/// What a task reports.
enum Message {
    Unlinked(Node, Result<(), Error>),
    Attempted(Node, Result<Deletion, Error>),
    Emptied(Node, Result<Emptying, Error>),
    LookedInto { key: GroupKey, elapsed: Duration, answers: Vec<(Node, Result<Option<String>, Error>)> },
    Looked { key: GroupKey, elapsed: Duration, nodes: Vec<Node>, result: Result<Vec<(Node, Status)>, Error> },
}

pub(super) struct Dispatcher<'a, 'r> {
    executor: &'a Executor<'a>,
    pub(super) order: &'a Order<'a>,
    recorder: &'r mut Recorder,
    pub(super) items: Vec<Item>,
    waits_for: Vec<u32>,
    ready: ReadyQueue,
    groups: Groups,
    parked: BTreeSet<(Instant, Node)>,
    /// Where something has gone since parked items were last woken.
    stirred: HashSet<Region>,
    circles_left: Vec<usize>,
    tasks: JoinSet<Message>,
    task_nodes: HashMap<task::Id, Vec<Node>>,
    active: HashSet<Node>,
    /// Made when something is in the way for the first time.
    blockers: OnceCell<Blockers<'a>>,
    finished: usize,
    failed: usize,
    gone: u32,
    pub(super) last_progress: Instant,
    /// Whether what is held is given up at its next refusal: nothing had gone for too long.
    pub(super) given_up: bool,
    /// Whether the run is over: what is left is pending, and blocks nobody.
    ending: bool,
    node_of: HashMap<u32, Node>,
    woken: Instant,
    fatal: Option<Error>,
}

impl<'a, 'r> Dispatcher<'a, 'r> {
    fn new(executor: &'a Executor<'a>, order: &'a Order<'a>, recorder: &'r mut Recorder) -> Self {
        let mut items: Vec<Item> = Vec::with_capacity(order.items.len());
        for place in order.items {
            let resource = &order.plan.entries[*place as usize].resource;
            // Nobody else empties what is to be emptied.
            let owned = executor.task.is_clear() && !order.relations.owners[*place as usize].is_empty();
            items.push(Item::new(resource.clone(), owned));
        }
        for (circle, nodes) in (0_u32..).zip(&order.graph.cycles) {
            for node in nodes {
                items[*node as usize].circle = Some(circle);
            }
        }
        Self {
            executor,
            order,
            recorder,
            items,
            waits_for: order.graph.waits_for.clone(),
            ready: ReadyQueue::default(),
            groups: Groups::default(),
            parked: BTreeSet::new(),
            stirred: HashSet::new(),
            circles_left: order.graph.cycles.iter().map(Vec::len).collect(),
            tasks: JoinSet::new(),
            task_nodes: HashMap::new(),
            active: HashSet::new(),
            blockers: OnceCell::new(),
            finished: 0,
            failed: 0,
            gone: 0,
            last_progress: Instant::now(),
            given_up: false,
            ending: false,
            node_of: order.items.iter().copied().zip(0_u32..).collect(),
            woken: Instant::now(),
            fatal: None,
        }
    }

    fn begin(&mut self) {
        let free: Vec<Node> =
            (0_u32..).zip(&self.waits_for).filter(|(_, count)| **count == 0).map(|(node, _)| node).collect();
        for node in free {
            self.release(node);
        }
    }

    async fn drive(&mut self) -> Option<Error> {
        let stop = self.executor.access.lanes().stop_token().clone();
        let mut stopping: Option<Instant> = None;
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let draws = self.recorder.draws();
        while self.finished < self.items.len() {
            if stopping.is_none() {
                self.wake_parked();
                self.start_ready();
                self.start_looks();
                if self.ready.is_empty() && self.is_hopeless() {
                    let before = self.finished;
                    self.give_up();
                    if self.finished > before {
                        continue;
                    }
                    if self.tasks.is_empty() && self.active.is_empty() {
                        break;
                    }
                }
            } else if self.tasks.is_empty() {
                break;
            }
            if self.recorder.failure().is_some() {
                stop.cancel();
            }
            let wake = match stopping {
                Some(since) => since + DRAIN,
                None => self.next_timer(),
            };
            tokio::select! {
                biased;
                _ = tick.tick(), if draws => self.show_progress(),
                () = stop.cancelled(), if stopping.is_none() => {
                    stopping = Some(Instant::now());
                    let why = "no new deletions are begun, those under way may end".to_owned();
                    self.recorder.emit(EventKind::Stopping { why });
                }
                Some(joined) = self.tasks.join_next_with_id() => self.joined(joined),
                () = tokio::time::sleep_until(wake) => {
                    if stopping.is_some() {
                        self.tasks.abort_all();
                        break;
                    }
                }
            }
            if self.fatal.is_some() {
                stop.cancel();
            }
        }
        self.show_progress();
        self.fatal.take()
    }

    /// Everything not at its end is pending. What was given up before other things went deserves another try.
    fn end(&mut self) {
        self.ending = true;
        let gone = self.gone;
        for item in &mut self.items {
            let is_open = matches!(item.result.outcome, ItemOutcome::Blocked | ItemOutcome::Pending);
            let is_given_up = item.is_finished() && is_open;
            item.result.again |= is_given_up && item.attempts > 0 && gone > item.gone_before;
        }
        for node in 0..u32::try_from(self.items.len()).expect("fewer than 2^32 items") {
            if !self.items[node as usize].is_finished() {
                let error = self.items[node as usize].result.error.take();
                self.finish(node, ItemOutcome::Pending, error, Vec::new());
            }
        }
    }

    /// All a node waited for is through.
    fn release(&mut self, node: Node) {
        let at = node as usize;
        if at >= self.items.len() {
            self.pass_on(node, true);
            return;
        }
        let item = &mut self.items[at];
        if item.is_finished() {
            return;
        }
        if self.executor.task.is_clear() && (item.owned || item.resource.state == Shown::Deleting) {
            let owned = item.owned;
            self.confirm(node, Seen::Nothing, owned);
        } else {
            self.enqueue(node);
        }
    }

    fn enqueue(&mut self, node: Node) {
        self.items[node as usize].state = State::Ready;
        self.active.remove(&node);
        let lane = self.lane(node);
        self.ready.push(lane, self.order.graph.depth[node as usize], node);
    }

    fn lane(&self, node: Node) -> LaneKey {
        let region = &self.items[node as usize].resource.region;
        (self.handler(node).spec().service.clone(), region.as_str().to_owned())
    }

    fn handler(&self, node: Node) -> &'a Arc<dyn DynHandler> {
        let type_name = &self.items[node as usize].resource.type_name;
        let handler = self.executor.registry.get(type_name.as_str());
        handler.expect("plans are made and checked with this registry")
    }

    fn group(&self, node: Node) -> GroupKey {
        self.items[node as usize].resource.place()
    }

    /// Waits until an item is no longer listed.
    pub(super) fn confirm(&mut self, node: Node, seen: Seen, at_once: bool) {
        let now = Instant::now();
        let item = &mut self.items[node as usize];
        item.began.get_or_insert(now);
        item.state = State::Confirming { since: now, seen };
        self.active.insert(node);
        self.groups.add(self.group(node), node, at_once);
    }

    fn park(&mut self, node: Node, error: Error) {
        let now = Instant::now();
        let place = self.order.items[node as usize];
        let blocked_by = self.blockers(place, &error);
        let item = &mut self.items[node as usize];
        item.result.error = Some(error.clone());
        item.result.blocked_by = blocked_by.as_slice().into();
        if mutated!(NeverTriesAgain) || (self.given_up && item.parks > 0) {
            return self.give_up_held(node);
        }
        let wait = item.next_park();
        item.state = State::Parked { since: now, until: now + wait };
        let event = EventKind::AttemptFailed {
            item: ItemRef::from(&*item.resource),
            error,
            retry_in_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            blocked_by,
        };
        self.active.insert(node);
        self.parked.insert((now + wait, node));
        self.recorder.emit(event);
    }

    pub(super) fn unpark(&mut self, until: Instant, node: Node) {
        self.parked.remove(&(until, node));
    }

    fn blockers(&self, place: u32, error: &Error) -> Vec<String> {
        let is_gone = |place: u32| {
            self.node_of.get(&place).is_some_and(|node| {
                let item = &self.items[*node as usize];
                item.is_finished() && item.result.outcome.is_gone()
            })
        };
        let blockers = self.blockers.get_or_init(|| Blockers::of(self.order.plan, self.order.relations));
        blockers.name(place, Some(error), is_gone)
    }

    fn start_ready(&mut self) {
        for node in self.ready.start() {
            self.start(node);
        }
    }

    fn start(&mut self, node: Node) {
        let now = Instant::now();
        let (lane, handler) = (self.lane(node), self.handler(node).clone());
        let item = &mut self.items[node as usize];
        if item.state != State::Ready {
            self.ready.done(&lane);
            return;
        }
        item.began.get_or_insert(now);
        let resource = item.resource.clone();
        let context = self.executor.access.context(&resource.type_name, &resource.region, Purpose::Delete);
        self.active.insert(node);
        let handle = if !self.executor.task.is_clear() {
            item.state = State::Deleting { since: now };
            item.attempts += 1;
            item.result.started_at.get_or_insert_with(Timestamp::now);
            let event =
                EventKind::EmptyingStarted { item: ItemRef::from(&*item.resource), attempt: item.attempts };
            self.recorder.emit(event);
            self.tasks.spawn(async move { Message::Emptied(node, handler.empty(&context, &resource).await) })
        } else if item.circle.is_some() && !item.unlinked && !mutated!(SkipsUnlink) {
            item.state = State::Unlinking { since: now };
            self.tasks
                .spawn(async move { Message::Unlinked(node, handler.unlink(&context, &resource).await) })
        } else {
            item.state = State::Deleting { since: now };
            item.attempts += 1;
            item.result.started_at.get_or_insert_with(Timestamp::now);
            let event =
                EventKind::DeleteStarted { item: ItemRef::from(&*item.resource), attempt: item.attempts };
            self.recorder.emit(event);
            self.tasks
                .spawn(async move { Message::Attempted(node, handler.delete(&context, &resource).await) })
        };
        self.task_nodes.insert(handle.id(), vec![node]);
    }

    fn start_looks(&mut self) {
        for (key, nodes) in self.groups.due() {
            let Some(first) = nodes.first() else { continue };
            let handler = self.handler(*first).clone();
            let context = self.executor.access.context(&key.0, &key.1, Purpose::List);
            let items: Vec<_> =
                nodes.iter().map(|node| (*node, self.items[*node as usize].resource.clone())).collect();
            let is_clear = self.executor.task.is_clear();
            let handle = self.tasks.spawn(async move {
                let started = Instant::now();
                if !is_clear {
                    let answers = poll::look_into(handler, context, items).await;
                    return Message::LookedInto { key, elapsed: started.elapsed(), answers };
                }
                let nodes = items.iter().map(|(node, _)| *node).collect();
                let result = poll::look(handler, context, items).await;
                Message::Looked { key, elapsed: started.elapsed(), nodes, result }
            });
            self.task_nodes.insert(handle.id(), Vec::new());
        }
    }

    fn progressed(&mut self) {
        self.last_progress = Instant::now();
        self.given_up = false;
    }

    pub(super) fn patience(&self) -> Duration {
        self.executor.patience
    }

    pub(super) fn active(&self) -> impl Iterator<Item = Node> + '_ {
        self.active.iter().copied()
    }
}
