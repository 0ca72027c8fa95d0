use std::collections::BTreeSet;
use std::fmt;

use aws_dynamic::model::Models;

use super::entry::{Call, Entry, Step, Tagged};
use crate::iam;

/// The IAM actions that listing a type needs, with reading tags and details, in alphabetical order.
pub(super) fn of_listing(entry: &Entry, models: &Models) -> Vec<String> {
    sorted(listing(entry, models))
}

/// The IAM actions that listing and deleting a type need, without what only its switches need, in alphabetical order.
pub(super) fn of_all(entry: &Entry, models: &Models) -> Vec<String> {
    sorted(all(entry, models))
}

/// The IAM actions that a switch needs besides, in alphabetical order.
pub(super) fn of_setting(entry: &Entry, setting: &str, models: &Models) -> Vec<String> {
    let known = all(entry, models);
    let steps = entry.steps().filter(|step| step.setting.as_ref().is_some_and(|name| name.value == setting));
    let actions = steps.flat_map(Step::calls).flat_map(|call| of_call(call, models));
    sorted(actions.filter(|action| !known.contains(action)).collect())
}

fn listing(entry: &Entry, models: &Models) -> BTreeSet<String> {
    let mut actions: BTreeSet<String> =
        entry.reading_calls().into_iter().flat_map(|call| of_call(call, models)).collect();
    if matches!(entry.tags, Tagged::Bulk) {
        actions.insert("tag:GetResources".to_owned());
    }
    actions
}

fn all(entry: &Entry, models: &Models) -> BTreeSet<String> {
    let mut actions = listing(entry, models);
    let steps = entry.steps().filter(|step| step.setting.is_none()).flat_map(Step::calls);
    let calls = steps.chain(entry.status.iter().map(|status| &status.call));
    actions.extend(calls.flat_map(|call| of_call(call, models)));
    actions.extend(entry.iam_actions.iter().flat_map(|action| iam::with_dependents(&action.value)));
    actions
}

fn of_call(call: &Call, models: &Models) -> Vec<String> {
    iam::operation_actions(&call.service, &call.operation, models)
}

fn sorted(actions: BTreeSet<String>) -> Vec<String> {
    actions.into_iter().collect()
}

/// The step as people read it: `iam:DetachRolePolicy for each of iam:ListAttachedRolePolicies`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.call.title())?;
        if let Some(each) = &self.each {
            write!(f, " for each of {}", each.call.title())?;
        }
        if let Some(setting) = &self.setting {
            write!(f, ", if `{}` is on", setting.value)?;
        }
        Ok(())
    }
}
