//! What tasks report, and what follows from it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task;
use tokio::time::Instant;

use super::{Dispatcher, Message};
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, ItemRef};
use crate::execute::item::{Seen, State};
use crate::execute::poll::GroupKey;
use crate::handler::{Deletion, Status, TypeSpec};
use crate::plan::Node;
use crate::report::ItemOutcome;
use crate::resource::State as Shown;

/// How long an item may be simply there after AWS took its deletion, before the deletion is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(20);

impl Dispatcher<'_, '_> {
    pub(super) fn joined(&mut self, joined: Result<(task::Id, Message), task::JoinError>) {
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

    pub(super) fn handle(&mut self, message: Message) {
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
            Message::Emptied(node, result) => {
                let lane = self.lane(node);
                self.ready.done(&lane);
                self.emptied(node, result);
            }
            Message::LookedInto { key, elapsed, answers } => self.looked_into(&key, elapsed, answers),
            Message::Looked { key, elapsed, nodes, result } => self.looked(&key, elapsed, &nodes, result),
        }
    }

    /// Once all of a circle are unlinked, its members can go.
    pub(super) fn circle_unlinked(&mut self, circle: u32) {
        let circle = circle as usize;
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

    pub(super) fn attempted(&mut self, node: Node, result: Result<Deletion, Error>) {
        let item = &mut self.items[node as usize];
        let error = match result {
            Ok(Deletion::Started) if mutated!(StartedIsGone) => {
                return self.finish(node, ItemOutcome::Deleted, None, Vec::new());
            }
            Ok(Deletion::Done) => return self.finish(node, ItemOutcome::Deleted, None, Vec::new()),
            Ok(Deletion::Started) => {
                item.result.taken = true;
                let event = EventKind::Waiting { item: ItemRef::from(&*item.resource) };
                self.recorder.emit(event);
                if self.items[node as usize].attempts == 1 {
                    self.progressed();
                }
                return self.confirm(node, Seen::Nothing, false);
            }
            Err(error) => error,
        };
        match error.kind {
            ErrorKind::Denied if mutated!(DeniedIsGone) => {
                self.finish(node, ItemOutcome::Deleted, None, Vec::new());
            }
            ErrorKind::Gone => {
                let first = item.attempts == 1;
                let outcome = if first { ItemOutcome::AlreadyGone } else { ItemOutcome::Deleted };
                self.finish(node, outcome, None, Vec::new());
            }
            _ => self.refused(node, error),
        }
    }

    /// What follows from an error, whatever was asked for: the item is tried again later, or has failed.
    pub(super) fn refused(&mut self, node: Node, error: Error) {
        let item = &mut self.items[node as usize];
        match error.kind {
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
            ErrorKind::Protected => {
                let error = with_settings(error, self.handler(node).spec());
                self.finish(node, ItemOutcome::Failed, Some(error), Vec::new());
            }
            _ => self.finish(node, ItemOutcome::Failed, Some(error), Vec::new()),
        }
    }

    pub(super) fn looked(
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
            Err(_) if mutated!(UnreadableIsGone) => {
                for node in nodes {
                    self.finish(*node, ItemOutcome::Deleted, None, Vec::new());
                }
            }
            Err(error) => {
                for node in nodes {
                    let item = &mut self.items[*node as usize];
                    match &mut item.state {
                        State::Confirming { seen: Seen::Doubtful, .. } => self.give_up_held(*node),
                        State::Confirming { seen, .. } => {
                            *seen = Seen::Unreadable;
                            item.result.error = Some(error.clone());
                        }
                        _ => {}
                    }
                }
            }
        }
        self.groups.looked(key, elapsed, changed);
    }

    /// Takes what was seen of an item; tells whether that was news.
    pub(super) fn saw(&mut self, node: Node, status: Status) -> bool {
        let now = Instant::now();
        let item = &mut self.items[node as usize];
        let State::Confirming { seen, .. } = item.state else { return false };
        // While AWS worked on it nobody lost patience; that begins now.
        let is_back = seen == Seen::Deleting && status == Status::Present;
        if is_back || matches!(status, Status::Failed(_)) {
            item.relapses += 1;
            if !item.is_in_vain() {
                self.last_progress = now;
                self.given_up = false;
            }
        }
        let State::Confirming { seen, .. } = &mut item.state else { return false };
        match status {
            Status::Failed(_) if mutated!(FailedLateIsGone) => {
                self.finish(node, ItemOutcome::Deleted, None, Vec::new());
                true
            }
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
            Status::Present if *seen == Seen::Doubtful => {
                self.give_up_held(node);
                true
            }
            Status::Present if item.attempts == 0 => {
                // Its owner left it, or what was under way has ended without it.
                self.again(node);
                true
            }
            Status::Present => {
                *seen = match *seen {
                    Seen::Present(since) => Seen::Present(since),
                    Seen::Back(since) => Seen::Back(since),
                    Seen::Deleting => Seen::Back(now),
                    Seen::Nothing | Seen::Unreadable | Seen::Doubtful => Seen::Present(now),
                };
                match *seen {
                    Seen::Present(since) if now.duration_since(since) >= ASK_AGAIN => self.again(node),
                    // It may be another one of its name by now: whoever looks back decides about that.
                    Seen::Back(since) if now.duration_since(since) >= ASK_AGAIN => {
                        item.result.again = true;
                        let message = "AWS worked on its deletion, and it is there again.";
                        let error = Error::new(ErrorKind::Unexpected, message);
                        self.finish(node, ItemOutcome::Pending, Some(error), Vec::new());
                    }
                    _ => {}
                }
                false
            }
            Status::Failed(why) => {
                let mut resource = (*item.resource).clone();
                resource.state = Shown::Failed(why.as_str().into());
                item.resource = Arc::new(resource);
                self.groups.remove(&self.group(node), node);
                if self.items[node as usize].relapses <= 1 {
                    self.again(node);
                } else {
                    let message = format!("its deletion failed: {why}");
                    self.park(node, Error::new(ErrorKind::Dependency, message));
                }
                true
            }
        }
    }

    pub(super) fn again(&mut self, node: Node) {
        self.groups.remove(&self.group(node), node);
        self.enqueue(node);
    }
}

/// The same refusal with the names of the settings that may lift it, unless it names one.
fn with_settings(mut error: Error, spec: &TypeSpec) -> Error {
    let names: Vec<&str> = spec.settings.iter().map(|setting| setting.name.as_str()).collect();
    if !names.is_empty() && !names.iter().any(|name| error.message.contains(name)) {
        error.message =
            format!("{} Settings of {} that may lift this: {}.", error.message, spec.name, names.join(", "));
    }
    error
}
