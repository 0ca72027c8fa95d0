//! What went wrong, and what that means for whoever called.

mod classify;
mod glob;
mod kind;
mod rows;
mod sdk;
mod wire;

use std::{error::Error as StdError, fmt, sync::Arc};

pub use self::{classify::classify, kind::ErrorKind};
pub(crate) use self::{sdk::describe_failure, wire::WireError};

/// The failure of one call, with all that is known about it.
///
/// # Behavior
/// - `Display` is one line, without secrets and without the call's input.
/// - A clone is cheap and shares the source.
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    service: String,
    operation: String,
    region: String,
    code: Option<String>,
    message: String,
    request_id: Option<String>,
    status: Option<u16>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Creates an error of `kind` for one call.
    pub fn new(
        kind: ErrorKind,
        service: &str,
        operation: &str,
        region: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                kind,
                service: service.to_owned(),
                operation: operation.to_owned(),
                region: region.to_owned(),
                code: None,
                message: redact(&message.into()),
                request_id: None,
                status: None,
                source: None,
            }),
        }
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.inner));
        self
    }

    /// Sets AWS's error code.
    #[must_use]
    pub fn with_code(self, code: impl Into<String>) -> Self {
        let code = code.into();
        self.change(|inner| inner.code = Some(code))
    }

    /// Sets the HTTP status of the answer.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        self.change(|inner| inner.status = Some(status))
    }

    /// Sets AWS's request id.
    #[must_use]
    pub fn with_request_id(self, request_id: impl Into<String>) -> Self {
        let request_id = request_id.into();
        self.change(|inner| inner.request_id = Some(request_id))
    }

    /// Sets what the error came from.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source = Arc::from(source.into());
        self.change(|inner| inner.source = Some(source))
    }

    /// Sets the kind, for callers who know better than the table.
    #[must_use]
    pub fn with_kind(self, kind: ErrorKind) -> Self {
        self.change(|inner| inner.kind = kind)
    }

    /// Returns what the error means for whoever called.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Returns the service the call went to, as botocore spells it.
    pub fn service(&self) -> &str {
        &self.inner.service
    }

    /// Returns the operation that was called.
    pub fn operation(&self) -> &str {
        &self.inner.operation
    }

    /// Returns the region the call went to.
    pub fn region(&self) -> &str {
        &self.inner.region
    }

    /// Returns AWS's error code, if the service answered with one.
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// Returns the message, without the code.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// Returns AWS's request id, if the service answered with one.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// Returns the HTTP status, if the service answered.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { service, operation, region, code, message, request_id, status, .. } = &*self.inner;
        if operation.is_empty() {
            return f.write_str(message);
        }
        write!(f, "{service}:{operation}")?;
        if !region.is_empty() {
            write!(f, " in {region}")?;
        }
        f.write_str(" failed: ")?;
        match (code, status) {
            (Some(code), _) if message.is_empty() => f.write_str(code)?,
            (Some(code), _) => write!(f, "{code}: {message}")?,
            (None, Some(status)) if message.is_empty() => write!(f, "HTTP {status}")?,
            (None, _) => f.write_str(message)?,
        }
        match request_id {
            Some(id) => write!(f, " (request id {id})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The source is left out: an SDK error's `Debug` shows headers and bodies.
        write!(f, "Error({:?}: {self})", self.inner.kind)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// Longest message that is kept, in bytes.
const MESSAGE_LIMIT: usize = 600;

/// Makes `message` one line, of bounded length, without what AWS echoes of the request's signature.
///
/// A SignatureDoesNotMatch message quotes the canonical request, session token included.
fn redact(message: &str) -> String {
    const ECHOES: [&str; 3] =
        ["The Canonical String for this request", "Authorization=", "x-amz-security-token"];
    let end = ECHOES.iter().filter_map(|echo| message.find(echo)).min().unwrap_or(message.len());
    let mut line = message[..end].split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > MESSAGE_LIMIT {
        let cut = (0..=MESSAGE_LIMIT).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
        line.truncate(cut);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_one_line_with_code_and_request_id() {
        let error = Error::new(ErrorKind::Denied, "iam", "ListUsers", "us-east-1", "not\n  allowed")
            .with_code("AccessDenied")
            .with_request_id("r-1");
        assert_eq!(
            error.to_string(),
            "iam:ListUsers in us-east-1 failed: AccessDenied: not allowed (request id r-1)"
        );
    }

    #[test]
    fn a_signature_error_does_not_show_the_session_token() {
        let message = "The request signature we calculated does not match.\n\nThe Canonical String for this request \
                       should have been 'GET x-amz-security-token:SECRET'";
        assert_eq!(redact(message), "The request signature we calculated does not match.");
        assert_eq!(redact("Credential must have Authorization=AWS4 SECRET"), "Credential must have");
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let line = redact(&"é".repeat(1000));
        assert!(line.len() < MESSAGE_LIMIT + 8 && line.ends_with('…'), "{}", line.len());
    }
}
