use std::process::ExitCode;

use cleaner_core::error::ErrorKind;
use cleaner_core::report::{Outcome, Report};
use cleaner_core::run::{RunError, StopCause};

/// The exit codes: a contract with every script that runs this tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Clean and verified, or done without anything to say.
    Clean,
    /// An unexpected error.
    Unexpected,
    /// Wrong usage or configuration.
    Usage,
    /// A guard refused.
    Refused,
    /// Something is left.
    Leftovers,
    /// Something could not be read, so nobody knows.
    Incomplete,
    /// There are no usable credentials.
    Credentials,
    /// The deadline passed with work left.
    Deadline,
    /// A signal stopped the run.
    Interrupted,
    /// What a command said that was run in an account.
    Command(u8),
}

impl Exit {
    /// The code of a run that ended with a report.
    pub(crate) fn of_report(report: &Report) -> Self {
        match report.outcome {
            Outcome::Clean | Outcome::DryRun => Self::Clean,
            Outcome::Leftovers => Self::Leftovers,
            Outcome::Incomplete => Self::Incomplete,
            Outcome::Refused => Self::Refused,
            Outcome::Interrupted => Self::of_stop(report.stopped_by),
            _ => match &report.fatal {
                Some(error) if error.kind == ErrorKind::Credentials => Self::Credentials,
                _ => Self::Unexpected,
            },
        }
    }

    /// The code of a run that could not be.
    pub(crate) fn of_error(error: &RunError, stopped_by: Option<StopCause>) -> Self {
        match error {
            RunError::Refused(_) => Self::Refused,
            RunError::Usage(_) => Self::Usage,
            RunError::Failed(error) => match error.kind {
                ErrorKind::Credentials => Self::Credentials,
                ErrorKind::Interrupted if stopped_by.is_some() => Self::of_stop(stopped_by),
                _ => Self::Unexpected,
            },
            _ => Self::Unexpected,
        }
    }

    fn of_stop(cause: Option<StopCause>) -> Self {
        match cause {
            Some(StopCause::Deadline) => Self::Deadline,
            Some(StopCause::Interrupt) => Self::Interrupted,
            Some(StopCause::Reporter) | None => Self::Unexpected,
        }
    }

    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Unexpected => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Leftovers => 4,
            Self::Incomplete => 5,
            Self::Credentials => 6,
            Self::Deadline => 124,
            Self::Interrupted => 130,
            Self::Command(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use cleaner_core::account::Refusal;
    use cleaner_core::error::Error;
    use cleaner_core::report::ApiStats;

    use super::*;

    fn report(outcome: Outcome, stopped_by: Option<StopCause>, fatal: Option<ErrorKind>) -> Report {
        let error = RunError::Usage(Vec::new());
        let now = jiff::Timestamp::now();
        let report = Report::early("aws-cleaner", now, &error, stopped_by, &ApiStats::default());
        Report { outcome, fatal: fatal.map(|kind| Error::new(kind, "no.")), ..report }
    }

    #[test]
    fn every_outcome_has_its_code() {
        for (outcome, stopped_by, fatal, code) in [
            (Outcome::Clean, None, None, 0),
            (Outcome::DryRun, None, None, 0),
            (Outcome::Leftovers, None, None, 4),
            (Outcome::Incomplete, None, None, 5),
            (Outcome::Refused, None, None, 3),
            (Outcome::Interrupted, Some(StopCause::Deadline), None, 124),
            (Outcome::Interrupted, Some(StopCause::Interrupt), None, 130),
            (Outcome::Failed, Some(StopCause::Reporter), None, 1),
            (Outcome::Failed, None, Some(ErrorKind::Credentials), 6),
            (Outcome::Failed, None, Some(ErrorKind::Transient), 1),
            (Outcome::Failed, None, None, 1),
        ] {
            assert_eq!(Exit::of_report(&report(outcome, stopped_by, fatal)).code(), code, "{outcome}");
        }
    }

    #[test]
    fn every_error_before_the_run_has_its_code() {
        let failed = |kind| RunError::Failed(Error::new(kind, "no."));
        for (error, stopped_by, code) in [
            (RunError::Refused(Refusal::NotConfirmed), None, 3),
            (RunError::Usage(vec!["no such region".to_owned()]), None, 2),
            (failed(ErrorKind::Credentials), None, 6),
            (failed(ErrorKind::Transient), None, 1),
            (failed(ErrorKind::Interrupted), Some(StopCause::Interrupt), 130),
            (failed(ErrorKind::Interrupted), Some(StopCause::Deadline), 124),
            (failed(ErrorKind::Interrupted), None, 1),
        ] {
            assert_eq!(Exit::of_error(&error, stopped_by).code(), code, "{error:?}");
        }
    }
}
