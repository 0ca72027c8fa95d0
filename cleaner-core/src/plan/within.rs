use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Verdict;
use crate::handler::Registry;
use crate::resource::{Region, Resource, ResourceKey, TypeName};

/// What of the found resources belongs to the stacks that a run is about.
#[derive(Clone, Debug, Default)]
pub struct Within {
    places: HashSet<u32>,
    /// Of what nobody knows whether it does, and why.
    doubtful: HashMap<u32, String>,
}

impl Within {
    pub(super) fn new(places: HashSet<u32>, doubtful: HashMap<u32, String>) -> Self {
        Self { places, doubtful }
    }

    /// Whether a resource belongs to these stacks.
    pub(crate) fn holds(&self, place: u32) -> bool {
        self.places.contains(&place)
    }

    /// The verdict on what does not belong to these stacks, or perhaps not.
    pub(super) fn outside(&self, place: u32) -> Option<Verdict> {
        if self.holds(place) {
            return None;
        }
        Some(match self.doubtful.get(&place) {
            None => Verdict::outside(),
            Some(why) => Verdict::unknown(
                "built-in:stack-unknown",
                format!("nobody knows whether one of the chosen stacks left it behind: {why}"),
            ),
        })
    }
}

/// What belonged to chosen stacks when a run began, so that it is known for what it is when they are gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remembered {
    resources: HashMap<ResourceKey, Arc<Resource>>,
    /// Its names: what names one of them as its owner belonged to it.
    names: Names,
    /// The names of what it leaves behind when it goes, be that not there yet.
    left: Names,
}

/// Ids, names and ARNs by type and region.
type Names = HashSet<(TypeName, Region, Arc<str>)>;

impl Remembered {
    /// Takes down a resource of a chosen stack.
    pub(crate) fn add(&mut self, resource: &Arc<Resource>, registry: &Registry) {
        let region = &resource.region;
        for text in resource.names() {
            self.names.insert((resource.type_name.clone(), region.clone(), text.clone()));
        }
        for used in &resource.refs {
            if registry.get(used.type_name.as_str()).is_some_and(|handler| handler.spec().by_product) {
                self.left.insert((used.type_name.clone(), region.clone(), used.target.clone()));
            }
        }
        self.resources.insert(resource.key(), resource.clone());
    }

    /// Whether a resource belonged to a chosen stack, or comes of something that did.
    pub(super) fn holds(&self, resource: &Resource) -> bool {
        if self.resources.is_empty() {
            return false;
        }
        let was_there = self
            .resources
            .get(&resource.key())
            .is_some_and(|before| before.is_replaced(resource) != Some(true));
        let is_in = |names: &Names, type_name: &TypeName, text: &Arc<str>| {
            [resource.region.clone(), Region::global()]
                .into_iter()
                .any(|region| names.contains(&(type_name.clone(), region, text.clone())))
        };
        was_there
            || resource.owners.iter().any(|owner| is_in(&self.names, &owner.type_name, &owner.target))
            || resource.names().any(|text| is_in(&self.left, &resource.type_name, text))
    }
}
