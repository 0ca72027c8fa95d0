use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use resource_filters::{Choice, Filters, RuleList, TypeSelector};

use crate::account::{AccountId, Guard};
use crate::config::layer::{Layer, Selection};
use crate::config::load::Layers;
use crate::config::region::ALL;
use crate::config::scalar::Scalar;
use crate::config::show::shown;
use crate::config::{SettingValue, Shown, Sourced};
use crate::handler::Settings;
use crate::lane::Quotas;
use crate::resource::{Region, TypeName};
use crate::run::Coverage;
use crate::services::cloud_control;

/// Holds the configuration of a run, all layers taken together.
#[derive(Clone, Debug)]
pub struct Config {
    /// If there is a list, only these accounts may be cleared.
    pub allowed_accounts: Option<BTreeSet<AccountId>>,
    /// These accounts may not be cleared.
    pub denied_accounts: BTreeSet<AccountId>,
    /// An account whose alias holds one of these as a whole word may not be cleared.
    pub protected_alias_words: Vec<String>,
    /// The regions as written: names, `global`, or `all`. See [`selects_region`](Self::selects_region).
    pub regions: Vec<Region>,
    /// The regions that stay untouched.
    pub exclude_regions: BTreeSet<Region>,
    /// The rules.
    pub filters: Filters,
    /// The rules that choose what is emptied by whoever asks for that.
    pub reset_data: Choice,
    /// The settings of types, by their canonical name.
    pub settings: BTreeMap<TypeName, BTreeMap<String, SettingValue>>,
    /// The built-in protections that do not hold.
    pub lifted_protections: BTreeSet<String>,
    /// The run ends after this time.
    pub deadline: Option<Duration>,
    /// How long an accepted deletion may show no progress.
    pub patience: Duration,
    /// How long one call may take.
    pub call_timeout: Duration,
    /// How often at most everything touched is listed again.
    pub verify_passes: u32,
    /// What is done about resources that no type of the run lists.
    pub coverage: Coverage,
    /// The file that says what the account held before.
    pub baseline: Option<String>,
    /// Whether no run is clean that finds something of the baseline missing or changed.
    pub strict_baseline: bool,
    /// A plan that deletes more than this is refused.
    pub max_deletions: Option<usize>,
    /// The endpoint that stands for all of AWS.
    pub endpoint_url: Option<String>,
    /// The role to assume.
    pub assume_role: Option<AssumeRole>,
    /// The profile to take credentials from.
    pub profile: Option<String>,
    /// The rates to start with.
    pub quotas: QuotaChoice,
    include: Selection,
    exclude: Vec<Selection>,
    shown: Vec<Shown>,
    pub(super) layers: Arc<Layers>,
}

/// Names a role and how to assume it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeRole {
    /// The ARN of the role.
    pub arn: String,
    /// The external id its trust policy asks for.
    pub external_id: Option<String>,
    /// The name of the session.
    pub session_name: Option<String>,
}

/// Chooses the rates that lanes start with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaChoice {
    /// The documented ones, unless the endpoint is not AWS.
    Auto,
    /// The documented ones.
    Aws,
    /// None.
    Adaptive,
}

