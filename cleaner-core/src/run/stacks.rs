//! A run that is about some stacks only.

use super::Run;
use crate::plan::{Plan, Relations, Within};
use crate::resource::Resource;

impl Run<'_> {
    /// What belongs to the chosen stacks; none if the run is about everything.
    pub(super) fn within(&self, resources: &[&Resource], relations: &Relations) -> Option<Within> {
        if self.stacks.is_empty() {
            return None;
        }
        let registry = self.registry();
        Some(self.stacks.within(resources, relations, registry, &self.regions, &self.remembered))
    }

    /// Takes down what belongs to the chosen stacks, before they are gone.
    pub(super) fn remember(&mut self, plan: &Plan) {
        let resources: Vec<&Resource> = plan.entries.iter().map(|entry| &*entry.resource).collect();
        let Some(within) = self.within(&resources, &plan.relations(self.registry())) else { return };
        for (place, entry) in (0_u32..).zip(&plan.entries) {
            if within.holds(place) {
                self.remembered.add(&entry.resource, self.cleaner.registry());
            }
        }
    }

    /// Says which of the chosen stacks are not there, and which stay.
    pub(super) fn say_stacks(&mut self, plan: &Plan) {
        let is_stack = |name: &str| self.registry().get(name).is_some_and(|handler| handler.spec().is_stack);
        let found: Vec<_> = plan
            .entries
            .iter()
            .filter(|entry| is_stack(entry.resource.type_name.as_str()))
            .filter(|entry| self.regions.contains(&entry.resource.region))
            .filter_map(|entry| Some((self.stacks.name_of(&entry.resource)?, entry)))
            .collect();
        let is_known = plan
            .lists
            .iter()
            .filter(|list| is_stack(&list.type_name) && self.regions.contains(list.region.as_str()))
            .all(|list| list.status.is_known());
        let missing = self.stacks.iter().filter(|name| is_known && found.iter().all(|(one, _)| one != name));
        let mut said: Vec<String> = missing
            .map(|name| format!("there is no stack {name} in the regions of this run (any more)."))
            .collect();
        let stay = found.iter().filter(|(_, entry)| !entry.verdict.deletes());
        said.extend(stay.map(|(_, entry)| {
            format!(
                "stack {} in {} stays: {}.",
                entry.resource.name, entry.resource.region, entry.verdict.reason
            )
        }));
        for message in said {
            self.warn(message);
        }
    }
}
