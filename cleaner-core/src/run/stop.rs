use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

/// Says why a run stopped before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopCause {
    /// Its time was up.
    Deadline,
    /// Somebody asked for it: a signal, or the embedding program.
    Interrupt,
    /// A reporter could no longer write down what happens.
    Reporter,
}

/// Stops a run in good order: no new calls, those under way may end. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    token: CancellationToken,
    cause: Arc<OnceLock<StopCause>>,
    permit: Arc<OnceLock<Permit>>,
}

/// What says whether the account may still be touched.
struct Permit(Box<dyn Fn() -> bool + Send + Sync>);

impl Stop {
    /// Stops the run. The first cause stays.
    pub fn stop(&self, cause: StopCause) {
        // Whoever comes second changes nothing: the run is already stopping.
        self.cause.get_or_init(|| cause);
        self.token.cancel();
    }

    /// Asks this in the very moment before each call from now on; once it says no, the run is stopped as interrupted.
    ///
    /// For who holds an account on a lease: a process that stood still longer than its lease makes no call when it wakes, though
    /// nobody had the time to tell it. It should be quick, and not wait for anything. The first one stays.
    pub fn only_while(&self, may_go_on: impl Fn() -> bool + Send + Sync + 'static) {
        self.permit.get_or_init(|| Permit(Box::new(may_go_on)));
    }

    /// Whether a call may be made now.
    pub fn may_call(&self) -> bool {
        match self.permit.get() {
            Some(Permit(may_go_on)) if !mutated!(IgnoresLoss) && !may_go_on() => {
                self.stop(StopCause::Interrupt);
                false
            }
            _ => mutated!(IgnoresStop) || !self.token.is_cancelled(),
        }
    }

    /// Why the run was stopped, if it was.
    pub fn cause(&self) -> Option<StopCause> {
        self.cause.get().copied()
    }

    /// What the lanes listen to.
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_permit_that_ended_stops_the_run_for_good() {
        let (stop, holds) = (Stop::default(), Arc::new(AtomicBool::new(true)));
        assert!(stop.may_call());
        stop.only_while({
            let holds = holds.clone();
            move || holds.load(Ordering::Relaxed)
        });
        stop.only_while(|| true);
        assert!(stop.may_call() && stop.cause().is_none());
        holds.store(false, Ordering::Relaxed);
        assert!(!stop.may_call());
        assert_eq!(stop.cause(), Some(StopCause::Interrupt));
        holds.store(true, Ordering::Relaxed);
        assert!(!stop.may_call(), "what was stopped stays so");
    }
}