impl Config {
    pub(super) fn of(layer: Layer, layers: Arc<Layers>) -> Self {
        let shown = shown(&layer);
        let text = |key: &str| match layer.scalars.get(key) {
            Some(Sourced { value: Scalar::Text(text), .. }) => Some(text.clone()),
            _ => None,
        };
        let duration = |key: &str| match layer.scalars.get(key) {
            Some(Sourced { value: Scalar::Duration(duration), .. }) => Some(*duration),
            _ => None,
        };
        let count = |key: &str| match layer.scalars.get(key) {
            Some(Sourced { value: Scalar::Count(count), .. }) => Some(*count),
            _ => None,
        };
        let built_in = "default.yaml sets it";
        let mut settings = BTreeMap::<TypeName, BTreeMap<String, SettingValue>>::new();
        for ((type_name, key), setting) in layer.settings {
            settings.entry(type_name).or_default().insert(key, setting.value);
        }
        Self {
            protected_alias_words: layer.alias_words.expect(built_in).value,
            regions: layer.regions.expect(built_in).value,
            deadline: duration("deadline"),
            patience: duration("patience").expect(built_in),
            call_timeout: duration("call_timeout").expect(built_in),
            verify_passes: count("verify_passes").expect(built_in),
            coverage: match text("coverage").as_deref() {
                Some("off") => Coverage::Off,
                Some("strict") => Coverage::Strict,
                _ => Coverage::Report,
            },
            baseline: text("baseline"),
            strict_baseline: text("baseline_drift").as_deref() == Some("strict"),
            max_deletions: count("max_deletions").map(|count| count as usize),
            endpoint_url: text("endpoint_url"),
            assume_role: text("assume_role.arn").map(|arn| AssumeRole {
                arn,
                external_id: text("assume_role.external_id"),
                session_name: text("assume_role.session_name"),
            }),
            profile: text("profile"),
            quotas: match text("quotas").as_deref() {
                Some("aws") => QuotaChoice::Aws,
                Some("adaptive") => QuotaChoice::Adaptive,
                _ => QuotaChoice::Auto,
            },
            include: layer.include.expect(built_in).value,
            exclude: layer.exclude.into_iter().map(|selection| selection.value).collect(),
            allowed_accounts: layer.allowed_accounts.map(|accounts| accounts.value),
            denied_accounts: layer.denied_accounts.into_keys().collect(),
            exclude_regions: layer.exclude_regions.into_iter().map(|region| region.value).collect(),
            filters: layer.filters,
            reset_data: layer.reset_data.unwrap_or_else(|| Choice::none(RuleList::ResetData)),
            settings,
            lifted_protections: layer.lifted.into_keys().collect(),
            shown,
            layers,
        }
    }

    /// Whether resources of a region may be deleted; `all` means every region there is, and `global`.
    pub fn selects_region(&self, region: &Region) -> bool {
        let included = self.regions.iter().any(|wanted| wanted == region || wanted == ALL);
        included && !self.exclude_regions.contains(region)
    }

    /// Whether a type is to stay untouched, given its canonical name. A type that nothing but Cloud Control stands behind is
    /// meant by its name, or by a glob that is about such types.
    pub fn excludes_type(&self, type_name: &str) -> bool {
        let excludes = |selector: &TypeSelector| {
            let is_spoken_of = !type_name.starts_with(cloud_control::PREFIX) || asks_for(selector, type_name);
            is_spoken_of && selector.selects(type_name)
        };
        self.exclude.iter().any(|exclude| excludes(&exclude.selector))
    }

    /// Whether resources of a type may be deleted, given its canonical name. A type that is off by default is only selected
    /// by its name or an alias, never by a glob, unless that is one of CloudFormation names and this is its only name.
    pub fn selects_type(&self, type_name: &str, on_by_default: bool) -> bool {
        let include = &self.include.selector;
        let included = asks_for(include, type_name) || (on_by_default && include.selects(type_name));
        included && !self.excludes_type(type_name)
    }

    /// The switches of a type that are on.
    pub fn switches(&self, type_name: &str) -> Settings {
        let settings = self.settings.get(type_name).into_iter().flatten();
        settings
            .filter(|(_, value)| **value == SettingValue::Bool(true))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Whether the file says something of single accounts, so that the account must be known before [`for_account`](Self::for_account).
    pub fn has_account_blocks(&self) -> bool {
        self.layers.has_account_blocks()
    }

    /// The guard that decides whether an account may be cleared.
    pub fn guard(&self, expected: Option<AccountId>) -> Guard {
        Guard {
            expected,
            allow: self.allowed_accounts.clone().unwrap_or_default(),
            deny: self.denied_accounts.clone(),
            protected_words: self.protected_alias_words.clone(),
        }
    }

    /// The rates that lanes start with.
    pub fn start_quotas(&self) -> Quotas {
        match self.quotas {
            QuotaChoice::Auto if self.endpoint_url.is_some() => Quotas::Adaptive,
            QuotaChoice::Auto | QuotaChoice::Aws => Quotas::Aws,
            QuotaChoice::Adaptive => Quotas::Adaptive,
        }
    }

    /// Every value that is set, with where it came from.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }
}

/// Whether a selector speaks of a type by its name, an alias, or a glob of CloudFormation names.
fn asks_for(selector: &TypeSelector, type_name: &str) -> bool {
    selector.names(type_name) || selector.selects_below(cloud_control::PREFIX, type_name)
}
