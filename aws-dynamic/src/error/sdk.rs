//! From the SDK's error type to ours.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Error, ErrorKind, WireError, classify};

impl Error {
    /// Converts the error of a generated SDK crate, classified by the same table as the dynamic client's errors.
    pub fn from_sdk<E>(service: &str, operation: &str, region: &str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        describe_failure(service, operation, region, None, error)
    }
}

/// Converts `error`; `custom_endpoint` is the URL that replaces AWS's own, if any.
pub(crate) fn describe_failure<E>(
    service: &str,
    operation: &str,
    region: &str,
    custom_endpoint: Option<&str>,
    error: SdkError<E, HttpResponse>,
) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let new = |kind, message: String| Error::new(kind, service, operation, region, message);
    let described = match &error {
        SdkError::ServiceError(context) => {
            let (meta, raw) = (context.err().meta(), context.raw());
            let wire = WireError::read(raw.headers(), raw.body().bytes().unwrap_or_default());
            let status = raw.status().as_u16();
            // What the protocol parsed; an answer it cannot read (a proxy's page) is read leniently.
            let code = meta.code().map(str::to_owned).filter(|code| !code.is_empty()).or(wire.code);
            let message = meta.message().map(str::to_owned).or(wire.message).unwrap_or_default();
            let kind = classify(service, operation, code.as_deref(), &message, Some(status));
            let described = new(kind, message).with_status(status);
            let described = code.into_iter().fold(described, Error::with_code);
            wire.request_id.into_iter().fold(described, Error::with_request_id)
        }
        SdkError::TimeoutError(_) => new(ErrorKind::Transient, NO_ANSWER.to_owned()),
        SdkError::DispatchFailure(failure) => {
            let chain = chain(&error);
            match credential_failure(&error) {
                Some(kind) => new(kind, format!("no credentials: {}", chain_text(&chain))),
                None => {
                    let user = failure.is_user();
                    let (kind, message) = connection_failure(&chain, custom_endpoint, user);
                    new(kind, message)
                }
            }
        }
        SdkError::ResponseError(context) => {
            let status = context.raw().status().as_u16();
            let text = chain_text(&chain(&error));
            // A body that broke off is the network's fault; one that is complete but unreadable is not.
            let broken = ["connection", "body", "incomplete", "reset", "eof"];
            let lower = text.to_ascii_lowercase();
            let kind = match broken.iter().any(|word| lower.contains(word)) && !lower.contains("json") {
                true => ErrorKind::Transient,
                false => ErrorKind::Unexpected,
            };
            new(kind, format!("the answer cannot be read: {text}")).with_status(status)
        }
        _ => match credential_failure(&error) {
            Some(kind) => new(kind, format!("no credentials: {}", chain_text(&chain(&error)))),
            None => new(ErrorKind::Invalid, chain_text(&chain(&error))),
        },
    };
    described.with_source(error)
}

/// The errors under `error`, outermost first, without the SDK's own wrapper.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let mut all = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        all.push(error);
        next = error.source();
    }
    all
}

fn chain_text(chain: &[&(dyn StdError + 'static)]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for text in chain.iter().map(ToString::to_string) {
        // Many wrappers repeat what they wrap.
        if !text.is_empty() && !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

fn credential_failure(error: &(dyn StdError + 'static)) -> Option<ErrorKind> {
    chain(error).into_iter().find_map(|error| {
        if let Some(error) = error.downcast_ref::<CredentialsError>() {
            return Some(match error {
                CredentialsError::ProviderTimedOut(_) => ErrorKind::Transient,
                _ => ErrorKind::Credentials,
            });
        }
        error.to_string().contains("identity resolver timed out").then_some(ErrorKind::Transient)
    })
}

const NO_ANSWER: &str = "no answer within the time allowed";

/// What resolvers on the supported systems say when a name does not exist, as opposed to "try again".
const NO_SUCH_HOST: [&str; 5] = [
    "Name or service not known",
    "No address associated with hostname",
    "nodename nor servname provided",
    "Name does not resolve",
    "No such host is known",
];

fn connection_failure(
    chain: &[&(dyn StdError + 'static)],
    custom_endpoint: Option<&str>,
    user: bool,
) -> (ErrorKind, String) {
    let text = chain_text(chain);
    if text.contains("read timeout") {
        return (ErrorKind::Transient, NO_ANSWER.to_owned());
    }
    match custom_endpoint {
        Some(url) => (ErrorKind::Transient, format!("cannot connect to {url}: {text}")),
        None if NO_SUCH_HOST.iter().any(|part| text.contains(part)) => {
            (ErrorKind::UnsupportedRegion, format!("the service has no endpoint here: {text}"))
        }
        None if user => (ErrorKind::Invalid, text),
        None => (ErrorKind::Transient, format!("cannot connect: {text}")),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_name_that_does_not_exist_means_no_endpoint_only_for_aws() {
        let missing =
            io::Error::other("dns error: failed to lookup address information: Name or service not known");
        let busy = io::Error::other("dns error: Temporary failure in name resolution");
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let kind = |error: &io::Error, custom| connection_failure(&[error], custom, false).0;
        assert_eq!(kind(&missing, None), ErrorKind::UnsupportedRegion);
        assert_eq!(kind(&missing, Some("http://localhost:1")), ErrorKind::Transient);
        assert_eq!(kind(&busy, None), ErrorKind::Transient);
        assert_eq!(kind(&refused, None), ErrorKind::Transient);
    }

    #[test]
    fn wrappers_that_repeat_what_they_wrap_are_shown_once() {
        let (outer, inner) = (io::Error::other("failed: refused"), io::Error::other("refused"));
        assert_eq!(chain_text(&[&outer, &inner]), "failed: refused");
        assert_eq!(chain_text(&[&inner, &outer]), "refused: failed: refused");
    }
}
