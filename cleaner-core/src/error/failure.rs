use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ErrorKind;

/// Says what went wrong, in a form that can be stored in a report.
///
/// One pointer wide: a hundred thousand results have room for an error, and few have one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Error(Box<Cause>);

/// Holds what is known of an error.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cause {
    /// What the engine does about it.
    pub kind: ErrorKind,
    /// The error code AWS sent, as it sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// One sentence for people.
    pub message: String,
    /// The request id AWS sent: what its support asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The call that failed, as `service:Operation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    #[serde(skip)]
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Makes an error that no AWS answer stands behind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Cause { kind, code: None, message, request_id: None, operation: None, source: None }))
    }

    /// The same error, of another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same error in other words.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same error with AWS's code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The error of a run that was told to stop.
    pub fn interrupted() -> Self {
        Self::new(ErrorKind::Interrupted, "the run was stopped before this call was made.")
    }

    /// Whether AWS sent this code.
    pub fn is_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl Deref for Error {
    type Target = Cause;

    fn deref(&self) -> &Cause {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Cause {
        &mut self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.operation {
            write!(f, "{operation}: ")?;
        }
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<aws_dynamic::Error> for Error {
    fn from(error: aws_dynamic::Error) -> Self {
        Self(Box::new(Cause {
            kind: error.kind().into(),
            code: error.code().map(str::to_owned),
            message: error.message().to_owned(),
            request_id: error.request_id().map(str::to_owned),
            // What went wrong before any call has none.
            operation: (!error.operation().is_empty())
                .then(|| format!("{}:{}", error.service(), error.operation())),
            source: Some(Arc::new(error)),
        }))
    }
}
