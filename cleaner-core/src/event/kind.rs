use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::baseline::BaselineReport;
use crate::error::Error;
use crate::plan::{StackChoice, Verdict};
use crate::report::{ApiReport, ItemOutcome, ListStatus, Outcome, Summary, UnsupportedReport};
use crate::resource::{Region, Resource, ResourceKey, TypeName};
use crate::restore::Restored;
use crate::run::{StopCause, Task};

/// One thing that happened, numbered and timed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Counts from 1 within the run, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// How long after the start of the run, in milliseconds.
    pub elapsed_ms: u64,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Names an item of the plan, for people and for machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRef {
    /// The identity.
    #[serde(flatten)]
    pub key: ResourceKey,
    /// What people call it.
    pub name: String,
}

impl From<&Resource> for ItemRef {
    fn from(resource: &Resource) -> Self {
        Self { key: resource.key(), name: resource.name.as_ref().to_owned() }
    }
}

/// What happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// The account is known to be the right one; the run begins.
    RunStarted {
        /// The version of the event format.
        version: u32,
        /// The tool and its version.
        tool: String,
        /// Names the run.
        run_id: String,
        /// The account.
        account: AccountId,
        /// The partition of the account.
        partition: String,
        /// The account's alias, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alias: Option<String>,
        /// The ARN of the caller.
        caller: String,
        /// The regions, `global` among them.
        regions: Vec<Region>,
        /// The types that are looked for.
        types: Vec<TypeName>,
        /// The stacks it is about; none: it is about everything.
        #[serde(default, skip_serializing_if = "StackChoice::is_empty")]
        stacks: StackChoice,
        /// What it is for.
        #[serde(default, skip_serializing_if = "Task::is_clear")]
        task: Task,
    },
    /// Something people should know that stops nothing.
    Warning {
        /// One sentence.
        message: String,
    },
    /// A scan begins.
    ScanStarted {
        /// How many listings there will be.
        lists: usize,
    },
    /// A type was listed in a region, or could not be.
    ListFinished {
        /// The type.
        #[serde(rename = "type")]
        type_name: TypeName,
        /// The region.
        region: Region,
        /// How it ended.
        status: ListStatus,
        /// How many resources were found.
        found: usize,
        /// What was in the way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Error>,
    },
    /// A listing that failed is not part of the run after all: it says nothing about the result.
    ListSetAside {
        /// The type.
        #[serde(rename = "type")]
        type_name: TypeName,
        /// The region.
        region: Region,
    },
    /// A resource was found and judged, or is judged anew.
    Found {
        /// The resource.
        resource: Arc<Resource>,
        /// The judgement.
        verdict: Arc<Verdict>,
        /// The stack it belongs to, by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stack: Option<Arc<str>>,
        /// Whether the run is not about it: it was listed for what it owns and needs.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        aside: bool,
    },
    /// The plan is made.
    Planned {
        /// The moment as of which it was made.
        created_at: Timestamp,
        /// Whether exactly this is to be deleted, and nothing that comes later.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        exact: bool,
        /// How many resources it deletes.
        delete: usize,
        /// How many it empties.
        #[serde(default, skip_serializing_if = "is_none")]
        empty: usize,
        /// How many it keeps as they are.
        keep: usize,
        /// Resources that cite each other in a circle: unlinked first.
        cycles: Vec<Vec<ItemRef>>,
    },
    /// An attempt to delete an item begins.
    DeleteStarted {
        /// The item.
        item: ItemRef,
        /// Counts from 1.
        attempt: u32,
    },
    /// An attempt to empty an item begins.
    EmptyingStarted {
        /// The item.
        item: ItemRef,
        /// Counts from 1.
        attempt: u32,
    },
    /// AWS works on the deletion; the item is waited for.
    Waiting {
        /// The item.
        item: ItemRef,
    },
    /// An attempt failed; there will be another.
    AttemptFailed {
        /// The item.
        item: ItemRef,
        /// What was in the way.
        error: Error,
        /// When at the latest it is tried again, in milliseconds.
        retry_in_ms: u64,
        /// What is known to be in the way.
        blocked_by: Vec<String>,
    },
    /// An item has reached its end.
    ItemFinished {
        /// The item.
        item: ItemRef,
        /// How it ended.
        outcome: ItemOutcome,
        /// What was in the way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Error>,
        /// What holds it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        blocked_by: Vec<String>,
    },
    /// A second look showed that an item ended otherwise than was said.
    ItemCorrected {
        /// The item.
        item: ItemRef,
        /// How it ended.
        outcome: ItemOutcome,
        /// What was in the way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Error>,
    },
    /// AWS throttled a lane; it goes slower from here on.
    LaneSlowed {
        /// The service.
        service: String,
        /// The region.
        region: String,
        /// Which calls of it.
        budget: String,
        /// The new rate, in calls per second.
        rate: f64,
    },
    /// The account is listed again, to prove the result.
    VerifyStarted {
        /// Counts from 1.
        pass: u32,
        /// How many listings there will be.
        lists: usize,
    },
    /// The account was listed again.
    VerifyFinished {
        /// Counts from 1.
        pass: u32,
        /// How many resources are there that should not be.
        remaining: usize,
    },
    /// Something is there that no type of the run lists.
    Unsupported {
        /// What.
        resource: UnsupportedReport,
    },
    /// Nobody could look in a region for what no type of the run lists.
    NotCovered {
        /// The region.
        region: Region,
        /// What was in the way.
        error: Error,
    },
    /// What was found was compared with the baseline, or is known better by now: the last one counts.
    BaselineCompared {
        /// How the account differs from it.
        baseline: Box<BaselineReport>,
    },
    /// Something was made again that was not there, or could not be.
    Restored {
        /// What, where, and what was in the way.
        restored: Restored,
    },
    /// The run stops before its end.
    Stopping {
        /// Why.
        why: String,
    },
    /// The run is over.
    RunFinished {
        /// How it ended.
        outcome: Outcome,
        /// Why, in one sentence, where the outcome alone does not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What stopped the run before its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped_by: Option<StopCause>,
        /// What made the run fail.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fatal: Option<Error>,
        /// The counts.
        summary: Summary,
        /// The calls that were made.
        api: Box<ApiReport>,
    },
    /// Time has passed: a moment to draw progress. Never written to files.
    Tick {
        /// How far the run is.
        progress: Progress,
    },
}

/// Says how far a run is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// How many things there are to do in this stage.
    pub total: usize,
    /// How many are done.
    pub done: usize,
    /// How many of these failed.
    pub failed: usize,
    /// How many are under way.
    pub running: usize,
    /// How many AWS works on.
    pub waiting: usize,
    /// How many wait for others.
    pub parked: usize,
    /// What is under way or waited for, longest first: the item, what is waited for, for how long.
    pub busiest: Vec<(String, String, Duration)>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_none(count: &usize) -> bool {
    *count == 0
}
