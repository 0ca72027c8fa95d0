use std::sync::Arc;

use super::{Grant, Pool};
use crate::account::{AccountId, Details};
use crate::error::PoolError;
use crate::history::Entry;
use crate::record::{Quarantine, Record, StateName, Token};
use crate::state::{Intent, Refusal};

impl Pool {
    /// Puts an account into the pool, or changes what is known of one that is in it. It comes in as dirty: nobody knows what is
    /// in it until it was cleaned.
    ///
    /// # Errors
    /// The store fails.
    pub async fn add(&self, account: &AccountId, details: Details) -> Result<Arc<Record>, PoolError> {
        self.do_to(account, &Intent::Add(details)).await
    }

    /// Takes an account out of the pool.
    ///
    /// # Errors
    /// It is leased or being cleaned, or the store fails.
    pub async fn remove(&self, account: &AccountId) -> Result<Arc<Record>, PoolError> {
        self.do_to(account, &Intent::Remove).await
    }

    /// Takes an account out of use, whatever its state. Whoever holds it learns at the next heartbeat that it is lost, and the
    /// account is quarantined once it is given back, or its lease ran out.
    ///
    /// # Errors
    /// The pool does not have it, or the store fails.
    pub async fn quarantine(&self, account: &AccountId, why: Quarantine) -> Result<Arc<Record>, PoolError> {
        self.do_to(account, &Intent::Quarantine(why)).await
    }

    /// Takes an account out of quarantine: it is dirty then, and cleaned as any other.
    ///
    /// # Errors
    /// It is not in quarantine, or the store fails.
    pub async fn restore(&self, account: &AccountId, by: &str) -> Result<Arc<Record>, PoolError> {
        self.do_to(account, &Intent::Restore { by: by.to_owned() }).await
    }

    async fn do_to(&self, account: &AccountId, intent: &Intent) -> Result<Arc<Record>, PoolError> {
        Ok(self.apply(account, None, intent, None).await?.record)
    }

    /// Renews a lease or a cleaning.
    ///
    /// # Errors
    /// It is lost, or the store fails for longer than the patience.
    pub async fn heartbeat(&self, account: &AccountId, token: Token) -> Result<Grant, PoolError> {
        self.renew(account, token, None).await
    }

    /// Renews what is known.
    pub(crate) async fn renew(
        &self,
        account: &AccountId,
        token: Token,
        known: Option<Arc<Record>>,
    ) -> Result<Grant, PoolError> {
        let applied = self.apply(account, known, &Intent::Beat(token), None).await?;
        Ok(Grant { record: applied.record, sent: applied.sent })
    }

    /// Gives an account back: it is dirty then. To give it back twice does no harm.
    ///
    /// # Errors
    /// It was lost before, or the store fails for longer than the patience.
    pub async fn release(&self, account: &AccountId, token: Token) -> Result<(), PoolError> {
        match self.apply(account, None, &Intent::Release(token), None).await {
            Ok(_) => Ok(()),
            // Given back before, or ended for its silence; nobody had it since.
            Err(PoolError::Refused(Refusal::Lost { state: StateName::Dirty, current, .. }))
                if current == token =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// What happened to an account, the latest first.
    ///
    /// # Errors
    /// The pool never had it, or the store fails.
    pub async fn history(&self, account: &AccountId, limit: usize) -> Result<Vec<Entry>, PoolError> {
        let entries = self.persist(|| self.store.history(account, limit)).await?;
        if entries.is_empty() && self.persist(|| self.store.account(account)).await?.is_none() {
            return Err(Refusal::Unknown(account.clone()).into());
        }
        Ok(entries)
    }
}
