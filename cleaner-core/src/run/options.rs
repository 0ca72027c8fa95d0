use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use resource_filters::{Choice, Filters, RuleList};

use super::{Coverage, RegionChoice, Task, TypeChoice};
use crate::account::Guard;
use crate::baseline::Baseline;
use crate::handler::Settings;
use crate::lane::Quotas;
use crate::plan::StackChoice;
use crate::resource::TypeName;
use crate::restore::Restore;

/// Says what a run may do, and how long.
#[derive(Clone, Debug)]
pub struct Options {
    /// The tool and its version, as reports name it.
    pub tool: String,
    /// What the run is for.
    pub task: Task,
    /// Which accounts may be cleared.
    pub guard: Guard,
    /// Which regions are looked at.
    pub regions: RegionChoice,
    /// Which types are deleted.
    pub types: TypeChoice,
    /// The stacks that are deleted with all they own, and nothing else is; none: everything is.
    pub stacks: StackChoice,
    /// The allow and deny rules.
    pub filters: Arc<Filters>,
    /// The rules that choose what is emptied, if that is what the run is for.
    pub reset_data: Arc<Choice>,
    /// The switches of types that are on.
    pub settings: HashMap<TypeName, Arc<Settings>>,
    /// The built-in protections that are lifted, by name.
    pub lifted: BTreeSet<String>,
    /// How long the run may take.
    pub deadline: Option<Duration>,
    /// How long nothing may change before what is held is given up.
    pub patience: Duration,
    /// How many looks in a row must find the account clean.
    pub verify_passes: u32,
    /// What is done about resources that no type of the run lists.
    pub coverage: Coverage,
    /// More deletions than this are refused.
    pub max_deletions: Option<usize>,
    /// The rates lanes start with.
    pub quotas: Quotas,
    /// The region for calls that need one before the regions are known.
    pub home_region: String,
    /// Whether creation dates are read of everything, as a saved plan needs them.
    pub details: bool,
    /// Whether all tags are read of everything, as a baseline needs them.
    pub all_tags: bool,
    /// What the account held before: that stays, and what of it is missing or changed is said.
    pub baseline: Option<Arc<Baseline>>,
    /// Whether no run is clean that finds something of the baseline missing or changed.
    pub strict_baseline: bool,
    /// What is made again after a clear, if it is not there.
    pub restore: BTreeSet<Restore>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tool: concat!("aws-cleaner ", env!("CARGO_PKG_VERSION")).to_owned(),
            task: Task::default(),
            guard: Guard { protected_words: vec!["prod".to_owned()], ..Guard::default() },
            regions: RegionChoice::default(),
            types: TypeChoice::default(),
            stacks: StackChoice::default(),
            filters: Arc::default(),
            reset_data: Arc::new(Choice::none(RuleList::ResetData)),
            settings: HashMap::new(),
            lifted: BTreeSet::new(),
            deadline: Some(Duration::from_secs(2 * 60 * 60)),
            patience: Duration::from_secs(5 * 60),
            verify_passes: 1,
            coverage: Coverage::default(),
            max_deletions: None,
            quotas: Quotas::Aws,
            home_region: "us-east-1".to_owned(),
            details: false,
            all_tags: false,
            baseline: None,
            strict_baseline: false,
            restore: BTreeSet::new(),
        }
    }
}
