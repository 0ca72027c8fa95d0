use cleaner_core::account::Refusal;
use cleaner_core::error::{Error, ErrorKind};
use cleaner_core::run::{RunError, StopCause};
use resource_filters::source::Problems;

use crate::exit::Exit;
use crate::render::count;

/// Why a command could not do its work: what to say, and with which code to exit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The code.
    pub(crate) exit: Exit,
    /// What is said on standard error.
    pub(crate) message: String,
}

impl Failure {
    /// The user asked for something that cannot be.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: format!("error: {}", message.into()) }
    }

    /// Something went wrong that nobody expects.
    pub(crate) fn unexpected(message: impl Into<String>) -> Self {
        Self { exit: Exit::Unexpected, message: format!("error: {}", message.into()) }
    }

    /// A file holds mistakes.
    pub(crate) fn problems(problems: &Problems, what: &str) -> Self {
        let total = count(problems.len(), "problem");
        Self { exit: Exit::Usage, message: format!("{problems}\n\nerror: {what} has {total}.") }
    }

    /// A run could not be.
    pub(crate) fn run(error: &RunError, stopped_by: Option<StopCause>, endpoint: Option<&str>) -> Self {
        Self { exit: Exit::of_error(error, stopped_by), message: message(error, endpoint) }
    }
}

/// Says why a run could not be, and what helps.
pub(crate) fn message(error: &RunError, endpoint: Option<&str>) -> String {
    match error {
        RunError::Usage(problems) => {
            problems.iter().map(|problem| format!("error: {problem}")).collect::<Vec<_>>().join("\n")
        }
        RunError::Refused(refusal) => match help(refusal) {
            Some(help) => format!("refused: {refusal}\n  help: {help}"),
            None => format!("refused: {refusal}"),
        },
        RunError::Failed(error) => failed(error, endpoint),
        other => format!("error: {other}"),
    }
}

fn help(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::NobodyToAsk => {
            Some("without a terminal, give `--yes --account ID`, or `--dry-run` to see what would be deleted")
        }
        Refusal::TooManyDeletions { .. } => Some("look at `aws-cleaner plan`, then raise `--max-deletions`"),
        _ => None,
    }
}

/// Says what made a run fail, and what helps.
pub(crate) fn failed(error: &Error, endpoint: Option<&str>) -> String {
    match error.kind {
        ErrorKind::Credentials => format!(
            "error: {error}\n  help: log in, give `--profile NAME`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY"
        ),
        // No code: nobody answered.
        ErrorKind::Transient if error.code.is_none() => match endpoint {
            Some(url) => {
                let named = if error.message.contains(url) { String::new() } else { format!("{url}: ") };
                format!("error: {named}{}\n  help: is this the right endpoint?", error.message)
            }
            None => format!("error: AWS does not answer: {error}"),
        },
        _ => format!("error: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_that_does_not_answer_is_named() {
        for (said, shown) in [
            ("connection refused", "error: http://127.0.0.1:9: connection refused\n"),
            ("cannot connect to http://127.0.0.1:9", "error: cannot connect to http://127.0.0.1:9\n"),
        ] {
            let message = failed(&Error::new(ErrorKind::Transient, said), Some("http://127.0.0.1:9"));
            assert!(message.starts_with(shown), "{message}");
        }
    }

    #[test]
    fn an_unattended_run_is_told_what_it_needs() {
        let failure = Failure::run(&RunError::Refused(Refusal::NobodyToAsk), None, None);
        assert_eq!(failure.exit, Exit::Refused);
        assert!(failure.message.contains("--yes --account ID"), "{}", failure.message);
    }
}
