use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ApiReport, ItemOutcome, ListStatus, Outcome};
use crate::account::AccountId;
use crate::baseline::BaselineReport;
use crate::error::Error;
use crate::resource::{Region, Tags, ThinVec, TypeName};
use crate::restore::Restored;
use crate::run::{StopCause, Task};

/// The report of a run: the contract with everything that reads it. New fields may come; none goes or changes its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The version of this format: 1.
    pub version: u32,
    /// The tool and its version.
    pub tool: String,
    /// Names the run.
    pub run_id: String,
    /// What it was for, if not for clearing the account: what its outcome says, it says of this.
    #[serde(default, skip_serializing_if = "Task::is_clear")]
    pub task: Task,
    /// The account.
    pub account: AccountReport,
    /// The regions that were looked at, `global` among them.
    pub regions: Vec<String>,
    /// When the run began, in RFC 3339.
    pub started_at: Timestamp,
    /// When it ended, in RFC 3339.
    pub finished_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in one sentence, where the outcome alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What stopped the run before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<StopCause>,
    /// What made the run fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fatal: Option<Error>,
    /// The counts.
    pub summary: Summary,
    /// Everything that was found.
    pub resources: Vec<ResourceReport>,
    /// Every listing.
    pub lists: Vec<ListReport>,
    /// What is there, and no type of the run lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsupported: Vec<UnsupportedReport>,
    /// How the account differs from its baseline, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineReport>,
    /// What was made again, or could not be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restored: Vec<Restored>,
    /// The calls that were made.
    pub api: ApiReport,
    /// What people should know.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// Whose account a report is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountReport {
    /// The id.
    pub id: Option<AccountId>,
    /// The alias, if it has one.
    pub alias: Option<String>,
    /// The ARN of the caller.
    pub arn: Option<String>,
}

/// The counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Resources found.
    pub found: usize,
    /// Resources that stay.
    pub kept: usize,
    /// Resources deleted.
    pub deleted: usize,
    /// Resources that were gone by themselves.
    pub already_gone: usize,
    /// Resources whose deletion failed.
    pub failed: usize,
    /// Resources something else holds.
    pub blocked: usize,
    /// Resources not deleted, or not confirmed, when the run ended.
    pub pending: usize,
    /// Resources a dry run would delete.
    #[serde(default)]
    pub planned: usize,
    /// Resources emptied, which stay.
    #[serde(default)]
    pub emptied: usize,
    /// Kept resources about which a rule could not be answered.
    #[serde(default)]
    pub unknown_verdicts: usize,
    /// Listings that failed.
    pub unknown_lists: usize,
    /// Resources that are there, and no type of the run lists.
    #[serde(default)]
    pub unsupported: usize,
    /// Regions in which nobody could look for such resources.
    #[serde(default)]
    pub unknown_coverage: usize,
}

/// Names a resource that no type of the run lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsupportedReport {
    /// The ARN, as the Resource Groups Tagging API shows it; of what only Cloud Control shows, its identifier if it has no ARN.
    pub arn: String,
    /// The region in which it was found.
    pub region: String,
    /// The service, as ARNs name it.
    pub service: String,
    /// The CloudFormation name of its type, if Cloud Control shows it.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
}

/// What became of one resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResourceReport {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// The id.
    pub id: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The ARN.
    pub arn: Option<Arc<str>>,
    /// The region, or `global`.
    pub region: Region,
    /// When it was made, if that was read.
    pub created_at: Option<Timestamp>,
    /// Its tags, as far as they were read.
    pub tags: Tags,
    /// The stack it belongs to.
    pub stack: Option<Arc<str>>,
    /// What was decided, and why; one for all in a row of whom the same is said.
    pub verdict: Arc<VerdictReport>,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// How often its deletion was tried.
    pub attempts: u32,
    /// When its deletion began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What was in the way.
    pub error: Option<Error>,
    /// What holds it.
    pub blocked_by: ThinVec<String>,
}

/// What was decided about a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictReport {
    /// `delete`, `keep` or `empty`.
    pub action: Cow<'static, str>,
    /// The rule that decided.
    pub rule: Option<String>,
    /// Why, in one sentence.
    pub reason: Cow<'static, str>,
    /// Whether it is kept because a rule could not be answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
}

/// How one listing ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListReport {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The region, or `global`.
    pub region: String,
    /// How it ended.
    pub status: ListStatus,
    /// How many resources it found.
    pub found: usize,
    /// What was in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

impl ListReport {
    /// Makes a listing a failed one if there was such a service before, and now there is said to be no such service: nobody knows then what
    /// there is.
    pub(crate) fn doubt(&mut self, before: Option<&Self>) {
        let was_there =
            before.is_some_and(|before| before.found > 0 || before.status != ListStatus::Unsupported);
        if was_there && self.status == ListStatus::Unsupported {
            self.status = ListStatus::Failed;
        }
    }
}
