use std::collections::{BTreeMap, BTreeSet};

use resource_filters::{Choice, Filters, TypeSelector};

use crate::account::AccountId;
use crate::config::scalar::Scalar;
use crate::config::{SettingValue, Sourced};
use crate::resource::{Region, TypeName};

/// Holds what one layer says, or several laid over one another.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    pub(super) scalars: BTreeMap<&'static str, Sourced<Scalar>>,
    pub(super) regions: Option<Sourced<Vec<Region>>>,
    pub(super) exclude_regions: Vec<Sourced<Region>>,
    pub(super) include: Option<Sourced<Selection>>,
    pub(super) exclude: Vec<Sourced<Selection>>,
    pub(super) filters: Filters,
    /// The rules that choose what is emptied.
    pub(super) reset_data: Option<Choice>,
    pub(super) settings: BTreeMap<(TypeName, String), Sourced<SettingValue>>,
    pub(super) lifted: BTreeMap<String, Sourced<()>>,
    pub(super) alias_words: Option<Sourced<Vec<String>>>,
    pub(super) allowed_accounts: Option<Sourced<BTreeSet<AccountId>>>,
    pub(super) denied_accounts: BTreeMap<AccountId, Sourced<()>>,
}

/// A selection of types, and how it was written.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub(super) selector: TypeSelector,
    pub(super) text: String,
}

impl Layer {
    /// Lays another layer over this one: what chooses is replaced, what keeps or excludes adds up.
    #[must_use]
    pub(super) fn overlaid(mut self, inner: Self) -> Self {
        self.scalars.extend(inner.scalars);
        self.exclude_regions.extend(inner.exclude_regions);
        self.exclude.extend(inner.exclude);
        self.settings.extend(inner.settings);
        self.lifted.extend(inner.lifted);
        self.denied_accounts.extend(inner.denied_accounts);
        Self {
            regions: inner.regions.or(self.regions),
            include: inner.include.or(self.include),
            filters: self.filters.overlaid(inner.filters),
            reset_data: inner.reset_data.or(self.reset_data),
            alias_words: inner.alias_words.or(self.alias_words),
            allowed_accounts: inner.allowed_accounts.or(self.allowed_accounts),
            ..self
        }
    }
}
