use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::account::AccountId;
use crate::error::PoolError;
use crate::hold::Hold;
use crate::job::{Clean, Cleaned, Ended, Job};
use crate::pool::{Grant, Pool};
use crate::record::{Holder, Record, State, StateName, Token};

/// When a worker ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When as many accounts as it cleans at once are cleaned, or there is nothing to clean now.
    Once,
    /// When no account is dirty any more; waits for those that rest.
    Empty,
    /// Never.
    Stopped,
}

/// What a worker does, for those who want to show it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WorkEvent {
    /// It begins to clean an account.
    Began {
        /// The account.
        account: AccountId,
        /// The token of the cleaning.
        token: Token,
    },
    /// A cleaning ended, and the pool knows.
    Ended {
        /// The account.
        account: AccountId,
        /// How it went.
        cleaned: Cleaned,
        /// How long it took.
        took: Duration,
        /// The state the account is in now.
        state: StateName,
    },
    /// A cleaning ended, and the pool does not know: the account was lost, or the table did not answer.
    Lost {
        /// The account.
        account: AccountId,
        /// Why.
        error: PoolError,
    },
    /// A lease or a cleaning of somebody who fell silent was ended.
    Expired {
        /// The account.
        account: AccountId,
        /// The state it was in.
        state: StateName,
    },
    /// The table does not answer; the worker goes on trying.
    Trouble(PoolError),
}

/// What a worker did, all in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkSummary {
    /// Accounts that are available again.
    pub cleaned: usize,
    /// Accounts that could not be cleaned.
    pub failed: usize,
    /// Cleanings that were told to stop.
    pub interrupted: usize,
    /// Cleanings whose account was lost.
    pub lost: usize,
}

/// Takes dirty accounts of a pool, has them cleaned, and frees them. Any number of workers may share a pool.
pub struct Worker<C> {
    pool: Pool,
    clean: Arc<C>,
    holder: Holder,
    concurrency: usize,
    tell: Arc<dyn Fn(WorkEvent) + Send + Sync>,
}

impl<C: Clean> Worker<C> {
    /// A worker that cleans one account at a time.
    pub fn new(pool: Pool, clean: C, holder: Holder) -> Self {
        Self { pool, clean: Arc::new(clean), holder, concurrency: 1, tell: Arc::new(|_| {}) }
    }

    /// Cleans up to this many accounts at once.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// Tells what it does.
    #[must_use]
    pub fn on_event(mut self, tell: impl Fn(WorkEvent) + Send + Sync + 'static) -> Self {
        self.tell = Arc::new(tell);
        self
    }

    /// Works until it is done or told to stop. Told to stop, it waits for the cleanings to end in good order.
    ///
    /// # Errors
    /// The store fails for good: no table, no credentials. What passes is waited for.
    pub async fn run(&self, until: Until, stop: &CancellationToken) -> Result<WorkSummary, PoolError> {
        let mut running = JoinSet::new();
        let mut summary = WorkSummary::default();
        let mut begun = 0;
        let ended = loop {
            let mut is_done = stop.is_cancelled();
            if !is_done {
                let room = match until {
                    Until::Once => self.concurrency.saturating_sub(begun),
                    _ => self.concurrency - running.len(),
                };
                match self.round(room, &mut running, stop).await {
                    Ok(round) => {
                        begun += round.begun;
                        is_done = match until {
                            Until::Once => true,
                            Until::Empty => round.dirty == 0 && running.is_empty(),
                            Until::Stopped => false,
                        };
                    }
                    Err(error) if error.may_pass() => (self.tell)(WorkEvent::Trouble(error)),
                    Err(error) => break Err(error),
                }
            }
            if is_done {
                break Ok(());
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                Some(ended) = running.join_next() => summary.count(ended.unwrap_or(End::Lost)),
                () = self.pool.clock().sleep(self.pool.jittered(self.pool.settings().poll * 2, 30)) => {}
            }
        };
        while let Some(ended) = running.join_next().await {
            summary.count(ended.unwrap_or(End::Lost));
        }
        ended.map(|()| summary)
    }

    /// Looks after the pool, and begins to clean what is dirty.
    async fn round(
        &self,
        room: usize,
        running: &mut JoinSet<End>,
        stop: &CancellationToken,
    ) -> Result<Round, PoolError> {
        let (accounts, ended) = self.pool.look().await?;
        let ended_now: BTreeSet<_> = ended.iter().map(|(account, _)| account.clone()).collect();
        for (account, state) in ended {
            (self.tell)(WorkEvent::Expired { account, state });
        }
        self.pool.queue().await?;
        let is_dirty = |record: &&Arc<Record>| {
            matches!(record.state, State::Dirty { .. }) || ended_now.contains(&record.account)
        };
        let mut round = Round { dirty: accounts.iter().filter(is_dirty).count(), begun: 0 };
        for record in self.pool.due(&accounts) {
            if round.begun == room || stop.is_cancelled() {
                break;
            }
            if let Some(grant) = self.pool.begin_cleaning(&record, &self.holder).await? {
                round.begun += 1;
                running.spawn(self.one(grant, stop.child_token()));
            }
        }
        Ok(round)
    }

    /// Cleans one account. The future does not borrow the worker: it goes on by itself.
    fn one(&self, grant: Grant, stop: CancellationToken) -> impl Future<Output = End> + Send + use<C> {
        let (pool, clean, tell) = (self.pool.clone(), self.clean.clone(), self.tell.clone());
        async move {
            let hold = Hold::begin(&pool, &grant);
            let (account, token) = (grant.account().clone(), grant.token());
            tell(WorkEvent::Began { account: account.clone(), token });
            let job = Job::of(&grant, &hold, stop);
            match job.carry_out(&clean, hold).await {
                Ok(ended) => {
                    let end = match (&ended.cleaned, ended.state) {
                        (Cleaned::Interrupted, _) => End::Interrupted,
                        (_, StateName::Available) => End::Cleaned,
                        _ => End::Failed,
                    };
                    let Ended { cleaned, took, state } = ended;
                    tell(WorkEvent::Ended { account, cleaned, took, state });
                    end
                }
                Err(error) => {
                    tell(WorkEvent::Lost { account, error });
                    End::Lost
                }
            }
        }
    }
}

struct Round {
    dirty: usize,
    begun: usize,
}

enum End {
    Cleaned,
    Failed,
    Interrupted,
    Lost,
}

impl WorkSummary {
    fn count(&mut self, end: End) {
        match end {
            End::Cleaned => self.cleaned += 1,
            End::Failed => self.failed += 1,
            End::Interrupted => self.interrupted += 1,
            End::Lost => self.lost += 1,
        }
    }
}

impl<C> std::fmt::Debug for Worker<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("holder", &self.holder)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
