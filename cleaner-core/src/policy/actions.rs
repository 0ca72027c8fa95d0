use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{AccountSetting, account_settings};
use crate::handler::{Registry, TypeSpec};
use crate::resource::TypeName;
use crate::restore::Restore;
use crate::run::{Coverage, Options, context_types, cross_checked};

/// The actions that every run needs, whatever its types are, each with what for.
pub const ALWAYS: &[(&str, &str)] = &[
    ("ec2:DescribeRegions", "which regions are enabled"),
    ("iam:ListAccountAliases", "whether the account's alias is a protected word"),
    ("organizations:DescribeOrganization", "whether this is the management account"),
    ("sts:GetCallerIdentity", "which account this is, and who calls"),
    ("tag:GetResources", "which tags there are, and what is there that no type lists"),
];

/// The verbs of which [`compact`] makes one action each: they tell what there is, not what is in it.
const LOOKS: [&str; 2] = ["Describe", "List"];

/// The IAM actions that a run with these options needs: those of [`ALWAYS`], all of the chosen types, and the reading ones of
/// the types that may have to do with these. What a switch needs is among them if the switch is on.
///
/// # Behavior
/// - Regions, rules and protections change nothing: resources to be kept are listed as well.
/// - A strict run also lists what no type of it lists and Cloud Control knows.
/// - CloudFormation deletes what a stack owns with the caller's rights, unless the stack has a role. Of the types that
///   are not chosen, deleting is not among the actions.
///
/// # Errors
/// The patterns of the type choice that match nothing.
pub fn actions(registry: &Registry, options: &Options) -> Result<BTreeSet<String>, Vec<String>> {
    let chosen = options.types.resolve(registry)?;
    let excluded = options.types.excluded(registry)?;
    let mut actions: BTreeSet<String> = ALWAYS.iter().map(|(action, _)| (*action).to_owned()).collect();
    for spec in registry.specs().filter(|spec| chosen.contains(&spec.name)) {
        actions.extend(spec.iam_actions.iter().cloned());
        let on = options.settings.get(&spec.name);
        let settings = spec.settings.iter().filter(|setting| on.is_some_and(|on| on.is_on(&setting.name)));
        actions.extend(settings.flat_map(|setting| setting.iam_actions.iter().cloned()));
    }
    let named = options.filters.needs().types;
    if options.coverage == Coverage::Strict {
        actions.extend(
            cross_checked(registry, &chosen, &excluded).flat_map(|(_, schema)| schema.listing_actions()),
        );
    }
    let listed = listed(registry, &chosen, &excluded, &named);
    let listed = registry.specs().filter(|spec| listed.contains(&spec.name));
    actions.extend(listed.flat_map(|spec| spec.listing_actions.iter().cloned()));
    Ok(actions)
}

/// The IAM actions that taking a snapshot, and keeping to a baseline, need besides: the account's settings are read.
pub fn baseline_actions() -> BTreeSet<String> {
    account_settings().iter().flat_map(AccountSetting::iam_actions).collect()
}

/// The IAM actions that making things again needs besides.
pub fn restore_actions(restore: impl IntoIterator<Item = Restore>) -> BTreeSet<String> {
    restore.into_iter().flat_map(|what| what.iam_actions()).map(|action| (*action).to_owned()).collect()
}

/// The IAM actions that emptying what stays needs besides, for the chosen types: deleting what they hold, and looking into them.
///
/// # Errors
/// The patterns of the type choice that match nothing.
pub fn reset_data_actions(registry: &Registry, options: &Options) -> Result<BTreeSet<String>, Vec<String>> {
    let chosen = options.types.resolve(registry)?;
    let specs = registry.specs().filter(|spec| chosen.contains(&spec.name));
    let data = specs.filter_map(|spec| spec.data.as_ref());
    Ok(data.flat_map(|data| data.iam_actions.iter().cloned()).collect())
}

/// The types that a run may list: as [`Run::plan`](crate::run::Run::plan) does, if every kind of resource is part of a stack.
fn listed(
    registry: &Registry,
    chosen: &BTreeSet<TypeName>,
    excluded: &BTreeSet<TypeName>,
    named: &BTreeSet<String>,
) -> BTreeSet<TypeName> {
    let is_stack = |spec: &&TypeSpec| spec.is_stack;
    let mut listed = chosen.clone();
    if registry.specs().filter(is_stack).any(|spec| chosen.contains(&spec.name)) {
        let is_listed = |spec: &&TypeSpec| !spec.is_via_cloud_control() || named.contains(spec.name.as_str());
        let members = registry.specs().filter(|spec| spec.cloudformation.is_some()).filter(is_listed);
        listed.extend(members.map(|spec| spec.name.clone()));
    }
    listed.extend(context_types(registry, &listed, excluded, named));
    listed.extend(registry.specs().filter(is_stack).map(|spec| spec.name.clone()));
    listed
}

/// Makes one action with a wildcard of all that list or describe something in a service: `ec2:Describe*`. Shorter, and
/// more than is needed.
pub fn compact(actions: &BTreeSet<String>) -> BTreeSet<String> {
    let look = |action: &str| {
        let (service, name) = action.split_once(':')?;
        let verb = LOOKS.iter().find(|verb| name.starts_with(**verb))?;
        Some(format!("{service}:{verb}*"))
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for wildcard in actions.iter().filter_map(|action| look(action)) {
        *counts.entry(wildcard).or_default() += 1;
    }
    let short = |action: &String| {
        look(action).filter(|wildcard| counts[wildcard] > 1).unwrap_or_else(|| action.clone())
    };
    actions.iter().map(short).collect()
}
