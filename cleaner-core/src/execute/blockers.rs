use std::collections::HashMap;
use std::sync::Arc;

use crate::error::Error;
use crate::plan::{Plan, Relations};
use crate::resource::Resource;

/// Names what holds a resource: what AWS's message names, and what is known to use it.
#[derive(Debug)]
pub struct Blockers<'a> {
    resources: Vec<&'a Resource>,
    /// For each resource, those that use it.
    used_by: Vec<Vec<u32>>,
    by_text: HashMap<Arc<str>, u32>,
}

impl<'a> Blockers<'a> {
    /// Learns who uses whom among all that was found, kept resources included.
    pub fn of(plan: &'a Plan, relations: &Relations) -> Self {
        let resources: Vec<&Resource> = plan.entries.iter().map(|entry| &*entry.resource).collect();
        let mut used_by = vec![Vec::new(); resources.len()];
        for (user, uses) in (0_u32..).zip(&relations.uses) {
            for used in uses {
                used_by[*used as usize].push(user);
            }
        }
        let mut by_text = HashMap::new();
        for (place, resource) in (0_u32..).zip(&resources) {
            by_text.entry(resource.id.clone()).or_insert(place);
            if let Some(arn) = &resource.arn {
                by_text.entry(arn.clone()).or_insert(place);
            }
        }
        Self { resources, used_by, by_text }
    }

    /// What holds a resource, given what AWS said and which resources are gone by now.
    pub fn name(&self, place: u32, error: Option<&Error>, is_gone: impl Fn(u32) -> bool) -> Vec<String> {
        let mut named: Vec<u32> = Vec::new();
        if let Some(error) = error {
            let words = error.message.split(|c: char| c.is_whitespace() || ",;'\"[]()".contains(c));
            for word in words {
                let word = word.trim_end_matches(['.', ':']);
                if let Some(&found) = self.by_text.get(word) {
                    named.push(found);
                }
            }
        }
        named.extend(&self.used_by[place as usize]);
        // What goes with its parent holds nothing: a default security group does not hold its VPC.
        let holds = |found: u32| {
            found != place && !is_gone(found) && self.resources[found as usize].managed.is_none()
        };
        named.retain(|found| holds(*found));
        named.sort_unstable();
        named.dedup();
        named.into_iter().map(|found| label(self.resources[found as usize])).collect()
    }
}

/// A resource, as people name it.
pub(super) fn label(resource: &Resource) -> String {
    format!("{} {}", resource.type_name, resource.name)
}
