use jiff::Timestamp;

use super::{AccountReport, ApiStats, Outcome, Report, Summary};
use crate::account::{AccountId, Refusal};
use crate::error::ErrorKind;
use crate::run::{RunError, StopCause, Task};

impl Report {
    /// The report of a run that never began: nobody looked at the account, let alone changed it.
    pub fn early(
        tool: &str,
        started_at: Timestamp,
        error: &RunError,
        stopped_by: Option<StopCause>,
        stats: &ApiStats,
    ) -> Self {
        let finished_at = Timestamp::now();
        let (outcome, fatal) = match error {
            RunError::Refused(_) => (Outcome::Refused, None),
            RunError::Failed(error) if error.kind == ErrorKind::Interrupted && stopped_by.is_some() => {
                (Outcome::Interrupted, None)
            }
            RunError::Failed(error) => (Outcome::Failed, Some(error.clone())),
            RunError::Usage(_) => (Outcome::Failed, None),
        };
        let duration = finished_at.duration_since(started_at).as_millis();
        Self {
            version: 1,
            tool: tool.to_owned(),
            run_id: String::new(),
            task: Task::default(),
            account: AccountReport { id: account(error), alias: None, arn: None },
            regions: Vec::new(),
            started_at,
            finished_at,
            duration_ms: u64::try_from(duration).unwrap_or_default(),
            outcome,
            reason: Some(error.to_string()),
            stopped_by,
            fatal,
            summary: Summary::default(),
            resources: Vec::new(),
            lists: Vec::new(),
            unsupported: Vec::new(),
            baseline: None,
            restored: Vec::new(),
            api: stats.report(),
            warnings: Vec::new(),
        }
    }
}

/// The account that was refused, if that was the reason.
fn account(error: &RunError) -> Option<AccountId> {
    match error {
        RunError::Refused(
            Refusal::WrongAccount { found: account, .. }
            | Refusal::WrongBaseline { found: account, .. }
            | Refusal::Denied(account)
            | Refusal::NotAllowed(account)
            | Refusal::ManagementAccount(account)
            | Refusal::OptedOut(account)
            | Refusal::MayOptOut { account, .. },
        ) => Some(account.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn early(error: &RunError, stopped_by: Option<StopCause>) -> Report {
        Report::early("aws-cleaner", Timestamp::now(), error, stopped_by, &ApiStats::default())
    }

    #[test]
    fn the_report_names_the_refused_account() {
        let account: AccountId = "111122223333".parse().expect("twelve digits");
        let report = early(&RunError::Refused(Refusal::Denied(account.clone())), None);
        assert_eq!((report.outcome, report.account.id), (Outcome::Refused, Some(account)));
    }

    #[test]
    fn a_stop_is_no_failure() {
        let error = RunError::Failed(Error::interrupted());
        assert_eq!(early(&error, Some(StopCause::Interrupt)).outcome, Outcome::Interrupted);
        let report = early(&error, None);
        assert_eq!(report.outcome, Outcome::Failed);
        assert!(report.fatal.is_some());
    }
}
