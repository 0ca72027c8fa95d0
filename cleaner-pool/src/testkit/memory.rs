use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use super::simulation::{Line, Process, Scenario, World};
use crate::account::AccountId;
use crate::history::Entry;
use crate::record::Record;
use crate::state::Step;
use crate::store::{Answer, DropIf, Store};
use crate::ticket::Ticket;

/// A store in memory that takes some milliseconds for a call and never fails. Clones share what is in it.
#[derive(Clone, Debug)]
pub struct MemoryStore(Line);

impl MemoryStore {
    /// An empty store. To be made within a runtime that has a clock.
    pub fn new() -> Self {
        let (scenario, began) = (Scenario::sized(0, 0, 0), Instant::now());
        let world = World::new(&scenario, &[], began, false);
        let process = Process::new("memory".to_owned(), &scenario, 0, began);
        Self(Line::new(Arc::new(Mutex::new(world)), process, Arc::default()))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    fn account<'a>(&'a self, account: &'a AccountId) -> Answer<'a, Option<Arc<Record>>> {
        self.0.account(account)
    }

    fn accounts(&self) -> Answer<'_, Vec<Arc<Record>>> {
        self.0.accounts()
    }

    fn write<'a>(&'a self, step: &'a Step, ticket: Option<&'a Ticket>) -> Answer<'a, ()> {
        self.0.write(step, ticket)
    }

    fn entry<'a>(&'a self, account: &'a AccountId, version: u64) -> Answer<'a, Option<Entry>> {
        self.0.entry(account, version)
    }

    fn history<'a>(&'a self, account: &'a AccountId, limit: usize) -> Answer<'a, Vec<Entry>> {
        self.0.history(account, limit)
    }

    fn next_number(&self) -> Answer<'_, u64> {
        self.0.next_number()
    }

    fn tickets(&self) -> Answer<'_, Vec<Arc<Ticket>>> {
        self.0.tickets()
    }

    fn put_ticket<'a>(&'a self, ticket: &'a Ticket, replaces: Option<u64>) -> Answer<'a, ()> {
        self.0.put_ticket(ticket, replaces)
    }

    fn drop_ticket<'a>(&'a self, ticket: &'a Ticket, condition: DropIf) -> Answer<'a, ()> {
        self.0.drop_ticket(ticket, condition)
    }
}
