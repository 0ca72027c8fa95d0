use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::handler::Registry;
use crate::resource::{Ref, Region, Resource, TypeName};

/// Says which of the found resources use, own and belong to which, by their places in the list.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    /// For each resource, those it uses.
    pub uses: Vec<Vec<u32>>,
    /// For each resource, those that take it along when they go.
    pub owners: Vec<Vec<u32>>,
    /// For each resource, those it takes along.
    pub owned: Vec<Vec<u32>>,
    /// For each resource, the stacks that own something it uses, which nobody listed.
    pub uses_within: Vec<Vec<u32>>,
    /// For each resource, the types of what it names as its owner or as what it uses, and what is not there or was not listed.
    pub unfound: Vec<Vec<TypeName>>,
    /// For each resource, those without which it stays no more than they do.
    pub parts_of: Vec<Vec<u32>>,
    /// Which are stacks.
    pub stacks: HashSet<u32>,
}

impl Relations {
    /// Finds the relations among resources.
    ///
    /// References that lead to nothing found are left out: what is not there is not waited for.
    pub fn of<'a>(resources: impl Iterator<Item = &'a Resource> + Clone, registry: &Registry) -> Self {
        let index = Index::of(resources.clone());
        let count = index.regions.len();
        let mut relations = Self {
            uses: vec![Vec::new(); count],
            owners: vec![Vec::new(); count],
            owned: vec![Vec::new(); count],
            uses_within: vec![Vec::new(); count],
            unfound: vec![Vec::new(); count],
            parts_of: vec![Vec::new(); count],
            stacks: HashSet::new(),
        };
        let mut unlisted: HashMap<TypeName, Vec<(u32, Arc<str>)>> = HashMap::new();
        for (place, resource) in (0_u32..).zip(resources.clone()) {
            let at = place as usize;
            relations.uses[at] = index.resolve_all(place, &resource.refs);
            relations.parts_of[at] = index.resolve_all(place, &resource.parts_of);
            for owner in index.resolve_all(place, &resource.owners) {
                relations.own(owner, place);
            }
            if registry.get(resource.type_name.as_str()).is_some_and(|handler| handler.spec().is_stack) {
                relations.stacks.insert(place);
            }
            for member in &resource.members {
                let Some(handler) = registry.by_cloudformation(&member.cloudformation) else { continue };
                let target =
                    Ref { type_name: handler.spec().name.clone(), target: member.physical_id.clone() };
                let found = index.resolve(place, &target);
                if found.is_empty() {
                    unlisted.entry(target.type_name).or_default().push((place, target.target));
                }
                for member in found {
                    relations.own(place, member);
                }
            }
        }
        for (place, resource) in (0_u32..).zip(resources) {
            relations.tie_unlisted(place, resource, &index, &unlisted);
        }
        relations
    }

    /// Ties a resource to stacks through what it names and nobody listed: a stack takes that along, whether it is known or not.
    fn tie_unlisted(
        &mut self,
        place: u32,
        resource: &Resource,
        index: &Index,
        unlisted: &HashMap<TypeName, Vec<(u32, Arc<str>)>>,
    ) {
        let named = resource.refs.iter().map(|used| (used, false));
        for (target, owns) in named.chain(resource.owners.iter().map(|owner| (owner, true))) {
            if !index.resolve(place, target).is_empty() {
                continue;
            }
            self.unfound[place as usize].push(target.type_name.clone());
            let members = unlisted.get(&target.type_name).into_iter().flatten();
            let stacks = members.filter(|(stack, member)| {
                *stack != place && means(&target.target, member) && index.near(place, *stack, &target.target)
            });
            for (stack, _) in stacks {
                if owns {
                    self.own(*stack, place);
                } else if !self.uses_within[place as usize].contains(stack) {
                    self.uses_within[place as usize].push(*stack);
                }
            }
        }
    }

    fn own(&mut self, owner: u32, owned: u32) {
        if owner != owned && !self.owners[owned as usize].contains(&owner) {
            self.owners[owned as usize].push(owner);
            self.owned[owner as usize].push(owned);
        }
    }

    /// All that own a resource, directly or through others, nearest first.
    pub fn ancestors(&self, place: u32) -> Vec<u32> {
        let mut found: Vec<u32> = self.owners[place as usize].clone();
        let mut next = 0;
        while let Some(&owner) = found.get(next) {
            for &further in &self.owners[owner as usize] {
                if further != place && !found.contains(&further) {
                    found.push(further);
                }
            }
            next += 1;
        }
        found
    }
}

/// Whether a reference and a stack mean the same thing of one type: by the same text, or the one by its ARN.
fn means(target: &str, member: &str) -> bool {
    let name = |arn: &str, name: &str| {
        arn.starts_with("arn:") && arn.strip_suffix(name).is_some_and(|rest| rest.ends_with(['/', ':']))
    };
    target == member || name(target, member) || name(member, target)
}

/// Finds resources by type and by id, name or ARN.
struct Index {
    places: HashMap<(TypeName, Arc<str>), Vec<u32>>,
    regions: Vec<Region>,
}

impl Index {
    fn of<'a>(resources: impl Iterator<Item = &'a Resource>) -> Self {
        let mut index = Self { places: HashMap::new(), regions: Vec::new() };
        for (place, resource) in (0_u32..).zip(resources) {
            index.regions.push(resource.region.clone());
            let mut texts: Vec<&Arc<str>> = vec![&resource.id];
            for text in std::iter::once(&resource.name).chain(&resource.arn) {
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            for text in texts {
                index.places.entry((resource.type_name.clone(), text.clone())).or_default().push(place);
            }
        }
        index
    }

    fn resolve_all(&self, from: u32, refs: &[Ref]) -> Vec<u32> {
        let mut places: Vec<u32> = refs.iter().flat_map(|target| self.resolve(from, target)).collect();
        places.sort_unstable();
        places.dedup();
        places.retain(|place| *place != from);
        places
    }

    /// The resources a reference means. Names and ids mean resources of the same region or global ones; an ARN is unique.
    fn resolve(&self, from: u32, target: &Ref) -> Vec<u32> {
        let key = (target.type_name.clone(), target.target.clone());
        let Some(places) = self.places.get(&key) else { return Vec::new() };
        places.iter().copied().filter(|place| self.near(from, *place, &target.target)).collect()
    }

    /// Whether a reference by this text may lead from one resource to the other, as far as their regions go.
    fn near(&self, from: u32, to: u32, text: &str) -> bool {
        let (region, other) = (&self.regions[from as usize], &self.regions[to as usize]);
        text.starts_with("arn:") || other == region || other.is_global() || region.is_global()
    }
}
