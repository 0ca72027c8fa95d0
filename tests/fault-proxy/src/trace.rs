//! What the proxy has seen: one line per call.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// One call, as it went through the proxy.
///
/// # Behavior
/// - What a run could have done at best follows from these: chains of `ms`, or calls divided by a limit.
/// - Calls are in the order in which they were answered, not in which they came.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Traced {
    /// When the call arrived, in seconds since 1970.
    pub t: f64,
    /// The name that the call is signed for.
    pub service: String,
    /// The region of the signature.
    pub region: String,
    /// The operation, or method and path where it is not known.
    pub operation: String,
    /// The id of the access key that signed the call.
    pub access_key: String,
    /// The HTTP status of the answer; 0 if there was none.
    pub status: u16,
    /// How long it took the client to get the answer, in milliseconds.
    pub ms: f64,
    /// How much of that the emulator took.
    pub upstream_ms: f64,
    /// The fault that decided about the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
    /// The size of the request.
    pub bytes_in: u64,
    /// The size of the answer.
    pub bytes_out: u64,
    /// Whether this is the late part of a deferred call, whose answer nobody saw.
    #[serde(skip_serializing_if = "is_false")]
    pub background: bool,
}

/// Skips what is usual, so that lines stay short.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Traced {
    /// Writes the call as one line of JSON, without its end.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts can be written")
    }
}

/// All calls so far, in memory and perhaps in a file.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    calls: Mutex<Vec<Traced>>,
    file: Mutex<Option<File>>,
}

impl Trace {
    pub(crate) fn new(path: Option<&Path>) -> io::Result<Self> {
        let file = path.map(File::create).transpose()?;
        Ok(Self { calls: Mutex::default(), file: Mutex::new(file) })
    }

    pub(crate) fn record(&self, mut call: Traced) {
        for millis in [&mut call.ms, &mut call.upstream_ms] {
            *millis = (*millis * 1000.0).round() / 1000.0;
        }
        if let Some(file) = self.file.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // A full disk must not change what clients see.
            drop(writeln!(file, "{}", call.to_line()));
        }
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    pub(crate) fn calls(&self) -> Vec<Traced> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn clear(&self) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
