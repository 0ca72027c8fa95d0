use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::account::AccountId;
use crate::error::PoolError;
use crate::hold::{Fence, Hold};
use crate::job::{Clean, Ended, Job};
use crate::pool::{Claim, Grant, Pool, Wait};
use crate::record::{Record, Token};

/// An account that is ours for a while: renewed in the background, and given back when it is dropped.
///
/// # Behavior
/// - Whoever uses the account should stop when [`lost`](Self::lost) ends.
/// - Dropping it gives the account back as dirty, in the background, and tries that for as long as the pool is patient.
/// - Dropped outside of a runtime, or in one that ends right then, as after the last line of a test, nobody is told. The account
///   comes back when others find the lease silent: with the usual settings 112 s after the last heartbeat. Whoever can wait calls
///   [`release`](Self::release).
pub struct Lease {
    pool: Pool,
    grant: Grant,
    hold: Option<Hold>,
}

impl Pool {
    /// Hands out a clean account, and renews it until it is given back. See [`take`](Self::take).
    ///
    /// # Errors
    /// No account came free in time, there is none at all, or the store fails for good.
    pub async fn acquire(&self, claim: &Claim, wait: Wait) -> Result<Lease, PoolError> {
        let grant = self.take(claim, wait).await?;
        let hold = Hold::begin(self, &grant);
        Ok(Lease { pool: self.clone(), grant, hold: Some(hold) })
    }
}

impl Lease {
    /// The account.
    pub fn account(&self) -> &AccountId {
        self.grant.account()
    }

    /// The fencing token.
    pub fn token(&self) -> Token {
        self.grant.token()
    }

    /// What the pool knew of the account when it was handed out.
    pub fn record(&self) -> &Arc<Record> {
        &self.grant.record
    }

    /// What says whether the account is still ours, for those who use it.
    ///
    /// # Panics
    /// Never: only giving it back takes it away.
    pub fn fence(&self) -> &Fence {
        self.hold.as_ref().expect("it is held until it is given back").fence()
    }

    /// Whether the account is still ours, without asking. See [`Fence::is_live`].
    pub fn is_live(&self) -> bool {
        self.fence().is_live()
    }

    /// Ends when the account is lost. See [`Fence::lost`].
    pub fn lost(&self) -> impl Future<Output = ()> + Send + use<> {
        self.fence().lost()
    }

    /// Gives the account back, as dirty.
    ///
    /// # Errors
    /// It was lost before, or the store fails for longer than the patience.
    pub async fn release(mut self) -> Result<(), PoolError> {
        drop(self.hold.take());
        self.pool.release(self.grant.account(), self.grant.token()).await
    }

    /// Has the account cleaned by who holds it, under the same token, and frees it: nobody else is needed to make it available.
    ///
    /// # Behavior
    /// - The account is never dirty in between: it goes from leased to cleaning, and from there where a worker's cleaning leads.
    /// - It is renewed all along, and the cleaning is dropped where it stands once the account is lost.
    /// - Cancelling `stop` ends the cleaning as [`Cleaned::Interrupted`](crate::Cleaned::Interrupted): the account is dirty then.
    /// - If this future is dropped, the account comes back when others find it silent, and that counts as a failed cleaning.
    ///
    /// # Errors
    /// The account was lost, is to be quarantined, or the store fails for longer than the patience. What could not even begin is
    /// given back as dirty, as far as that is possible.
    pub async fn clean<C: Clean>(mut self, clean: C, stop: &CancellationToken) -> Result<Ended, PoolError> {
        let hold = self.hold.take().expect("it is held until it is given back");
        match hold.turn_into_cleaning().await {
            Ok(grant) => Job::of(&grant, &hold, stop.clone()).carry_out(&Arc::new(clean), hold).await,
            Err(error) => {
                drop(hold);
                // Nobody needs to know that this failed, too: it ends by its silence then.
                drop(self.pool.release(self.grant.account(), self.grant.token()).await);
                Err(error)
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.hold.take().is_none() {
            return;
        }
        let (pool, grant) = (self.pool.clone(), self.grant.clone());
        if let Ok(runtime) = Handle::try_current() {
            drop(runtime.spawn(async move {
                let patience = pool.clock().sleep(pool.settings().patience);
                // Nobody is left to be told if it fails; the lease ends by its silence then.
                tokio::select! {
                    _ = pool.release(grant.account(), grant.token()) => {}
                    () = patience => {}
                }
            }));
        }
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease")
            .field("account", self.account())
            .field("token", &self.token())
            .finish_non_exhaustive()
    }
}
