use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::error::Error;
use crate::report::ItemOutcome;
use crate::resource::{Resource, ThinVec};
use crate::run::Task;

/// The first wait before a parked item is tried again by itself; it doubles each time.
const FIRST_PARK: Duration = Duration::from_millis(500);
/// The longest such wait.
const LONGEST_PARK: Duration = Duration::from_secs(15);

/// How often AWS may work on an item in vain before that no longer counts as a change: what fails each time must not go on for ever.
const RELAPSES: u32 = 2;

/// Says what became of an item.
#[derive(Clone, Debug)]
pub struct ItemResult {
    /// How it ended.
    pub outcome: ItemOutcome,
    /// How often its deletion was asked for.
    pub attempts: u32,
    /// When that began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What was in the way.
    pub error: Option<Error>,
    /// What holds it.
    pub blocked_by: ThinVec<String>,
    /// Whether AWS took its deletion at some time: then it may go yet, whatever became of the run.
    pub taken: bool,
    /// Whether it deserves another try: something has gone since it was given up, or nobody knows whether it is still the same.
    pub again: bool,
}

/// Where an item is on its way.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    /// Others must go first.
    Waiting,
    /// It could start, and waits for a place.
    Ready,
    /// What it cites is being cut.
    Unlinking { since: Instant },
    /// Its circle is not unlinked yet.
    Unlinked,
    /// A task works on it.
    Deleting { since: Instant },
    /// AWS, or its owner, works on it.
    Confirming { since: Instant, seen: Seen },
    /// Something is in the way: it is tried again at this time, or when something near it has gone.
    Parked { since: Instant, until: Instant },
    /// It is at its end.
    Finished,
}

/// What was last seen of an item that should go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Seen {
    /// Nobody has looked yet.
    Nothing,
    /// AWS says it works on it.
    Deleting,
    /// It is simply there, since this time.
    Present(Instant),
    /// AWS worked on it, and now it is simply there, since this time: its deletion failed, or it is another one of its name.
    Back(Instant),
    /// Nobody could look.
    Unreadable,
    /// It is to be given up, and nobody has looked whether AWS works on it after all.
    Doubtful,
}

/// One resource on its way out.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) resource: Arc<Resource>,
    pub(super) state: State,
    /// Whether something takes it along: then it is only looked for once that is gone.
    pub(super) owned: bool,
    /// The circle it is in.
    pub(super) circle: Option<u32>,
    pub(super) unlinked: bool,
    pub(super) attempts: u32,
    pub(super) parks: u32,
    pub(super) unexpected: u32,
    /// How often AWS worked on it and then no longer did, while it stayed.
    pub(super) relapses: u32,
    pub(super) began: Option<Instant>,
    /// Whether somebody looked, when it was to be given up, whether AWS works on it after all.
    pub(super) looked: bool,
    /// How many items had gone when it came to its end.
    pub(super) gone_before: u32,
    pub(super) result: ItemResult,
}

impl Item {
    pub(super) fn new(resource: Arc<Resource>, owned: bool) -> Self {
        Self {
            resource,
            state: State::Waiting,
            owned,
            circle: None,
            unlinked: false,
            attempts: 0,
            parks: 0,
            unexpected: 0,
            relapses: 0,
            began: None,
            looked: false,
            gone_before: 0,
            result: ItemResult {
                outcome: ItemOutcome::Pending,
                attempts: 0,
                started_at: None,
                finished_at: None,
                error: None,
                blocked_by: ThinVec::new(),
                taken: false,
                again: false,
            },
        }
    }

    pub(super) fn is_finished(&self) -> bool {
        self.state == State::Finished
    }

    /// Whether AWS has worked on it in vain so often that its working on it gives no hope any more.
    pub(super) fn is_in_vain(&self) -> bool {
        self.relapses > RELAPSES
    }

    /// How long the next park lasts, if nothing wakes the item before.
    pub(super) fn next_park(&mut self) -> Duration {
        self.parks += 1;
        FIRST_PARK.saturating_mul(1 << (self.parks - 1).min(8)).min(LONGEST_PARK)
    }

    /// What to show of it: what happens, and since when.
    pub(super) fn activity(&self, task: Task) -> Option<(String, Instant)> {
        match &self.state {
            State::Unlinking { since } => Some(("unlinking".to_owned(), *since)),
            State::Deleting { since } => {
                let what = if task.is_clear() { "deleting" } else { "emptying" };
                Some((what.to_owned(), *since))
            }
            State::Confirming { since, .. } => Some(("waiting for AWS".to_owned(), *since)),
            State::Parked { since, .. } => {
                let why = self.result.error.as_ref().and_then(|error| error.code.clone());
                Some((
                    format!("held: {}", why.unwrap_or_else(|| "something is in the way".to_owned())),
                    *since,
                ))
            }
            _ => None,
        }
    }
}
