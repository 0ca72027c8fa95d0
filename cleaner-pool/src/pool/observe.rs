use std::sync::{Arc, PoisonError};

use super::{Pool, Snapshot};
use crate::account::AccountId;
use crate::error::PoolError;
use crate::record::{Record, StateName};
use crate::state::{Intent, Refusal};
use crate::store::{DropIf, StoreError, StoreErrorKind};
use crate::ticket::Ticket;
use crate::watch::Pulse;

impl Pool {
    /// Looks at all accounts, and ends leases and cleanings whose holders fell silent: whoever looks looks after the pool.
    /// Returns the accounts as they were seen, and what was ended.
    ///
    /// # Errors
    /// The store fails.
    pub(crate) async fn look(&self) -> Result<(Vec<Arc<Record>>, Vec<(AccountId, StateName)>), PoolError> {
        let sent = self.clock.read();
        let accounts = self.store.accounts().await?;
        let returned = self.clock.read();
        let pulses = accounts.iter().filter_map(|record| {
            let tenure = record.state.tenure()?;
            let mark = (record.token.0, tenure.beat);
            Some((record.account.clone(), Pulse { mark, lease: tenure.lease, until: tenure.until }))
        });
        let silent = {
            let mut observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
            observer.accounts.look(sent, returned, pulses, &self.settings)
        };
        let mut ended = Vec::new();
        for record in accounts.iter().filter(|record| silent.contains(&record.account)) {
            if self.end(record).await? {
                ended.push((record.account.clone(), record.state.name()));
            }
        }
        Ok((accounts, ended))
    }

    /// Ends a lease or a cleaning, unless it shows a sign of life meanwhile.
    async fn end(&self, record: &Arc<Record>) -> Result<bool, PoolError> {
        let Some(tenure) = record.state.tenure() else { return Ok(false) };
        let intent = Intent::Expire(record.token, tenure.beat);
        match self.apply(&record.account, Some(record.clone()), &intent, None).await {
            Ok(_) => Ok(true),
            Err(PoolError::Refused(Refusal::Lost { .. } | Refusal::Alive(_) | Refusal::Unknown(_))) => {
                Ok(false)
            }
            // The next look will see it again.
            Err(error) if error.may_pass() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Looks at the queue, and drops the tickets of those who fell silent. Returns the others.
    ///
    /// # Errors
    /// The store fails.
    pub(crate) async fn queue(&self) -> Result<Vec<Arc<Ticket>>, StoreError> {
        let sent = self.clock.read();
        let mut tickets = self.store.tickets().await?;
        let returned = self.clock.read();
        if mutated!(TicketsNeverDie) {
            return Ok(tickets);
        }
        let silent = {
            let pulses = tickets.iter().map(|ticket| {
                // The number names a ticket; a name need not be a part of its mark.
                let mark = (ticket.number, ticket.beat);
                (ticket.number, Pulse { mark, lease: ticket.lease, until: ticket.until })
            });
            let mut observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
            observer.tickets.look(sent, returned, pulses, &self.settings)
        };
        for ticket in tickets.iter().filter(|ticket| silent.contains(&ticket.number)) {
            match self.store.drop_ticket(ticket, DropIf::Silent).await {
                Ok(()) => {}
                // It lives, or is gone; or the next look will see it again.
                Err(error) if error.may_pass() || error.kind == StoreErrorKind::TicketGone => {}
                Err(error) => return Err(error),
            }
        }
        tickets.retain(|ticket| !silent.contains(&ticket.number));
        Ok(tickets)
    }

    /// Looks once for leases, cleanings and tickets whose holders fell silent, and ends them.
    ///
    /// One look ends what lies further back than the clocks can be apart; to end what was silent for the length of a lease, look
    /// again with the same pool: [`reap`](Self::reap) does.
    ///
    /// # Errors
    /// The store fails.
    pub async fn look_after(&self) -> Result<Vec<(AccountId, StateName)>, PoolError> {
        let (_, ended) = self.look().await?;
        self.queue().await?;
        Ok(ended)
    }

    /// Watches until everything that is silent now is ended, and returns what was.
    ///
    /// # Errors
    /// The store fails for longer than the patience.
    pub async fn reap(&self) -> Result<Vec<(AccountId, StateName)>, PoolError> {
        let mut ended = Vec::new();
        // When the first look had returned: what it saw is watched from there on, however long it took.
        let mut first = None;
        loop {
            let sent = self.clock.read();
            let (accounts, now_ended) = self.persist_pool(|| self.look()).await?;
            ended.extend(now_ended);
            let tickets = self.persist(|| self.queue()).await?;
            let longest =
                accounts.iter().filter_map(|record| record.state.tenure()).map(|tenure| tenure.lease);
            let longest = longest.chain(tickets.iter().map(|ticket| ticket.lease)).max().unwrap_or_default();
            // Whoever begins meanwhile is not what was asked for.
            let needed = self.settings.stillness(longest) + self.settings.poll;
            let first = *first.get_or_insert_with(|| self.clock.read());
            if longest.is_zero() || sent.at_least_since(&first) > needed {
                return Ok(ended);
            }
            self.clock.sleep(self.settings.poll).await;
        }
    }

    async fn persist_pool<T, F>(&self, mut call: impl FnMut() -> F) -> Result<T, PoolError>
    where
        F: Future<Output = Result<T, PoolError>>,
    {
        let mut pauses = super::Pauses::new(self.clock.read());
        loop {
            match call().await {
                Err(PoolError::Store(error)) => self.bear(error, &mut pauses).await?,
                answer => return answer,
            }
        }
    }

    /// All accounts and all who wait.
    ///
    /// # Errors
    /// The store fails for longer than the patience.
    pub async fn status(&self) -> Result<Snapshot, PoolError> {
        let accounts = self.persist(|| self.store.accounts()).await?;
        let tickets = self.persist(|| self.store.tickets()).await?;
        Ok(Snapshot { at: self.clock.read().wall, accounts, tickets })
    }
}
