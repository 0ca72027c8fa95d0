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
            parts_of: vec![Vec::new(); count],
            stacks: HashSet::new(),
        };
        for (place, resource) in (0_u32..).zip(resources) {
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
                for member in index.resolve(place, &target) {
                    relations.own(place, member);
                }
            }
        }
        relations
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
        let region = &self.regions[from as usize];
        let key = (target.type_name.clone(), target.target.clone());
        let Some(places) = self.places.get(&key) else { return Vec::new() };
        let is_arn = target.target.starts_with("arn:");
        let near = |place: &u32| {
            let other = &self.regions[*place as usize];
            is_arn || other == region || other.is_global() || region.is_global()
        };
        places.iter().copied().filter(near).collect()
    }
}
