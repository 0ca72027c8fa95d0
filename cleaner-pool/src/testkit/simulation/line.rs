use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::process::Process;
use super::scenario::Faults;
use super::world::World;
use crate::account::AccountId;
use crate::history::Entry;
use crate::record::Record;
use crate::state::Step;
use crate::store::{Answer, DropIf, Store, StoreError, StoreErrorKind};
use crate::ticket::Ticket;

/// The line of one process to the store: slow, and not to be relied on.
#[derive(Clone, Debug)]
pub(in crate::testkit) struct Line {
    world: Arc<Mutex<World>>,
    process: Process,
    faults: Arc<Faults>,
}

/// What becomes of a call.
enum Fate {
    Served,
    Throttled,
    Failed,
    Lost,
    Late,
}

impl Line {
    pub(in crate::testkit) fn new(world: Arc<Mutex<World>>, process: Process, faults: Arc<Faults>) -> Self {
        Self { world, process, faults }
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn process(&self) -> &Process {
        &self.process
    }

    fn fate(&self, writes: bool) -> (Fate, Duration, Duration) {
        let calm = self.world().calm;
        let faults = &self.faults;
        self.process.roll(|dice| {
            let (there, back) = (dice.u64(1..25), dice.u64(0..25));
            let slow = if !calm && faults.slow > 0 && dice.u32(0..1000) < faults.slow {
                [dice.u64(0..9_000), dice.u64(0..9_000)]
            } else {
                [0, 0]
            };
            let mut left = if calm { 1000 } else { dice.u32(0..1000) };
            let mut is = |often: u32| {
                let is = left < often;
                left = left.saturating_sub(often);
                is
            };
            let fate = if is(faults.throttled) {
                Fate::Throttled
            } else if is(faults.failed) {
                Fate::Failed
            } else if is(faults.lost) {
                Fate::Lost
            } else if writes && is(faults.late) {
                Fate::Late
            } else {
                Fate::Served
            };
            (fate, Duration::from_millis(there + slow[0]), Duration::from_millis(back + slow[1]))
        })
    }

    fn call<'a, T: Send + 'a>(
        &'a self,
        writes: bool,
        effect: impl FnOnce(&mut World, &Process) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            self.process.gate().await;
            let (fate, there, back) = self.fate(writes);
            tokio::time::sleep(there).await;
            if self.process.is_dead() {
                // What is on its way arrives even if its sender is gone.
                if matches!(fate, Fate::Served | Fate::Lost) {
                    drop(effect(&mut self.world(), &self.process));
                }
                return std::future::pending().await;
            }
            let answer = match fate {
                Fate::Served => effect(&mut self.world(), &self.process),
                Fate::Throttled => Err(StoreError::new(StoreErrorKind::Busy, "throttled")),
                Fate::Failed => Err(StoreError::new(StoreErrorKind::Unclear, "the line broke")),
                Fate::Lost => {
                    drop(effect(&mut self.world(), &self.process));
                    Err(StoreError::new(StoreErrorKind::Unclear, "the reply was lost"))
                }
                Fate::Late => {
                    let line = self.clone();
                    let delay = Duration::from_millis(self.process.roll(|dice| dice.u64(100..20_000)));
                    drop(tokio::spawn(async move {
                        tokio::time::sleep(delay).await;
                        drop(effect(&mut line.world(), &line.process));
                    }));
                    Err(StoreError::new(StoreErrorKind::Unclear, "the call timed out"))
                }
            };
            if !self.world().calm {
                self.process.stumble();
            }
            if !back.is_zero() {
                tokio::time::sleep(back).await;
            }
            self.process.gate().await;
            answer
        })
    }
}

impl Store for Line {
    fn account<'a>(&'a self, account: &'a AccountId) -> Answer<'a, Option<Arc<Record>>> {
        let account = account.clone();
        self.call(false, move |world, _| Ok(world.account(&account)))
    }

    fn accounts(&self) -> Answer<'_, Vec<Arc<Record>>> {
        self.call(false, |world, _| Ok(world.accounts()))
    }

    fn write<'a>(&'a self, step: &'a Step, ticket: Option<&'a Ticket>) -> Answer<'a, ()> {
        let (step, ticket) = (step.clone(), ticket.cloned());
        self.call(true, move |world, process| world.write(&step, ticket.as_ref(), process))
    }

    fn entry<'a>(&'a self, account: &'a AccountId, version: u64) -> Answer<'a, Option<Entry>> {
        let account = account.clone();
        self.call(false, move |world, _| Ok(world.entry(&account, version)))
    }

    fn history<'a>(&'a self, account: &'a AccountId, limit: usize) -> Answer<'a, Vec<Entry>> {
        let account = account.clone();
        self.call(false, move |world, _| Ok(world.history(&account, limit)))
    }

    fn next_number(&self) -> Answer<'_, u64> {
        self.call(false, |world, _| Ok(world.next_number()))
    }

    fn tickets(&self) -> Answer<'_, Vec<Arc<Ticket>>> {
        self.call(false, |world, _| Ok(world.tickets()))
    }

    fn put_ticket<'a>(&'a self, ticket: &'a Ticket, replaces: Option<u64>) -> Answer<'a, ()> {
        let ticket = ticket.clone();
        self.call(true, move |world, process| world.put_ticket(&ticket, replaces, process))
    }

    fn drop_ticket<'a>(&'a self, ticket: &'a Ticket, condition: DropIf) -> Answer<'a, ()> {
        let ticket = ticket.clone();
        self.call(true, move |world, _| world.drop_ticket(&ticket, condition))
    }
}
