use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::account::AccountId;
use crate::clock::{Clock, Reading, SystemClock};
use crate::error::PoolError;
use crate::record::{Holder, Record, RequestId, StateName, Tenure, Token};
use crate::settings::Settings;
use crate::state::{Intent, Request, step};
use crate::store::{Store, StoreError, StoreErrorKind};
use crate::ticket::Ticket;
use crate::watch::Watch;

mod acquire;
mod cleaning;
mod observe;
mod operate;

pub use acquire::{Claim, Wait};

/// A pool of accounts. Cheap to clone; all clones share what they observed.
#[derive(Clone)]
pub struct Pool {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: Arc<Settings>,
    dice: Arc<Mutex<fastrand::Rng>>,
    observer: Arc<Mutex<Observer>>,
}

/// What this process has seen of others' heartbeats.
#[derive(Debug, Default)]
struct Observer {
    accounts: Watch<AccountId>,
    tickets: Watch<u64>,
}

/// All there is in a pool at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When it was looked at.
    pub at: Timestamp,
    /// The accounts, by id.
    pub accounts: Vec<Arc<Record>>,
    /// Who waits, in order.
    pub tickets: Vec<Arc<Ticket>>,
}

/// An account that was handed out, or is to be cleaned. Nobody renews it: see [`Lease`](crate::Lease) for that.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The record as it was written.
    pub record: Arc<Record>,
    /// When the write was sent: from here on the holder counts.
    pub sent: Reading,
}

impl Grant {
    /// The account.
    pub fn account(&self) -> &AccountId {
        &self.record.account
    }

    /// The fencing token.
    pub fn token(&self) -> Token {
        self.record.token
    }

    /// The lease or cleaning; none if it ended before its writer learned of it.
    pub fn tenure(&self) -> Option<&Tenure> {
        self.record.state.tenure()
    }
}

/// What became of an intent.
struct Applied {
    record: Arc<Record>,
    /// When the write that took effect was sent, or an earlier one.
    sent: Reading,
    /// The state it led to.
    state: StateName,
    /// Whether nothing happened to the record since.
    is_current: bool,
}

/// A write that may have taken effect.
struct Attempt {
    version: u64,
    sent: Reading,
}

/// Growing pauses between calls that may pass.
struct Pauses {
    started: Reading,
    count: u32,
}

impl Pool {
    /// A pool on a store.
    pub fn new(store: Arc<dyn Store>, settings: Settings) -> Self {
        Self::with_clock(store, settings, Arc::new(SystemClock::new()), fastrand::Rng::new())
    }

    /// A pool that takes time and chance from where it is told.
    pub fn with_clock(
        store: Arc<dyn Store>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        dice: fastrand::Rng,
    ) -> Self {
        Self {
            store,
            clock,
            settings: Arc::new(settings),
            dice: Arc::new(Mutex::new(dice)),
            observer: Arc::default(),
        }
    }

    /// How it behaves.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Its store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// A name for a request that no other has.
    fn request_id(&self) -> RequestId {
        RequestId(self.dice.lock().unwrap_or_else(PoisonError::into_inner).u128(..))
    }

    /// A duration that is up to this part of 100 longer or shorter, so that many who wait do not call all at once.
    pub(crate) fn jittered(&self, duration: Duration, percent: u32) -> Duration {
        let part = self.dice.lock().unwrap_or_else(PoisonError::into_inner).u32(0..=2 * percent);
        duration * (100 - percent + part) / 100
    }

