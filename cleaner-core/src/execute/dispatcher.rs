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
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, ItemRef, Progress, Recorder};
use crate::handler::{Access, Deletion, Registry, Status};
use crate::lane::Purpose;
use crate::plan::{Graph, Node, Plan, Relations};
use crate::report::ItemOutcome;
use crate::resource::{Region, State as Shown};

/// How often progress is drawn.
const TICK: Duration = Duration::from_millis(100);
/// The shortest time between two attempts at a parked item, however much goes on around it.
const NUDGE: Duration = Duration::from_secs(1);
/// How long an item may be simply there after AWS took its deletion, before the deletion is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(20);
/// How long calls that are under way may take to end once the run is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Deletes the items of a plan.
#[derive(Debug)]
pub struct Executor<'a> {
    /// The account.
    pub access: &'a Access,
    /// The types.
    pub registry: &'a Registry,
    /// How long nothing may change before what is held is given up.
    pub patience: Duration,
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
    /// Deletes all items, and says what became of each, in their order.
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
        (dispatcher.items.into_iter().map(|item| item.result).collect(), fatal)
    }
}

/// What a task reports.
enum Message {
    Unlinked(Node, Result<(), Error>),
    Attempted(Node, Result<Deletion, Error>),
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
    blockers: Blockers<'a>,
    finished: usize,
    failed: usize,
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
            let handler = executor
                .registry
                .get(resource.type_name.as_str())
                .expect("plans are made and checked with this registry")
                .clone();
            let owned = !order.relations.owners[*place as usize].is_empty();
            items.push(Item::new(Arc::new(resource.clone()), handler, owned));
        }
        for (circle, nodes) in order.graph.cycles.iter().enumerate() {
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
            blockers: Blockers::of(order.plan, order.relations),
            finished: 0,
            failed: 0,
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
                _ = tick.tick() => self.show_progress(),
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

    /// Everything not at its end is pending.
    fn end(&mut self) {
        self.ending = true;
        for node in 0..u32::try_from(self.items.len()).expect("fewer than 2^32 items") {
            if !self.items[node as usize].is_finished() {
                let error = self.items[node as usize].result.error.take();
                self.finish(node, ItemOutcome::Pending, error, Vec::new());
            }
        }
    }

    // --- items -------------------------------------------------------------------------------------------------------

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
        if item.owned || item.resource.state == Shown::Deleting {
            let owned = item.owned;
            self.confirm(node, owned);
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
        let item = &self.items[node as usize];
        (item.handler.spec().service.clone(), item.resource.region.as_str().to_owned())
    }

    fn group(&self, node: Node) -> GroupKey {
        let resource = &self.items[node as usize].resource;
        (resource.type_name.clone(), resource.region.clone())
    }

    /// Waits until an item is no longer listed.
    fn confirm(&mut self, node: Node, at_once: bool) {
        let now = Instant::now();
        let item = &mut self.items[node as usize];
        item.began.get_or_insert(now);
        item.state = State::Confirming { since: now, seen: Seen::Nothing };
        self.active.insert(node);
        self.groups.add(self.group(node), node, at_once);
    }

    fn park(&mut self, node: Node, error: Error) {
        let now = Instant::now();
        let place = self.order.items[node as usize];
        let blocked_by = self.blockers(place, &error);
        if self.given_up && self.items[node as usize].parks > 0 {
            return self.finish(node, ItemOutcome::Blocked, Some(error), blocked_by);
        }
        let item = &mut self.items[node as usize];
        let wait = item.next_park();
        item.state = State::Parked { since: now, until: now + wait };
        item.result.error = Some(error.clone());
        item.result.blocked_by.clone_from(&blocked_by);
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

    fn blockers(&self, place: u32, error: &Error) -> Vec<String> {
        let is_gone = |place: u32| {
            self.node_of.get(&place).is_some_and(|node| {
                let item = &self.items[*node as usize];
                item.is_finished() && item.result.outcome.is_gone()
            })
        };
        self.blockers.name(place, Some(error), is_gone)
    }

    /// An item is at its end. What waited for it goes on, or is blocked by it.
    pub(super) fn finish(
        &mut self,
        node: Node,
        outcome: ItemOutcome,
        error: Option<Error>,
        blocked_by: Vec<String>,
    ) {
        let mut ends = vec![(node, outcome, error, blocked_by)];
        while let Some((node, outcome, error, blocked_by)) = ends.pop() {
            let item = &mut self.items[node as usize];
            if item.is_finished() {
                continue;
            }
            if let State::Parked { until, .. } = item.state {
                self.parked.remove(&(until, node));
            }
            item.state = State::Finished;
            item.result.outcome = outcome;
            item.result.attempts = item.attempts;
            item.result.error = error;
            item.result.blocked_by = blocked_by;
            item.result.finished_at = Some(Timestamp::now());
            let label = super::blockers::label(&item.resource);
            let circle = item.circle.filter(|_| !item.unlinked);
            item.unlinked = true;
            let event = EventKind::ItemFinished {
                item: ItemRef::from(&*item.resource),
                outcome,
                error: item.result.error.clone(),
                blocked_by: item.result.blocked_by.clone(),
            };
            let region = item.resource.region.clone();
            let began = item.began;
            self.finished += 1;
            self.active.remove(&node);
            self.groups.remove(&self.group(node), node);
            self.recorder.emit(event);
            if outcome.is_gone() {
                self.progressed();
                self.stirred.insert(region);
                if let Some(began) = began {
                    let type_name = self.items[node as usize].resource.type_name.clone();
                    self.groups.took(&type_name, began.elapsed());
                }
            } else {
                self.failed += 1;
                if !self.ending {
                    for &(after, hard) in &self.order.graph.after[node as usize] {
                        if hard {
                            ends.push((after, ItemOutcome::Blocked, None, vec![label.clone()]));
                        }
                    }
                }
            }
            if let Some(circle) = circle {
                self.circle_unlinked(circle);
            }
            self.pass_on(node, outcome.is_gone());
        }
    }

    /// Tells those that waited for a node that it is through. Barriers pass on at once.
    fn pass_on(&mut self, node: Node, gone: bool) {
        let mut through = vec![(node, gone)];
        while let Some((node, gone)) = through.pop() {
            let graph = self.order.graph;
            for &(after, hard) in &graph.after[node as usize] {
                if hard && !gone {
                    continue;
                }
                self.waits_for[after as usize] -= 1;
                if self.waits_for[after as usize] > 0 {
                    continue;
                }
                if after as usize >= self.items.len() {
                    through.push((after, true));
                } else {
                    self.release(after);
                }
            }
        }
    }

    // --- tasks -------------------------------------------------------------------------------------------------------

    fn start_ready(&mut self) {
        for node in self.ready.start() {
            self.start(node);
        }
    }

    fn start(&mut self, node: Node) {
        let now = Instant::now();
        let lane = self.lane(node);
        let item = &mut self.items[node as usize];
        if item.state != State::Ready {
            self.ready.done(&lane);
            return;
        }
        item.began.get_or_insert(now);
        let (handler, resource) = (item.handler.clone(), item.resource.clone());
        let context = self.executor.access.context(&resource.type_name, &resource.region, Purpose::Delete);
        self.active.insert(node);
        let handle = if item.circle.is_some() && !item.unlinked {
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
            let handler = self.items[*first as usize].handler.clone();
            let context = self.executor.access.context(&key.0, &key.1, Purpose::List);
            let items: Vec<_> =
                nodes.iter().map(|node| (*node, self.items[*node as usize].resource.clone())).collect();
            let handle = self.tasks.spawn(async move {
                let started = Instant::now();
                let nodes = items.iter().map(|(node, _)| *node).collect();
                let result = poll::look(handler, context, items).await;
                Message::Looked { key, elapsed: started.elapsed(), nodes, result }
            });
            self.task_nodes.insert(handle.id(), Vec::new());
        }
    }

    fn joined(&mut self, joined: Result<(task::Id, Message), task::JoinError>) {
        match joined {
            Ok((id, message)) => {
                self.task_nodes.remove(&id);
                self.handle(message);
            }
            Err(error) => {
                let nodes = self.task_nodes.remove(&error.id()).unwrap_or_default();
                for node in nodes {
                    let lane = self.lane(node);
                    self.ready.done(&lane);
                    let error =
                        Error::new(ErrorKind::Unexpected, "the handler broke off; please report this.");
                    self.finish(node, ItemOutcome::Failed, Some(error), Vec::new());
                }
            }
        }
    }

    fn handle(&mut self, message: Message) {
        match message {
            Message::Unlinked(node, result) => {
                let lane = self.lane(node);
                self.ready.done(&lane);
                let item = &mut self.items[node as usize];
                item.unlinked = true;
                item.state = State::Unlinked;
                match result {
                    Err(error) if error.kind == ErrorKind::Credentials => self.fatal = Some(error),
                    // What could not be cut will show when the resource itself is to go.
                    Err(error) => item.result.error = Some(error),
                    Ok(()) => {}
                }
                if let Some(circle) = self.items[node as usize].circle {
                    self.circle_unlinked(circle);
                }
            }
            Message::Attempted(node, result) => {
                let lane = self.lane(node);
                self.ready.done(&lane);
                self.attempted(node, result);
            }
            Message::Looked { key, elapsed, nodes, result } => self.looked(&key, elapsed, &nodes, result),
        }
    }

    /// Once all of a circle are unlinked, its members can go.
    fn circle_unlinked(&mut self, circle: usize) {
        self.circles_left[circle] -= 1;
        if self.circles_left[circle] > 0 {
            return;
        }
        let graph = self.order.graph;
        for &node in &graph.cycles[circle] {
            if self.items[node as usize].state == State::Unlinked {
                self.enqueue(node);
            }
        }
    }

    fn attempted(&mut self, node: Node, result: Result<Deletion, Error>) {
        let item = &mut self.items[node as usize];
        let error = match result {
            Ok(Deletion::Done) => return self.finish(node, ItemOutcome::Deleted, None, Vec::new()),
            Ok(Deletion::Started) => {
                let event = EventKind::Waiting { item: ItemRef::from(&*item.resource) };
                self.recorder.emit(event);
                if self.items[node as usize].attempts == 1 {
                    self.progressed();
                }
                return self.confirm(node, false);
            }
            Err(error) => error,
        };
        match error.kind {
            ErrorKind::Gone => {
                let first = item.attempts == 1;
                let outcome = if first { ItemOutcome::AlreadyGone } else { ItemOutcome::Deleted };
                self.finish(node, outcome, None, Vec::new());
            }
            ErrorKind::Dependency => self.park(node, error),
            ErrorKind::Credentials => {
                item.result.error = Some(error.clone());
                item.state = State::Waiting;
                self.active.remove(&node);
                self.fatal = Some(error);
            }
            ErrorKind::Interrupted => {
                item.state = State::Waiting;
                self.active.remove(&node);
            }
            // One more try: an answer nobody knows may be one that passes.
            ErrorKind::Unexpected if item.unexpected == 0 => {
                item.unexpected += 1;
                self.park(node, error);
            }
            _ => self.finish(node, ItemOutcome::Failed, Some(error), Vec::new()),
        }
    }

    fn looked(
        &mut self,
        key: &GroupKey,
        elapsed: Duration,
        nodes: &[Node],
        result: Result<Vec<(Node, Status)>, Error>,
    ) {
        let mut changed = false;
        match result {
            Ok(statuses) => {
                for (node, status) in statuses {
                    changed |= self.saw(node, status);
                }
            }
            Err(error) if error.kind == ErrorKind::Credentials => self.fatal = Some(error),
            Err(error) => {
                for node in nodes {
                    let item = &mut self.items[*node as usize];
                    if let State::Confirming { seen, .. } = &mut item.state {
                        *seen = Seen::Unreadable;
                        item.result.error = Some(error.clone());
                    }
                }
            }
        }
        self.groups.looked(key, elapsed, changed);
    }

    /// Takes what was seen of an item; tells whether that was news.
    fn saw(&mut self, node: Node, status: Status) -> bool {
        let now = Instant::now();
        let item = &mut self.items[node as usize];
        let State::Confirming { seen, .. } = &mut item.state else { return false };
        match status {
            Status::Gone => {
                let by_itself = item.attempts == 0 && !item.owned;
                let outcome = if by_itself { ItemOutcome::AlreadyGone } else { ItemOutcome::Deleted };
                self.finish(node, outcome, None, Vec::new());
                true
            }
            Status::Deleting => {
                *seen = Seen::Deleting;
                false
            }
            Status::Present if item.attempts == 0 => {
                // Its owner left it, or what was under way has ended without it.
                self.again(node);
                true
            }
            Status::Present => {
                let since = match *seen {
                    Seen::Present(since) => since,
                    _ => now,
                };
                *seen = Seen::Present(since);
                if now.duration_since(since) >= ASK_AGAIN {
                    self.again(node);
                }
                false
            }
            Status::Failed(why) => {
                let mut resource = (*item.resource).clone();
                resource.state = Shown::Failed(why.clone());
                item.resource = Arc::new(resource);
                self.groups.remove(&self.group(node), node);
                if self.items[node as usize].attempts <= 1 {
                    self.again(node);
                } else {
                    let message = format!("its deletion failed: {why}");
                    self.park(node, Error::new(ErrorKind::Dependency, message));
                }
                true
            }
        }
    }

    fn again(&mut self, node: Node) {
        self.groups.remove(&self.group(node), node);
        self.enqueue(node);
    }

    // --- time --------------------------------------------------------------------------------------------------------

    fn next_timer(&self) -> Instant {
        let now = Instant::now();
        let mut next = (self.last_progress + self.executor.patience).max(now + NUDGE);
        if let Some((until, _)) = self.parked.first() {
            next = next.min(*until);
        }
        if !self.stirred.is_empty() && !self.parked.is_empty() {
            next = next.min((self.woken + NUDGE / 4).max(now));
        }
        if let Some(look) = self.groups.next() {
            next = next.min(look);
        }
        next
    }

    /// Tries parked items again whose time has come, or near which something has gone.
    fn wake_parked(&mut self) {
        let now = Instant::now();
        let timed = self.parked.first().is_some_and(|(until, _)| *until <= now);
        let nudged = !self.stirred.is_empty() && now.duration_since(self.woken) >= NUDGE / 4;
        if self.parked.is_empty() || !(timed || nudged) {
            return;
        }
        self.woken = now;
        let stirred = std::mem::take(&mut self.stirred);
        let near = |region: &Region| {
            stirred.contains(region)
                || (!stirred.is_empty() && (region.is_global() || stirred.iter().any(Region::is_global)))
        };
        let due: Vec<(Instant, Node)> = self
            .parked
            .iter()
            .filter(|(until, node)| {
                let item = &self.items[*node as usize];
                let State::Parked { since, .. } = item.state else { return true };
                *until <= now || (near(&item.resource.region) && now.duration_since(since) >= NUDGE)
            })
            .copied()
            .collect();
        // Those that were parked too short a time ago are nudged later.
        if due.len() < self.parked.len() {
            let early = |(_, node): &(Instant, Node)| match self.items[*node as usize].state {
                State::Parked { since, .. } => now.duration_since(since) < NUDGE,
                _ => false,
            };
            if self.parked.iter().any(early) {
                self.stirred = stirred;
            }
        }
        for entry in due {
            self.parked.remove(&entry);
            if matches!(self.items[entry.1 as usize].state, State::Parked { .. }) {
                self.enqueue(entry.1);
            }
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

    fn show_progress(&mut self) {
        let mut progress = Progress {
            total: self.items.len(),
            done: self.finished,
            failed: self.failed,
            ..Progress::default()
        };
        let mut busiest = Vec::new();
        for node in &self.active {
            let item = &self.items[*node as usize];
            match item.state {
                State::Deleting { .. } | State::Unlinking { .. } => progress.running += 1,
                State::Confirming { .. } => progress.waiting += 1,
                State::Parked { .. } => progress.parked += 1,
                _ => {}
            }
            if let Some((what, since)) = item.activity() {
                busiest.push((since, *node, what));
            }
        }
        busiest.sort_unstable_by_key(|(since, node, _)| (*since, *node));
        progress.busiest = busiest
            .into_iter()
            .take(5)
            .map(|(since, node, what)| {
                (super::blockers::label(&self.items[node as usize].resource), what, since.elapsed())
            })
            .collect();
        self.recorder.emit(EventKind::Tick { progress });
    }
}
