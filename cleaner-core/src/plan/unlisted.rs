use std::collections::HashMap;

use crate::handler::Registry;
use crate::report::ListReport;
use crate::resource::{Region, Resource, TypeName};

/// Holds what could not be listed. What is not listed is not deleted, so what it may own or need must stay, too.
#[derive(Clone, Debug, Default)]
pub struct Unlisted {
    /// The regions whose stacks are not known, and why.
    stacks: Vec<(Region, String)>,
    /// For each type, the listings that failed of types that may need or own resources of it.
    users: HashMap<TypeName, Vec<(Region, TypeName)>>,
    /// For each type, the listings that failed of types of which it takes resources along.
    owned: HashMap<TypeName, Vec<(Region, TypeName)>>,
    /// The listings that failed, by type.
    failed: HashMap<TypeName, Vec<(Region, TypeName)>>,
    /// The same by the name CloudFormation has for the type.
    members: HashMap<String, Vec<(Region, TypeName)>>,
}

impl Unlisted {
    /// Learns from the listings of a scan.
    pub fn of(lists: &[ListReport], registry: &Registry) -> Self {
        let mut unlisted = Self::default();
        for list in lists.iter().filter(|list| !list.status.is_known()) {
            let Some(handler) = registry.get(&list.type_name) else { continue };
            let (spec, region) = (handler.spec(), Region::from(list.region.as_str()));
            if spec.is_stack {
                let why = list.error.as_ref().map(ToString::to_string).unwrap_or_default();
                unlisted.stacks.push((region.clone(), why));
            }
            let owned =
                registry.specs().filter(|other| other.owned_by.contains(&spec.name)).map(|other| &other.name);
            let failed = (region.clone(), spec.name.clone());
            for owner in &spec.owned_by {
                unlisted.owned.entry(owner.clone()).or_default().push(failed.clone());
            }
            if let Some(name) = &spec.cloudformation {
                unlisted.members.entry(name.clone()).or_default().push(failed.clone());
            }
            unlisted.failed.entry(spec.name.clone()).or_default().push(failed);
            for needed in
                spec.refs.iter().chain(&spec.part_of).chain(owned).filter(|needed| **needed != spec.name)
            {
                unlisted.users.entry(needed.clone()).or_default().push((region.clone(), spec.name.clone()));
            }
        }
        unlisted
    }

    /// Why nobody knows which stack owns a resource of this region. Stacks of any region may own global ones.
    pub(super) fn stacks(&self, region: &Region) -> Option<String> {
        if mutated!(ForgetsUnlistedStacks) {
            return None;
        }
        let (unknown, why) =
            self.stacks.iter().find(|(unknown, _)| unknown == region || region.is_global())?;
        Some(format!("the stacks of {unknown} could not be listed, and one may own it: {why}"))
    }

    /// Why nobody knows whether a resource has to do with something that stays, of one of the types that may: whether that needs
    /// it, whether it would take that along, or whether it is a part of that.
    pub(super) fn ties(
        &self,
        resource: &Resource,
        may_stay: impl Fn(&TypeName) -> bool,
    ) -> Option<(&'static str, String)> {
        let users = self.users.get(&resource.type_name).and_then(|all| near(all, resource, &may_stay));
        if let Some((region, user)) = users {
            let why = format!("{user} could not be listed in {region}, and one may need it");
            return Some(("built-in:users-unknown", why));
        }
        if let Some(why) = self.owned(resource, &may_stay) {
            return Some(("built-in:owned-unknown", why));
        }
        let wholes = resource.parts_of.iter().filter_map(|whole| self.failed.get(&whole.type_name));
        let (region, whole) = wholes.into_iter().find_map(|all| near(all, resource, &may_stay))?;
        let why = format!("{whole} could not be listed in {region}, and it is part of one");
        Some(("built-in:whole-unknown", why))
    }

    /// Why nobody knows whether this resource would take along something that stays, of one of the types that may.
    pub(super) fn owned(&self, resource: &Resource, may_stay: impl Fn(&TypeName) -> bool) -> Option<String> {
        let members = resource.members.iter().filter_map(|member| self.members.get(&*member.cloudformation));
        let all = self.owned.get(&resource.type_name).into_iter().chain(members);
        let (region, owned) = all.into_iter().find_map(|all| near(all, resource, &may_stay))?;
        Some(format!("{owned} could not be listed in {region}, and it may own one"))
    }

    /// Which of some types could not be listed where they may have to do with a resource.
    pub(super) fn failed<'a>(
        &'a self,
        types: &'a [TypeName],
        resource: &'a Resource,
    ) -> impl Iterator<Item = &'a TypeName> {
        let has_failed = |name: &&TypeName| {
            self.failed.get(*name).is_some_and(|all| near(all, resource, |_| true).is_some())
        };
        types.iter().filter(has_failed)
    }
}

/// The first of some failed listings that may have to do with a resource, of one of the types asked for.
fn near<'a>(
    failed: &'a [(Region, TypeName)],
    resource: &Resource,
    is_asked: impl Fn(&TypeName) -> bool,
) -> Option<&'a (Region, TypeName)> {
    failed.iter().find(|(region, name)| is_near(region, resource) && is_asked(name))
}

/// Whether something of a region may have to do with a resource.
fn is_near(region: &Region, resource: &Resource) -> bool {
    *region == resource.region || region.is_global() || resource.region.is_global()
}