    /// Makes an intent happen, once: repeats what may pass, and recognizes its own write when the reply was lost.
    ///
    /// What is known of the record spares a read; if it is outdated, the store says so.
    ///
    /// # Errors
    /// The rules forbid it, or the store fails for longer than the patience.
    async fn apply(
        &self,
        account: &AccountId,
        mut known: Option<Arc<Record>>,
        intent: &Intent,
        ticket: Option<&Ticket>,
    ) -> Result<Applied, PoolError> {
        let id = self.request_id();
        let mut attempts: Vec<Attempt> = Vec::new();
        let mut pauses = Pauses::new(self.clock.read());
        loop {
            let before = match known.take() {
                Some(record) => Some(record),
                None => match self.reread(account, id, &attempts).await {
                    Ok(Reread::Done(applied)) => return Ok(applied),
                    Ok(Reread::Found(record)) => record,
                    Err(error) => {
                        self.bear(error, &mut pauses).await?;
                        continue;
                    }
                },
            };
            let sent = self.clock.read();
            let request = Request { account, id, now: sent.wall, settings: &self.settings };
            let step = step(before.as_deref(), intent, request)?;
            match self.store.write(&step, ticket).await {
                Ok(()) => {
                    let sent = if mutated!(CountsFromReply) { self.clock.read() } else { sent };
                    return Ok(Applied::new(Arc::new(step.record), sent));
                }
                Err(error) => {
                    if matches!(error.kind, StoreErrorKind::Conflict | StoreErrorKind::Unclear) {
                        attempts.push(Attempt { version: step.record.version, sent });
                    }
                    self.bear(error, &mut pauses).await?;
                }
            }
        }
    }

    /// Reads a record anew, and whether an earlier attempt of this request made it what it is, or what it was.
    async fn reread(
        &self,
        account: &AccountId,
        id: RequestId,
        attempts: &[Attempt],
    ) -> Result<Reread, StoreError> {
        let record = self.store.account(account).await?;
        let (Some(first), Some(now)) = (attempts.first(), &record) else { return Ok(Reread::Found(record)) };
        if mutated!(ForgetsOwnWrites) {
            return Ok(Reread::Found(record));
        }
        if now.request == id {
            return Ok(Reread::Done(Applied::new(now.clone(), first.sent)));
        }
        // Somebody wrote since; only history knows who wrote before.
        for attempt in attempts.iter().filter(|attempt| attempt.version < now.version) {
            let entry = self.store.entry(account, attempt.version).await?;
            if let Some(entry) = entry.filter(|entry| entry.request == id) {
                let (record, sent, state) = (now.clone(), first.sent, entry.to);
                return Ok(Reread::Done(Applied { record, sent, state, is_current: false }));
            }
        }
        Ok(Reread::Found(record))
    }

    /// Waits a while after a failed call.
    ///
    /// # Errors
    /// The call will not work later, or has failed for too long.
    async fn bear(&self, error: StoreError, pauses: &mut Pauses) -> Result<(), StoreError> {
        let waited = self.clock.read().at_least_since(&pauses.started);
        if !error.may_pass() || waited >= self.settings.patience {
            return Err(error);
        }
        pauses.count += 1;
        // Whoever lost a race looks again at once; only who loses again and again steps back.
        if error.kind == StoreErrorKind::Conflict && pauses.count == 1 {
            return Ok(());
        }
        let pause = Duration::from_millis(50) * 2_u32.pow(pauses.count.min(6));
        self.clock.sleep(self.jittered(pause, 50)).await;
        Ok(())
    }

    /// Repeats a call that may pass.
    async fn persist<T, F>(&self, mut call: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut pauses = Pauses::new(self.clock.read());
        loop {
            match call().await {
                Err(error) if error.kind != StoreErrorKind::Conflict => self.bear(error, &mut pauses).await?,
                answer => return answer,
            }
        }
    }

    fn holder_or_unnamed(holder: &Holder) -> Holder {
        let owner = if holder.owner.is_empty() { "somebody" } else { &holder.owner };
        Holder { owner: owner.to_owned(), test: holder.test.clone() }
    }
}

/// What a record is when it is read anew.
enum Reread {
    Done(Applied),
    Found(Option<Arc<Record>>),
}

impl Applied {
    fn new(record: Arc<Record>, sent: Reading) -> Self {
        let state = record.state.name();
        Self { record, sent, state, is_current: true }
    }
}

impl Pauses {
    fn new(started: Reading) -> Self {
        Self { started, count: 0 }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("store", &self.store)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
