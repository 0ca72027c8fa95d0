use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{Budget, Quotas};

/// How many calls of a lane may be under way at once, for each purpose.
const IN_FLIGHT_PER_LANE: usize = 32;
/// How many calls of a run may be under way at once: enough to hide latency, few enough for one machine's sockets.
const IN_FLIGHT_IN_ALL: usize = 256;

/// Says what a call is for: listing and deleting have budgets of their own, so that neither starves the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Finding out what there is.
    List,
    /// Deleting, and the steps before it.
    Delete,
}

/// Holds all lanes of one account. Cheap to clone.
#[derive(Clone)]
pub struct Lanes(Arc<Shared>);

struct Shared {
    lanes: Mutex<HashMap<(String, String), Lane>>,
    quotas: Quotas,
    stop: CancellationToken,
    in_flight: Arc<Semaphore>,
    on_slowed: Option<Box<SlowedHook>>,
    permit: Permit,
    random: Mutex<fastrand::Rng>,
}

type SlowedHook = dyn Fn(&Lane, &str, f64) + Send + Sync;

/// What is asked before each call; if nobody is, any call may be made.
#[derive(Clone, Default)]
struct Permit(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Permit {
    fn is_given(&self) -> bool {
        self.0.as_ref().is_none_or(|may_call| may_call())
    }
}

/// Sets up [`Lanes`].
#[derive(Default)]
pub struct LanesBuilder {
    quotas: Quotas,
    stop: CancellationToken,
    seed: Option<u64>,
    on_slowed: Option<Box<SlowedHook>>,
    permit: Permit,
}

impl LanesBuilder {
    /// Chooses the rates to start with.
    #[must_use]
    pub fn quotas(mut self, quotas: Quotas) -> Self {
        self.quotas = quotas;
        self
    }

    /// Hands in what stops the run: calls not yet made then fail as interrupted.
    #[must_use]
    pub fn stop(mut self, stop: CancellationToken) -> Self {
        self.stop = stop;
        self
    }

    /// Hands in what is asked in the very moment before each call; while it says no, calls fail as interrupted.
    #[must_use]
    pub fn permit(mut self, permit: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.permit = Permit(Some(Arc::new(permit)));
        self
    }

    /// Fixes the jitter, for runs that can be repeated.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Is told when a budget is slowed down: its lane, its name, its new rate in calls per second.
    #[must_use]
    pub fn on_slowed(mut self, hook: impl Fn(&Lane, &str, f64) + Send + Sync + 'static) -> Self {
        self.on_slowed = Some(Box::new(hook));
        self
    }

    /// The lanes.
    pub fn build(self) -> Lanes {
        Lanes(Arc::new(Shared {
            lanes: Mutex::default(),
            quotas: self.quotas,
            stop: self.stop,
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT_IN_ALL)),
            on_slowed: self.on_slowed,
            permit: self.permit,
            random: Mutex::new(self.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)),
        }))
    }
}

impl Lanes {
    /// Starts to set up lanes.
    pub fn builder() -> LanesBuilder {
        LanesBuilder::default()
    }

    /// The lane of a service in a region.
    pub fn lane(&self, service: &str, region: &str) -> Lane {
        let mut lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes
            .entry((service.to_owned(), region.to_owned()))
            .or_insert_with(|| {
                Lane(Arc::new(LaneShared {
                    service: service.to_owned(),
                    region: region.to_owned(),
                    budgets: Mutex::default(),
                    listing: Arc::new(Semaphore::new(IN_FLIGHT_PER_LANE)),
                    deleting: Arc::new(Semaphore::new(IN_FLIGHT_PER_LANE)),
                    lanes: Arc::downgrade(&self.0),
                    permit: self.0.permit.clone(),
                }))
            })
            .clone()
    }

    /// Whether a call may be made now.
    pub(crate) fn may_call(&self) -> bool {
        self.0.permit.is_given()
    }

    /// What stops the run.
    pub fn stop_token(&self) -> &CancellationToken {
        &self.0.stop
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes").field("quotas", &self.0.quotas).finish_non_exhaustive()
    }
}

/// Paces the calls of one service in one region. Cheap to clone.
#[derive(Clone)]
pub struct Lane(Arc<LaneShared>);

struct LaneShared {
    service: String,
    region: String,
    budgets: Mutex<HashMap<&'static str, Arc<Budget>>>,
    listing: Arc<Semaphore>,
    deleting: Arc<Semaphore>,
    lanes: std::sync::Weak<Shared>,
    permit: Permit,
}

impl Lane {
    /// The service.
    pub fn service(&self) -> &str {
        &self.0.service
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.0.region
    }

    /// The places for calls under way: of this lane, and of the run.
    pub(super) fn places(&self, purpose: Purpose) -> (Arc<Semaphore>, Option<Arc<Semaphore>>) {
        let own = match purpose {
            Purpose::List => &self.0.listing,
            Purpose::Delete => &self.0.deleting,
        };
        (own.clone(), self.0.lanes.upgrade().map(|shared| shared.in_flight.clone()))
    }

    /// The budget of an operation, with its name.
    pub(super) fn budget(&self, operation: &str, purpose: Purpose) -> (&'static str, Arc<Budget>) {
        let quotas = self.0.lanes.upgrade().map_or(Quotas::Adaptive, |shared| shared.quotas);
        let start = quotas.start(&self.0.service, operation, purpose);
        let mut budgets = self.0.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        let budget = budgets
            .entry(start.name)
            .or_insert_with(|| Arc::new(Budget::new(start.rate, start.burst)))
            .clone();
        (start.name, budget)
    }

    pub(super) fn stop_token(&self) -> CancellationToken {
        self.0.lanes.upgrade().map(|shared| shared.stop.clone()).unwrap_or_default()
    }

    /// Whether a call may be made now.
    pub(super) fn may_call(&self) -> bool {
        self.0.permit.is_given()
    }

    pub(super) fn slowed(&self, budget: &str, rate: f64) {
        if let Some(shared) = self.0.lanes.upgrade()
            && let Some(hook) = &shared.on_slowed
        {
            hook(self, budget, rate);
        }
    }

    /// A number from 0 to 1, for jitter.
    pub(super) fn random(&self) -> f64 {
        self.0
            .lanes
            .upgrade()
            .map_or(0.5, |shared| shared.random.lock().unwrap_or_else(PoisonError::into_inner).f64())
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lane of {} in {}", self.0.service, self.0.region)
    }
}
