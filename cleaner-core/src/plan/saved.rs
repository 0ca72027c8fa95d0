use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Action, Graph, Relations, StackChoice, Verdict};
use crate::account::AccountId;
use crate::handler::Registry;
use crate::report::ListReport;
use crate::resource::{Region, Resource, State, TypeName};

/// The version of the plan format this library writes and reads.
pub const PLAN_VERSION: u32 = 1;

/// What is done with one found resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The resource.
    pub resource: Arc<Resource>,
    /// What was decided; one for all in a row of whom the same is said.
    pub verdict: Arc<Verdict>,
    /// The stack it belongs to, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<Arc<str>>,
}

impl Entry {
    /// Whether nobody can judge it because AWS says it is gone, though its list still holds it.
    pub(crate) fn is_ghost(&self) -> bool {
        self.resource.state == State::Gone && self.verdict.action == Action::Unknown
    }
}

/// Holds everything a scan found, and what is done with each resource. An immutable value that can be saved, reviewed and applied.
///
/// The order is not stored: it follows from what the resources say of each other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// The version of this format: [`PLAN_VERSION`].
    pub version: u32,
    /// The tool and its version.
    pub tool: String,
    /// Names the run that made it.
    pub run_id: String,
    /// The account it is for, and for no other.
    pub account: AccountId,
    /// The partition of the account.
    pub partition: String,
    /// The account's alias, if it has one.
    pub alias: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The regions that were looked at.
    pub regions: Vec<Region>,
    /// The types that were looked for.
    pub types: Vec<TypeName>,
    /// The stacks it is about; none: it is about everything.
    #[serde(default, skip_serializing_if = "StackChoice::is_empty")]
    pub stacks: StackChoice,
    /// Everything that was found.
    pub entries: Vec<Entry>,
    /// How the listings ended.
    pub lists: Vec<ListReport>,
}

impl Plan {
    /// The entries the run is about: those of the chosen types and regions, and whatever leaves a question open. The others were
    /// listed for what they own and need.
    pub fn of_the_run(&self) -> impl Iterator<Item = &Entry> {
        self.entries_and_asides().filter(|(_, aside)| !aside).map(|(entry, _)| entry)
    }

    /// All entries, and whether the run is not about them.
    pub(crate) fn entries_and_asides(&self) -> impl Iterator<Item = (&Entry, bool)> {
        let types: HashSet<&TypeName> = self.types.iter().collect();
        let regions: HashSet<&Region> = self.regions.iter().collect();
        self.entries.iter().map(move |entry| {
            let resource = &entry.resource;
            let chosen = types.contains(&resource.type_name) && regions.contains(&resource.region);
            (entry, !chosen && entry.verdict.action != Action::Unknown)
        })
    }

    /// The places of the entries that are to be deleted.
    pub fn items(&self) -> Vec<u32> {
        (0_u32..)
            .zip(&self.entries)
            .filter(|(_, entry)| entry.verdict.deletes())
            .map(|(place, _)| place)
            .collect()
    }

    /// The places of the entries that are to be emptied.
    pub fn to_empty(&self) -> Vec<u32> {
        (0_u32..)
            .zip(&self.entries)
            .filter(|(_, entry)| entry.verdict.empties())
            .map(|(place, _)| place)
            .collect()
    }

    /// How the resources of the entries are related.
    pub fn relations(&self, registry: &Registry) -> Relations {
        Relations::of(self.entries.iter().map(|entry| &*entry.resource), registry)
    }

    /// What waits for what among the items, given how the resources are related.
    pub fn graph(&self, relations: &Relations, registry: &Registry) -> Graph {
        let resources: Vec<&Resource> = self.entries.iter().map(|entry| &*entry.resource).collect();
        Graph::of(&self.items(), &resources, relations, registry)
    }

    /// Reads a saved plan.
    ///
    /// # Errors
    /// If it is no plan, or of a version this library does not read.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = serde_json::from_str(text).map_err(|error| PlanError::malformed(&error))?;
        if head.version != PLAN_VERSION {
            return Err(PlanError::Version(head.version));
        }
        serde_json::from_str(text).map_err(|error| PlanError::malformed(&error))
    }
}

/// Says why a saved plan cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// It is no plan: where, and why.
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is of a version this library does not read.
    Version(u32),
}

impl PlanError {
    fn malformed(error: &serde_json::Error) -> Self {
        let message = error.to_string();
        // serde_json ends its messages with the position, which is told apart here.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Self::Malformed { line: error.line(), column: error.column(), message }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { line, column, message } => {
                write!(f, "{line}:{column}: this is no plan: {message}")
            }
            Self::Version(version) => {
                write!(
                    f,
                    "the plan is of version {version}, this tool reads version {PLAN_VERSION}: make it anew."
                )
            }
        }
    }
}

impl std::error::Error for PlanError {}
