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

    /// Why nobody knows whether something that stays needs this resource.
    pub(super) fn users(&self, resource: &Resource) -> Option<String> {
        let (region, user) = near(self.users.get(&resource.type_name)?, resource)?;
        Some(format!("{user} could not be listed in {region}, and one may need it"))
    }

    /// Why nobody knows whether this resource would take along something that stays, of one of the types that may.
    pub(super) fn owned(&self, resource: &Resource, may_stay: impl Fn(&TypeName) -> bool) -> Option<String> {
        let members = resource.members.iter().filter_map(|member| self.members.get(&*member.cloudformation));
        let (region, owned) = self
            .owned
            .get(&resource.type_name)
            .into_iter()
            .chain(members)
            .flatten()
            .find(|(region, owned)| is_near(region, resource) && may_stay(owned))?;
        Some(format!("{owned} could not be listed in {region}, and it may own one"))
    }

    /// Why nobody knows whether this resource is a part of something that stays.
    pub(super) fn wholes(&self, resource: &Resource) -> Option<String> {
        let wholes = resource.parts_of.iter().filter_map(|whole| self.failed.get(&whole.type_name));
        let (region, whole) = wholes.into_iter().find_map(|all| near(all, resource))?;
        Some(format!("{whole} could not be listed in {region}, and it is part of one"))
    }
}

/// The first of some failed listings that may have to do with a resource.
fn near<'a>(failed: &'a [(Region, TypeName)], resource: &Resource) -> Option<&'a (Region, TypeName)> {
    failed.iter().find(|(region, _)| is_near(region, resource))
}

/// Whether something of a region may have to do with a resource.
fn is_near(region: &Region, resource: &Resource) -> bool {
    *region == resource.region || region.is_global() || resource.region.is_global()
}
