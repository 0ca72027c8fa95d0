use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::account::Account;
use super::dice::Dice;
use super::history::{History, Operation, What};
use super::{Ending, Scenario};
use crate::error::{Error, ErrorKind};
use crate::handler::{Deletion, Status};
use crate::resource::Resource;

/// More calls than this are a run that runs in circles.
const MANY_CALLS: u64 = 200_000;

/// An account in memory, on virtual time. Cheap to clone.
#[derive(Clone)]
pub(super) struct Cloud(Arc<Shared>);

struct Shared {
    scenario: Arc<Scenario>,
    dice: Dice,
    started: Instant,
    state: Mutex<State>,
    died: Notify,
}

struct State {
    account: Account,
    calls: u64,
    /// How often each call was made, and how often in a row it failed in passing.
    tries: HashMap<(Operation, Arc<str>), (u64, u64)>,
    buckets: HashMap<(Arc<str>, String), Bucket>,
    listings: HashMap<(Arc<str>, Arc<str>), u32>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

/// One page of a list, and where the next one begins.
pub(super) struct Page {
    pub(super) resources: Vec<Resource>,
    pub(super) lives: Vec<usize>,
    pub(super) next: Option<Arc<str>>,
}

impl Cloud {
    pub(super) fn new(scenario: Arc<Scenario>) -> Self {
        let account = Account::new(&scenario);
        Self(Arc::new(Shared {
            dice: Dice::new(scenario.seed),
            scenario,
            started: Instant::now(),
            state: Mutex::new(State {
                account,
                calls: 0,
                tries: HashMap::new(),
                buckets: HashMap::new(),
                listings: HashMap::new(),
            }),
            died: Notify::new(),
        }))
    }

    pub(super) fn scenario(&self) -> &Arc<Scenario> {
        &self.0.scenario
    }

    pub(super) fn now(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// Comes when the process is to die.
    pub(super) async fn died(&self) {
        self.0.died.notified().await;
    }

    pub(super) fn record(&self, what: What) {
        let now = self.now();
        self.lock().account.record(now, what);
    }

    /// A new process: whatever the last one did not live to see no longer matters.
    pub(super) fn begin_run(&self) {
        let now = self.now();
        let mut state = self.lock();
        state.account.settle(&self.0.scenario, now);
        state.account.record(now, What::RunBegan);
    }

    /// Everything that happened, with what time has brought since the last call.
    pub(super) fn with_history<T>(&self, look: impl FnOnce(&History) -> T) -> T {
        let now = self.now();
        let mut state = self.lock();
        state.account.settle(&self.0.scenario, now);
        look(&state.account.history)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call: it takes its time, and may be throttled, fail in passing, or find the credentials expired.
    pub(super) async fn call<T>(
        &self,
        operation: Operation,
        service: &Arc<str>,
        region: &str,
        target: &Arc<str>,
        effect: impl FnOnce(&mut Account, Duration) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (dice, number) = self.arrive(operation, target)?;
        let scenario = &self.0.scenario;
        let latency = |part: &str| Duration::from_millis(1 + dice.of(part).below(scenario.latency));
        tokio::time::sleep(latency("there")).await;
        let mut answer = self.answer(operation, service, region, target, dice, effect);
        if matches!(scenario.ending, Ending::Crash(at) if at == number) {
            self.die();
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(latency("back")).await;
        if operation == Operation::Delete && answer.is_ok() && self.lock().account.loses_reply(target) {
            answer = Err(Error::new(ErrorKind::Transient, "the connection broke before the answer came."));
        }
        let said = answer.as_ref().map(|_| "done").map_err(|error| error.kind);
        self.record(What::Answered { operation, target: target.clone(), answer: said });
        answer
    }

    fn die(&self) {
        self.record(What::Crashed);
        self.0.died.notify_one();
    }

    /// A call is on its way.
    fn arrive(&self, operation: Operation, target: &Arc<str>) -> Result<(Dice, u64), Error> {
        let now = self.now();
        let mut state = self.lock();
        state.calls += 1;
        let number = state.calls;
        if number > MANY_CALLS {
            return Err(Error::new(ErrorKind::Credentials, "the run goes in circles."));
        }
        state.account.record(now, What::Called { operation, target: target.clone() });
        let (tries, _) = state.tries.entry((operation, target.clone())).or_default();
        *tries += 1;
        Ok((self.0.dice.of(operation.name()).of(target).nth(*tries), number))
    }

    /// What a call finds when it arrives.
    fn answer<T>(
        &self,
        operation: Operation,
        service: &Arc<str>,
        region: &str,
        target: &Arc<str>,
        dice: Dice,
        effect: impl FnOnce(&mut Account, Duration) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let now = self.now();
        let scenario = &self.0.scenario;
        let mut state = self.lock();
        let state = &mut *state;
        state.account.settle(scenario, now);
        let expired = matches!(scenario.ending, Ending::Expiry(at) if at <= now);
        if expired || scenario.off.iter().any(|off| &**off == region) {
            return Err(Error::new(ErrorKind::Credentials, "the security token is not valid."));
        }
        if operation == Operation::Identify {
            return effect(&mut state.account, now);
        }
        if let Some(limit) = scenario.limits.iter().find(|limit| limit.service == *service) {
            let bucket = state
                .buckets
                .entry((service.clone(), region.to_owned()))
                .or_insert(Bucket { tokens: limit.burst, at: now });
            let elapsed = now.saturating_sub(bucket.at).as_secs_f64();
            bucket.tokens = elapsed.mul_add(limit.rate, bucket.tokens).min(limit.burst);
            bucket.at = now;
            if bucket.tokens < 1.0 {
                return Err(Error::new(ErrorKind::Throttled, "the rate is exceeded."));
            }
            bucket.tokens -= 1.0;
        }
        let (_, in_a_row) = state.tries.entry((operation, target.clone())).or_default();
        if *in_a_row < 3 && dice.of("passing").percent(scenario.passing) {
            *in_a_row += 1;
            return Err(Error::new(ErrorKind::Transient, "the service is not available for now."));
        }
        *in_a_row = 0;
        effect(&mut state.account, now)
    }

    /// Counts the listings of a type in a region, from 0.
    pub(super) fn begin_listing(&self, kind: &Arc<str>, region: &Arc<str>) -> u32 {
        let mut state = self.lock();
        let listings = state.listings.entry((kind.clone(), region.clone())).or_default();
        *listings += 1;
        *listings - 1
    }

    /// How many records there are by now.
    pub(super) fn position(&self) -> usize {
        self.lock().account.history.records.len()
    }
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "simulated cloud of seed {}", self.0.scenario.seed)
    }
}

/// The creation date of the n-th thing ever made.
pub(super) fn created(number: usize) -> Timestamp {
    let first: Timestamp = "2020-01-01T00:00:00Z".parse().expect("a time");
    let seconds = i64::try_from(number).expect("few things are made");
    first.checked_add(seconds.seconds()).expect("not far from 2020")
}

/// What is in the way of a deletion, or how it goes.
pub(super) type Deleting = Result<Deletion, Error>;
/// How far a deletion is.
pub(super) type Asking = Result<Status, Error>;
/// Things by id.
pub(super) type Present = BTreeMap<Arc<str>, usize>;
