//! What tasks report that empty items, and what follows from it.

use std::time::Duration;

use tokio::time::Instant;

use super::Dispatcher;
use crate::error::{Error, ErrorKind};
use crate::execute::item::{Seen, State};
use crate::execute::poll::GroupKey;
use crate::handler::Emptying;
use crate::plan::Node;
use crate::report::ItemOutcome;

/// How long something may be found in an item after AWS took its emptying, before that is asked for again: longer than the longest
/// that AWS names, of queues.
const EMPTY_AGAIN: Duration = Duration::from_secs(75);

impl Dispatcher<'_, '_> {
    pub(super) fn emptied(&mut self, node: Node, result: Result<Emptying, Error>) {
        let item = &mut self.items[node as usize];
        match result {
            Ok(emptying) => {
                item.result.taken = emptying == Emptying::Started;
                item.result.error = None;
                if item.attempts == 1 {
                    self.progressed();
                }
                self.confirm(node, Seen::Nothing, true);
            }
            // Also that it is gone: it was not to go.
            Err(error) => self.refused(node, error),
        }
    }

    pub(super) fn looked_into(
        &mut self,
        key: &GroupKey,
        elapsed: Duration,
        answers: Vec<(Node, Result<Option<String>, Error>)>,
    ) {
        let mut changed = false;
        for (node, answer) in answers {
            changed |= self.found_in(node, answer);
        }
        self.groups.looked(key, elapsed, changed);
    }

    /// Takes what was found in an item; tells whether that was news.
    fn found_in(&mut self, node: Node, answer: Result<Option<String>, Error>) -> bool {
        let now = Instant::now();
        let item = &mut self.items[node as usize];
        let State::Confirming { seen, .. } = item.state else { return false };
        let what = match answer {
            Ok(None) => {
                self.finish(node, ItemOutcome::Emptied, None, Vec::new());
                return true;
            }
            // What was in the way is said, not what it led to.
            _ if seen == Seen::Doubtful => {
                self.give_up_held(node);
                return true;
            }
            Ok(Some(what)) => what,
            Err(error) if error.kind == ErrorKind::Credentials => {
                self.fatal = Some(error);
                return false;
            }
            Err(error) => {
                let may_pass = matches!(
                    error.kind,
                    ErrorKind::Transient
                        | ErrorKind::Throttled
                        | ErrorKind::Dependency
                        | ErrorKind::Unexpected
                        | ErrorKind::Interrupted
                );
                if !may_pass {
                    self.finish(node, ItemOutcome::Failed, Some(error), Vec::new());
                    return true;
                }
                item.result.error = Some(error);
                self.seen(node, Seen::Unreadable);
                return false;
            }
        };
        let since = match seen {
            Seen::Present(since) => since,
            _ => now,
        };
        if !item.result.taken {
            let message = format!("it was emptied, and holds {what}: something may still write to it.");
            self.groups.remove(&self.group(node), node);
            self.park(node, Error::new(ErrorKind::Dependency, message));
            return true;
        }
        let message = format!("AWS took its emptying, and it still holds {what}.");
        item.result.error = Some(Error::new(ErrorKind::Dependency, message));
        self.seen(node, Seen::Present(since));
        if now.duration_since(since) >= EMPTY_AGAIN {
            self.again(node);
            return true;
        }
        false
    }

    fn seen(&mut self, node: Node, now: Seen) {
        if let State::Confirming { seen, .. } = &mut self.items[node as usize].state {
            *seen = now;
        }
    }
}

#[cfg(test)]
mod tests;
