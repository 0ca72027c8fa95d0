use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::StoreError;
use crate::account::AccountId;
use crate::history::Entry;
use crate::record::Record;
use crate::state::Step;
use crate::ticket::Ticket;

/// What a store answers, some time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps the records of one pool.
///
/// # Behavior
/// - Each call takes effect at one moment between its sending and its reply, or not at all.
/// - Reads are consistent: they show all that took effect before they were sent.
/// - A write whose condition does not hold changes nothing.
pub trait Store: Send + Sync + fmt::Debug + 'static {
    /// The record of an account, removed ones included.
    fn account<'a>(&'a self, account: &'a AccountId) -> Answer<'a, Option<Arc<Record>>>;

    /// The records of all accounts, without removed ones, by account id.
    fn accounts(&self) -> Answer<'_, Vec<Arc<Record>>>;

    /// Writes the record of a step over the one it replaces, adds the step's entry to history, and uses up a ticket that is still
    /// there: all or nothing.
    fn write<'a>(&'a self, step: &'a Step, ticket: Option<&'a Ticket>) -> Answer<'a, ()>;

    /// The entry of history that made this version of a record.
    fn entry<'a>(&'a self, account: &'a AccountId, version: u64) -> Answer<'a, Option<Entry>>;

    /// The latest entries of an account's history, the latest first.
    fn history<'a>(&'a self, account: &'a AccountId, limit: usize) -> Answer<'a, Vec<Entry>>;

    /// Raises a counter and tells it. If the reply is lost, a number is left out.
    fn next_number(&self) -> Answer<'_, u64>;

    /// All tickets, by number.
    fn tickets(&self) -> Answer<'_, Vec<Arc<Ticket>>>;

    /// Writes a ticket: over the one with this heartbeat of the same request, or where none may be.
    fn put_ticket<'a>(&'a self, ticket: &'a Ticket, replaces: Option<u64>) -> Answer<'a, ()>;

    /// Deletes a ticket.
    fn drop_ticket<'a>(&'a self, ticket: &'a Ticket, condition: DropIf) -> Answer<'a, ()>;
}

/// When a ticket may be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropIf {
    /// It is of the same request: who waits leaves.
    Same,
    /// It is of the same request and shows the same heartbeat: who waits fell silent.
    Silent,
}
