use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::account::{AccountId, Details};
use crate::error::PoolError;
use crate::hold::{Fence, Hold};
use crate::pool::Grant;
use crate::record::{StateName, Token};

/// Cleans accounts. The pool knows nothing of what is in them.
pub trait Clean: Send + Sync + 'static {
    /// Cleans one account and proves it.
    ///
    /// # Behavior
    /// - Says [`Cleaned::Clean`] only if the account was looked at after the last deletion and nothing was left.
    /// - Asks [`Fence::still_mine`] before each phase, and deletes only while [`Fence::is_live`] is true.
    /// - Ends early, as [`Cleaned::Interrupted`], once `job.stop` is cancelled.
    /// - Is dropped where it stands when the account is lost; nothing it started may go on then.
    fn clean(&self, job: Job) -> impl Future<Output = Cleaned> + Send;
}

/// One account to clean.
#[derive(Clone, Debug)]
pub struct Job {
    /// The account.
    pub account: AccountId,
    /// What is known of it.
    pub details: Details,
    /// The fencing token of this cleaning.
    pub token: Token,
    /// How many cleanings failed before this one, in a row.
    pub failures: u32,
    /// Says whether the account is still ours.
    pub fence: Fence,
    /// Cancelled when the worker is told to stop.
    pub stop: CancellationToken,
}

/// How a cleaning went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cleaned {
    /// Nothing is left, and that was looked at.
    Clean,
    /// Something is left, or nobody knows. The causes, most important first.
    Failed(Vec<String>),
    /// The account may not be cleaned: to try again would not help. Why.
    Refused(Vec<String>),
    /// It was told to stop; that is no failure of the account.
    Interrupted,
}

/// What became of a cleaning that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How it went.
    pub cleaned: Cleaned,
    /// How long it took.
    pub took: Duration,
    /// The state the account is in now.
    pub state: StateName,
}

impl Job {
    pub(crate) fn of(grant: &Grant, hold: &Hold, stop: CancellationToken) -> Self {
        Self {
            account: grant.account().clone(),
            details: grant.record.details.clone(),
            token: grant.token(),
            failures: grant.record.failures,
            fence: hold.fence().clone(),
            stop,
        }
    }

    /// Has the account cleaned while it is renewed, and tells the pool how it went.
    ///
    /// # Errors
    /// The account was lost, or the store fails for longer than the patience: the pool does not know how it went.
    pub(crate) async fn carry_out<C: Clean>(self, clean: &Arc<C>, hold: Hold) -> Result<Ended, PoolError> {
        let pool = hold.pool().clone();
        let (account, token) = (self.account.clone(), self.token);
        let started = pool.clock().read();
        // In a task of its own: if it panics, the account is still told to have failed.
        let mut cleaning = JoinSet::new();
        let clean = clean.clone();
        cleaning.spawn(async move { clean.clean(self).await });
        let lost = hold.fence().lost();
        let cleaned = tokio::select! {
            biased;
            cleaned = cleaning.join_next() => match cleaned {
                Some(Ok(cleaned)) => cleaned,
                Some(Err(error)) => Cleaned::Failed(vec![format!("the cleaning broke off: {error}")]),
                None => Cleaned::Interrupted,
            },
            () = lost => {
                // Waits until it is gone: it stops where it waits next.
                cleaning.shutdown().await;
                return Err(PoolError::RanOut { account, token });
            }
        };
        let took = pool.clock().read().at_least_since(&started);
        let state = pool.finish_cleaning(&account, token, cleaned.clone(), took).await?;
        drop(hold);
        Ok(Ended { cleaned, took, state })
    }
}
