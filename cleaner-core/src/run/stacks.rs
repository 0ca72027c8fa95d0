//! A run that is about some stacks only.

use super::Run;
use crate::plan::{Entry, Plan, Relations, StackName, Within};
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
        self.say_missing_stacks(plan);
        let stay: Vec<String> = self
            .found_stacks(plan)
            .filter(|entry| !entry.verdict.deletes())
            .map(|Entry { resource, verdict, .. }| {
                format!("stack {} in {} stays: {}.", resource.name, resource.region, verdict.reason)
            })
            .collect();
        for message in stay {
            self.warn(message);
        }
    }

    /// Says which of the chosen stacks are not there.
    pub(super) fn say_missing_stacks(&mut self, plan: &Plan) {
        let is_known = plan
            .lists
            .iter()
            .filter(|list| self.is_stack(&list.type_name) && self.regions.contains(list.region.as_str()))
            .all(|list| list.status.is_known());
        if !is_known {
            return;
        }
        let found: Vec<&Resource> = self.found_stacks(plan).map(|entry| &*entry.resource).collect();
        let is_found = |name: &StackName| found.iter().any(|stack| stack.answers_to(name.as_str()));
        let missing: Vec<String> = self
            .stacks
            .iter()
            .filter(|name| !is_found(name))
            .map(|name| format!("there is no stack {name} in the regions of this run (any more)."))
            .collect();
        for message in missing {
            self.warn(message);
        }
    }

    /// The chosen stacks that are there.
    fn found_stacks<'p>(&'p self, plan: &'p Plan) -> impl Iterator<Item = &'p Entry> {
        let entries = plan.entries.iter();
        entries
            .filter(|entry| self.is_stack(entry.resource.type_name.as_str()))
            .filter(|entry| self.regions.contains(&entry.resource.region))
            .filter(|entry| self.stacks.chooses(&entry.resource))
    }

    pub(super) fn is_stack(&self, type_name: &str) -> bool {
        self.registry().get(type_name).is_some_and(|handler| handler.spec().is_stack)
    }
}
