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
}

impl Stop {
    /// Stops the run. The first cause stays.
    pub fn stop(&self, cause: StopCause) {
        // Whoever comes second changes nothing: the run is already stopping.
        self.cause.get_or_init(|| cause);
        self.token.cancel();
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
