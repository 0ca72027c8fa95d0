use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Outcome, Report, Summary};
use crate::account::AccountId;

/// The report of a run over many accounts: each with its own report, and all of them as one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CombinedReport {
    /// The version of this format: 1.
    pub version: u32,
    /// The tool and its version.
    pub tool: String,
    /// When the first run began, in RFC 3339.
    pub started_at: Timestamp,
    /// When the last one ended, in RFC 3339.
    pub finished_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The worst outcome of an account.
    pub outcome: Outcome,
    /// The counts of all accounts together.
    pub summary: Summary,
    /// The accounts, by id.
    pub accounts: Vec<Report>,
    /// Accounts of an organizational unit that nobody touched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// An account that nobody touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The account.
    pub account: AccountId,
    /// Its name in the organization.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl CombinedReport {
    /// Puts reports together, which are sorted by account.
    pub fn of(tool: &str, started_at: Timestamp, mut accounts: Vec<Report>, left_out: Vec<LeftOut>) -> Self {
        accounts.sort_by(|one, other| one.account.id.cmp(&other.account.id));
        let finished_at = Timestamp::now();
        let mut summary = Summary::default();
        accounts.iter().for_each(|report| summary.add(&report.summary));
        let worst = accounts.iter().map(|report| report.outcome).max_by_key(|outcome| badness(*outcome));
        let duration = finished_at.duration_since(started_at).as_millis();
        Self {
            version: 1,
            tool: tool.to_owned(),
            started_at,
            finished_at,
            duration_ms: u64::try_from(duration).unwrap_or_default(),
            // Of no account at all nobody knows anything.
            outcome: worst.unwrap_or(Outcome::Incomplete),
            summary,
            accounts,
            left_out,
        }
    }

    /// How many accounts came to an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.accounts.iter().filter(|report| report.outcome == outcome).count()
    }
}

/// What is said of many accounts is what is said of the one that needs somebody most.
fn badness(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::DryRun => 0,
        Outcome::Clean => 1,
        Outcome::Incomplete => 2,
        Outcome::Leftovers => 3,
        Outcome::Refused => 4,
        Outcome::Failed => 5,
        Outcome::Interrupted => 6,
    }
}

impl Summary {
    /// Adds the counts of another run.
    fn add(&mut self, other: &Self) {
        let Self {
            found,
            kept,
            deleted,
            already_gone,
            emptied,
            failed,
            blocked,
            pending,
            planned,
            unknown_verdicts,
            unknown_lists,
            unsupported,
            unknown_coverage,
        } = other;
        for (sum, more) in [
            (&mut self.found, found),
            (&mut self.kept, kept),
            (&mut self.deleted, deleted),
            (&mut self.already_gone, already_gone),
            (&mut self.emptied, emptied),
            (&mut self.failed, failed),
            (&mut self.blocked, blocked),
            (&mut self.pending, pending),
            (&mut self.planned, planned),
            (&mut self.unknown_verdicts, unknown_verdicts),
            (&mut self.unknown_lists, unknown_lists),
            (&mut self.unsupported, unsupported),
            (&mut self.unknown_coverage, unknown_coverage),
        ] {
            *sum += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Refusal;
    use crate::report::ApiStats;
    use crate::run::RunError;

    fn report(digits: &str, outcome: Outcome, deleted: usize) -> Report {
        let account: AccountId = digits.parse().expect("twelve digits");
        let error = RunError::Refused(Refusal::Denied(account));
        let report = Report::early("aws-cleaner", Timestamp::now(), &error, None, &ApiStats::default());
        Report { outcome, summary: Summary { deleted, ..Summary::default() }, ..report }
    }

    #[test]
    fn the_worst_outcome_is_that_of_all() {
        use Outcome::{Clean, DryRun, Failed, Incomplete, Interrupted, Leftovers, Refused};
        for (outcomes, worst) in [
            (vec![Clean, Clean], Clean),
            (vec![DryRun], DryRun),
            (vec![Clean, Incomplete, Clean], Incomplete),
            (vec![Leftovers, Incomplete], Leftovers),
            (vec![Refused, Leftovers], Refused),
            (vec![Failed, Clean, Refused], Failed),
            (vec![Failed, Interrupted], Interrupted),
            (vec![], Incomplete),
        ] {
            let reports = outcomes.iter().map(|outcome| report("111122223333", *outcome, 0)).collect();
            let combined = CombinedReport::of("aws-cleaner", Timestamp::now(), reports, Vec::new());
            assert_eq!(combined.outcome, worst, "{outcomes:?}");
        }
    }

    #[test]
    fn accounts_are_in_order_and_their_counts_add_up() {
        let reports =
            vec![report("222222222222", Outcome::Clean, 3), report("111111111111", Outcome::Leftovers, 4)];
        let combined = CombinedReport::of("aws-cleaner", Timestamp::now(), reports, Vec::new());
        let ids: Vec<_> = combined.accounts.iter().filter_map(|one| one.account.id.clone()).collect();
        assert_eq!(ids.iter().map(AccountId::as_str).collect::<Vec<_>>(), ["111111111111", "222222222222"]);
        assert_eq!((combined.summary.deleted, combined.count(Outcome::Clean)), (7, 1));
    }
}
