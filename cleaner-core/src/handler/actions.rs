use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use serde::{Serialize, Serializer};

type Work = Box<dyn FnOnce() -> Vec<String> + Send>;

/// Lists IAM actions.
///
/// Which ones a type needs follows from AWS's models. Those of a thousand types are large, and nobody asks for the actions of all
/// of them in most runs: they are worked out when somebody does.
#[derive(Clone)]
pub struct Actions(Arc<LazyLock<Vec<String>, Work>>);

impl Actions {
    /// Actions that are worked out when somebody asks for them.
    pub fn later(work: impl FnOnce() -> Vec<String> + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(work))))
    }
}

impl Default for Actions {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl From<Vec<String>> for Actions {
    fn from(actions: Vec<String>) -> Self {
        Self::later(|| actions)
    }
}

impl Deref for Actions {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl PartialEq for Actions {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl Serialize for Actions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}
