use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::created;
use crate::account::AccountId;
use crate::handler::Registry;
use crate::report::ListStatus;
use crate::resource::{Fact, Region, ResourceKey, Tags, TypeName};

/// The version of the baseline format this library writes and reads.
pub const BASELINE_VERSION: u32 = 1;

/// Holds what an account held at a moment. An immutable value that can be saved.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub(super) version: u32,
    pub(super) tool: String,
    pub(super) account: AccountId,
    pub(super) partition: String,
    pub(super) taken_at: Timestamp,
    pub(super) lists: Vec<BaselineList>,
    pub(super) resources: Vec<BaselineResource>,
    pub(super) settings: Vec<AccountValue>,
    #[serde(skip)]
    pub(super) index: Index,
}

/// How one listing ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineList {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// The region, or `global`.
    pub region: Region,
    /// How it ended.
    pub status: ListStatus,
}

/// One resource: what makes it this one, and what people know it by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineResource {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// The region, or `global`.
    pub region: Region,
    /// Unique within type and region.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// The ARN, where the type has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<Arc<str>>,
    /// When it was made.
    #[serde(with = "created")]
    pub created_at: Fact<Timestamp>,
    /// Its tags, if it has any and they were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// Whether AWS managed it, or it went with its parent: it comes and goes without anybody's doing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub managed: bool,
}

/// The value of one setting of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountValue {
    /// The setting, such as `ec2-ebs-encryption`.
    pub name: String,
    /// The region, or `global`.
    pub region: Region,
    /// The value; null if nothing is set, or if it could not be read.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub value: Value,
    /// Why it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// Where to find things in a baseline.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) places: HashMap<ResourceKey, usize>,
    /// The types and regions of which it is known what there was.
    pub(super) covered: HashSet<(TypeName, Region)>,
    /// The types of which it is known everywhere what there was, and that is nothing.
    pub(super) empty: HashSet<TypeName>,
    /// The types whose date is that of the last change.
    pub(super) by_change: HashSet<TypeName>,
}

impl Baseline {
    /// The account it is of, and of no other.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// When it was taken.
    pub fn taken_at(&self) -> Timestamp {
        self.taken_at
    }

    /// What the account held.
    pub fn resources(&self) -> &[BaselineResource] {
        &self.resources
    }

    /// How the listings ended.
    pub fn lists(&self) -> &[BaselineList] {
        &self.lists
    }

    /// The settings of the account.
    pub fn settings(&self) -> &[AccountValue] {
        &self.settings
    }

    /// How many listings did not say what there is, and how many resources have a creation date that could not be read. A run
    /// keeps all that may be meant by these, and does not call the account clean.
    pub fn holes(&self) -> (usize, usize) {
        let lists = self.lists.iter().filter(|list| !list.status.is_known()).count();
        (lists, self.undated().count())
    }

    /// What may have a creation date that could not be read.
    pub fn undated(&self) -> impl Iterator<Item = &BaselineResource> {
        let is_unread = |date: &Fact<Timestamp>| matches!(date, Fact::Unread | Fact::Unreadable(_));
        self.resources.iter().filter(move |one| !one.managed && is_unread(&one.created_at))
    }

    /// Whether it is known what there was of a type in a region.
    pub fn covers(&self, type_name: &TypeName, region: &Region) -> bool {
        self.index.covered.contains(&(type_name.clone(), region.clone()))
    }

    /// Whether there may have been something of a type, anywhere.
    pub(crate) fn may_hold(&self, type_name: &TypeName) -> bool {
        !self.index.empty.contains(type_name)
    }

    /// What it says of a resource.
    pub(super) fn get(&self, key: &ResourceKey) -> Option<&BaselineResource> {
        self.index.places.get(key).map(|place| &self.resources[*place])
    }

    /// The same baseline with its index.
    pub(super) fn indexed(mut self, registry: &Registry) -> Self {
        // Where nothing could be listed at all, the region was off: what is in it shows when it is on.
        let on: HashSet<&Region> =
            self.lists.iter().filter(|list| list.status == ListStatus::Ok).map(|list| &list.region).collect();
        let is_known = |list: &BaselineList| list.status.is_known() && on.contains(&list.region);
        let place = |list: &BaselineList| (list.type_name.clone(), list.region.clone());
        let covered = self.lists.iter().filter(|list| is_known(list)).map(place).collect();
        let mut empty: HashSet<TypeName> = self.lists.iter().map(|list| list.type_name.clone()).collect();
        for list in self.lists.iter().filter(|list| !is_known(list)) {
            empty.remove(&list.type_name);
        }
        for one in &self.resources {
            empty.remove(&one.type_name);
        }
        let places = self.resources.iter().enumerate().map(|(place, one)| (one.key(), place)).collect();
        let by_change = registry.specs().filter(|spec| spec.dated_by_change);
        let by_change = by_change.map(|spec| spec.name.clone()).collect();
        self.index = Index { places, covered, empty, by_change };
        self
    }
}

impl BaselineResource {
    /// The identity within the account.
    pub fn key(&self) -> ResourceKey {
        ResourceKey { type_name: self.type_name.clone(), region: self.region.clone(), id: self.id.clone() }
    }
}
