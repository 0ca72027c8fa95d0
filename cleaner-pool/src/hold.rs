use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::account::AccountId;
use crate::clock::Reading;
use crate::error::PoolError;
use crate::pool::{Grant, Pool};
use crate::record::{Record, Token};

/// Renews a lease or a cleaning in the background until it is dropped, and knows when it is lost.
pub(crate) struct Hold {
    fence: Fence,
    beats: JoinHandle<()>,
}

/// Says whether an account is still held. Cheap to clone, and good for as long as its lease or cleaning is not dropped.
#[derive(Clone, Debug)]
pub struct Fence(Arc<Held>);

#[derive(Debug)]
struct Held {
    pool: Pool,
    account: AccountId,
    token: Token,
    lease: Duration,
    /// When the last heartbeat that took effect was sent.
    renewed: Mutex<Reading>,
    /// The record as this holder wrote it last; whoever has the lock sends the next heartbeat.
    record: tokio::sync::Mutex<Arc<Record>>,
    lost: CancellationToken,
}

impl Hold {
    pub(crate) fn begin(pool: &Pool, grant: &Grant) -> Self {
        let lease = grant.tenure().map_or(Duration::ZERO, |tenure| tenure.lease);
        let fence = Fence(Arc::new(Held {
            pool: pool.clone(),
            account: grant.account().clone(),
            token: grant.token(),
            lease,
            renewed: Mutex::new(grant.sent),
            record: tokio::sync::Mutex::new(grant.record.clone()),
            lost: CancellationToken::new(),
        }));
        let beats = tokio::spawn(keep(fence.clone()));
        Self { fence, beats }
    }

    pub(crate) fn fence(&self) -> &Fence {
        &self.fence
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.fence.0.pool
    }

    /// Turns the lease into a cleaning by its holder, which goes on where the lease was. Returns it as it was written.
    ///
    /// # Errors
    /// The account is lost, or the store fails for longer than the patience.
    pub(crate) async fn turn_into_cleaning(&self) -> Result<Grant, PoolError> {
        let Held { pool, account, token, .. } = &*self.fence.0;
        let grant = self.fence.renew(|record| pool.clean_own(account, *token, record)).await?;
        if self.fence.is_live() { Ok(grant) } else { Err(self.fence.ran_out()) }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.beats.abort();
    }
}

/// Renews until it is lost.
async fn keep(fence: Fence) {
    let Held { pool, lease, .. } = &*fence.0;
    let clock = pool.clock();
    let beat = pool.settings().beat(*lease);
    let mut pause = if mutated!(NeverBeats) { *lease } else { beat };
    loop {
        clock.sleep(pause.min(fence.left())).await;
        let answer = tokio::select! {
            biased;
            answer = fence.beat() => Some(answer),
            () = clock.sleep(fence.left()) => None,
        };
        match answer {
            Some(Ok(())) => pause = beat,
            Some(Err(error)) if error.is_lost() => return,
            // The store does not answer: the next attempt comes soon.
            Some(Err(_)) | None => pause = beat / 4,
        }
        if !fence.is_live() {
            fence.0.lost.cancel();
            return;
        }
    }
}

impl Fence {
    /// The account.
    pub fn account(&self) -> &AccountId {
        &self.0.account
    }

    /// The fencing token.
    pub fn token(&self) -> Token {
        self.0.token
    }

    /// Whether the account is held, as far as can be known without asking: nobody said otherwise, and the last heartbeat is not
    /// older than the lease, by the clocks of this process. While this is so, nobody else can have the account.
    pub fn is_live(&self) -> bool {
        !self.0.lost.is_cancelled() && !self.left().is_zero()
    }

    /// How long the account is held at least without a further heartbeat.
    pub fn left(&self) -> Duration {
        if mutated!(NeverRunsOut) {
            return self.0.lease;
        }
        let renewed = *self.0.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.lease.saturating_sub(self.0.pool.clock().read().at_most_since(&renewed))
    }

    /// Asks the table, and renews: to be called before each phase of anything that must not happen twice.
    ///
    /// # Errors
    /// The account is lost, or the store does not answer: then nobody knows, and nothing should be done until it does.
    pub async fn still_mine(&self) -> Result<(), PoolError> {
        self.beat().await?;
        if self.is_live() { Ok(()) } else { Err(self.ran_out()) }
    }

    /// Ends when the account is lost: somebody said so, or it could not be renewed in time.
    pub fn lost(&self) -> impl Future<Output = ()> + Send + use<> {
        self.0.lost.clone().cancelled_owned()
    }

    async fn beat(&self) -> Result<(), PoolError> {
        let Held { pool, account, token, .. } = &*self.0;
        drop(self.renew(|record| pool.renew(account, *token, record)).await?);
        Ok(())
    }

    /// Makes a write that renews, and counts from it.
    async fn renew<F>(&self, write: impl FnOnce(Option<Arc<Record>>) -> F) -> Result<Grant, PoolError>
    where
        F: Future<Output = Result<Grant, PoolError>>,
    {
        if !self.is_live() {
            self.0.lost.cancel();
            return Err(self.ran_out());
        }
        let mut record = self.0.record.lock().await;
        match write(Some(record.clone())).await {
            Ok(grant) => {
                *self.0.renewed.lock().unwrap_or_else(PoisonError::into_inner) = grant.sent;
                *record = grant.record.clone();
                Ok(grant)
            }
            Err(error) => {
                if error.is_lost() {
                    self.0.lost.cancel();
                }
                Err(error)
            }
        }
    }

    fn ran_out(&self) -> PoolError {
        PoolError::RanOut { account: self.0.account.clone(), token: self.0.token }
    }
}
