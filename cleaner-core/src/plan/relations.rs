use std::collections::{BTreeMap, HashMap, HashSet};

use crate::handler::Registry;
use crate::resource::{Ref, Region, Resource, ThinVec, TypeName};

/// Says which of the found resources use, own and belong to which, by their places in the list.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    /// For each resource, those it uses.
    pub uses: Vec<ThinVec<u32>>,
    /// For each resource, those that take it along when they go.
    pub owners: Vec<ThinVec<u32>>,
    /// For each resource, those it takes along.
    pub owned: Vec<ThinVec<u32>>,
    /// For each resource, the stacks that own something it uses, which nobody listed.
    pub uses_within: Few<u32>,
    /// For each resource, the types of what it names as its owner or as what it uses, and what is not there or was not listed.
    pub unfound: Few<TypeName>,
    /// For each resource, those without which it stays no more than they do.
    pub parts_of: Few<u32>,
    /// Which are stacks.
    pub stacks: HashSet<u32>,
}

/// Lists that few resources have.
#[derive(Clone, Debug)]
pub struct Few<T>(BTreeMap<u32, Vec<T>>);

impl<T> Few<T> {
    /// The list of a resource.
    pub fn of(&self, place: u32) -> &[T] {
        self.0.get(&place).map_or(&[], Vec::as_slice)
    }

    /// All lists, by resource.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[T])> {
        self.0.iter().map(|(place, list)| (*place, list.as_slice()))
    }

    fn push(&mut self, place: u32, one: T) {
        self.0.entry(place).or_default().push(one);
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl Relations {
    /// Finds the relations among resources.
    ///
    /// References that lead to nothing found are left out: what is not there is not waited for.
    pub fn of<'a>(resources: impl Iterator<Item = &'a Resource> + Clone, registry: &Registry) -> Self {
        let index = Index::of(resources.clone());
        let count = index.regions.len();
        let mut relations = Self {
            uses: vec![ThinVec::new(); count],
            owners: vec![ThinVec::new(); count],
            owned: vec![ThinVec::new(); count],
            uses_within: Few::default(),
            unfound: Few::default(),
            parts_of: Few::default(),
            stacks: HashSet::new(),
        };
        let mut unlisted: HashMap<&TypeName, Vec<(u32, &str)>> = HashMap::new();
        // What nobody found, by whom it is named, and whether as the owner.
        let mut missing: Vec<(u32, &Ref, bool)> = Vec::new();
        for (place, resource) in (0_u32..).zip(resources) {
            let at = place as usize;
            relations.uses[at] =
                index.resolve_all(place, &resource.refs, |used| missing.push((place, used, false)));
            for whole in index.resolve_all(place, &resource.parts_of, |_| {}) {
                relations.parts_of.push(place, whole);
            }
            let owners =
                index.resolve_all(place, &resource.owners, |owner| missing.push((place, owner, true)));
            for owner in owners {
                relations.own(owner, place);
            }
            if registry.get(resource.type_name.as_str()).is_some_and(|handler| handler.spec().is_stack) {
                relations.stacks.insert(place);
            }
            for member in &resource.members {
                let Some(handler) = registry.by_cloudformation(&member.cloudformation) else { continue };
                let type_name = &handler.spec().name;
                let mut found = index.resolve(place, type_name, &member.physical_id).peekable();
                if found.peek().is_none() {
                    unlisted.entry(type_name).or_default().push((place, &member.physical_id));
                }
                for member in found {
                    relations.own(place, member);
                }
            }
        }
        for (place, target, owns) in missing {
            relations.tie_unlisted(place, target, owns, &index, &unlisted);
        }
        relations
    }

    /// Ties a resource to stacks through what it names and nobody listed: a stack takes that along, whether it is known or not.
    fn tie_unlisted(
        &mut self,
        place: u32,
        target: &Ref,
        owns: bool,
        index: &Index<'_>,
        unlisted: &HashMap<&TypeName, Vec<(u32, &str)>>,
    ) {
        self.unfound.push(place, target.type_name.clone());
        let members = unlisted.get(&target.type_name).into_iter().flatten();
        let stacks = members.filter(|(stack, member)| {
            *stack != place && means(&target.target, member) && index.near(place, *stack, &target.target)
        });
        for (stack, _) in stacks {
            if owns {
                self.own(*stack, place);
            } else if !self.uses_within.of(place).contains(stack) {
                self.uses_within.push(place, *stack);
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
        let mut found = self.owners[place as usize].to_vec();
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
///
/// Looked up for every reference of every resource: it borrows its texts, and chains the places of one text instead of keeping
/// a list for each.
struct Index<'a> {
    /// For each type, where the chain of a text begins.
    chains: HashMap<&'a str, HashMap<&'a str, u32>>,
    /// Places, and where the chain goes on.
    links: Vec<(u32, u32)>,
    regions: Vec<&'a Region>,
}

/// The end of a chain.
const END: u32 = u32::MAX;

impl<'a> Index<'a> {
    fn of(resources: impl Iterator<Item = &'a Resource> + Clone) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for resource in resources.clone() {
            *counts.entry(resource.type_name.as_str()).or_default() += 1;
        }
        let room = |(name, count)| (name, HashMap::with_capacity(2 * count));
        let count = counts.values().sum();
        let mut index = Self {
            chains: counts.into_iter().map(room).collect(),
            links: Vec::with_capacity(2 * count),
            regions: Vec::with_capacity(count),
        };
        for (place, resource) in (0_u32..).zip(resources) {
            index.regions.push(&resource.region);
            let chains = index.chains.entry(resource.type_name.as_str()).or_default();
            let (id, name) = (&*resource.id, &*resource.name);
            let name = (name != id).then_some(name);
            let arn = resource.arn.as_deref().filter(|arn| *arn != id && Some(*arn) != name);
            for text in std::iter::once(id).chain(name).chain(arn) {
                let link = u32::try_from(index.links.len()).expect("fewer than 2^32 names");
                let next = chains.insert(text, link).unwrap_or(END);
                index.links.push((place, next));
            }
        }
        index
    }

    /// All that some references mean, each once. Tells which mean nothing that was found.
    fn resolve_all<'r>(&self, from: u32, refs: &'r [Ref], mut missed: impl FnMut(&'r Ref)) -> ThinVec<u32> {
        let mut places: ThinVec<u32> = ThinVec::new();
        for target in refs {
            let mut found = self.resolve(from, &target.type_name, &target.target).peekable();
            if found.peek().is_none() {
                missed(target);
            }
            places.extend(found);
        }
        places.sort_unstable();
        places.dedup();
        places.retain(|place| *place != from);
        places
    }

    /// The resources a reference means. Names and ids mean resources of the same region or global ones; an ARN is unique.
    fn resolve<'t>(
        &'t self,
        from: u32,
        type_name: &TypeName,
        text: &'t str,
    ) -> impl Iterator<Item = u32> + 't {
        let first = self.chains.get(type_name.as_str()).and_then(|chains| chains.get(text));
        let link = |at: u32| self.links.get(at as usize).copied();
        std::iter::successors(first.and_then(|at| link(*at)), move |(_, next)| link(*next))
            .map(|(place, _)| place)
            .filter(move |place| self.near(from, *place, text))
    }

    /// Whether a reference by this text may lead from one resource to the other, as far as their regions go.
    fn near(&self, from: u32, to: u32, text: &str) -> bool {
        let (region, other) = (self.regions[from as usize], self.regions[to as usize]);
        text.starts_with("arn:") || other == region || other.is_global() || region.is_global()
    }
}
