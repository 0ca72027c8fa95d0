use std::sync::Arc;
use std::time::Duration;

use super::{Grant, Pool};
use crate::account::AccountId;
use crate::error::PoolError;
use crate::job::Cleaned;
use crate::record::{Holder, Record, StateName, Token};
use crate::state::Intent;

impl Pool {
    /// The accounts that a worker may take now, those that are dirty longest first.
    pub(crate) fn due(&self, accounts: &[Arc<Record>]) -> Vec<Arc<Record>> {
        let now = self.clock.read().wall;
        let longest = 2 * self.settings.max_back_off;
        let mut due: Vec<_> = accounts.iter().filter(|record| record.is_due(now, longest)).cloned().collect();
        due.sort_by(|one, other| (one.since, &one.account).cmp(&(other.since, &other.account)));
        due
    }

    /// The account that is dirty longest and does not rest; none if there is nothing to clean.
    ///
    /// # Errors
    /// The store fails.
    pub async fn next_dirty(&self) -> Result<Option<Arc<Record>>, PoolError> {
        let (accounts, _) = self.look().await?;
        Ok(self.due(&accounts).into_iter().next())
    }

    /// Begins to clean an account; none if somebody else was faster.
    ///
    /// # Errors
    /// The store fails.
    pub async fn begin_cleaning(
        &self,
        record: &Arc<Record>,
        worker: &Holder,
    ) -> Result<Option<Grant>, PoolError> {
        let worker = Self::holder_or_unnamed(worker);
        let intent = Intent::BeginCleaning { worker, lease: self.settings.lease };
        match self.apply(&record.account, Some(record.clone()), &intent, None).await {
            Ok(applied) if applied.is_current => {
                Ok(Some(Grant { record: applied.record, sent: applied.sent }))
            }
            Ok(_) | Err(PoolError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Turns a lease into a cleaning by its holder, under the same token.
    pub(crate) async fn clean_own(
        &self,
        account: &AccountId,
        token: Token,
        known: Option<Arc<Record>>,
    ) -> Result<Grant, PoolError> {
        let applied = self.apply(account, known, &Intent::CleanOwn(token), None).await?;
        Ok(Grant { record: applied.record, sent: applied.sent })
    }

    /// Ends a cleaning: the account is free, rests, or is taken out of use. Returns the state it is in then.
    ///
    /// # Errors
    /// It was lost before, or the store fails for longer than the patience.
    pub async fn finish_cleaning(
        &self,
        account: &AccountId,
        token: Token,
        cleaned: Cleaned,
        took: Duration,
    ) -> Result<StateName, PoolError> {
        let intent = Intent::FinishCleaning { token, cleaned, took };
        Ok(self.apply(account, None, &intent, None).await?.state)
    }
}
