use std::collections::{BTreeSet, HashSet};

use crate::handler::{Registry, Scope};
use crate::resource::{Resource, TypeName};

/// What the user left out of the run by name. It stays as it is, and so does what would take it along and what it needs.
///
/// What was merely not chosen is another thing: a stack may take it along.
#[derive(Clone, Debug, Default)]
pub struct Excluded {
    types: BTreeSet<TypeName>,
    /// The names that CloudFormation has for what is left out.
    members: HashSet<String>,
}

impl Excluded {
    /// Leaves out types, and with `global` all that belongs to no region.
    pub fn new(types: BTreeSet<TypeName>, global: bool, registry: &Registry) -> Self {
        let is_out =
            |name: &TypeName, scope: Scope| types.contains(name) || (global && scope == Scope::Global);
        let members = registry
            .specs()
            .filter(|spec| is_out(&spec.name, spec.scope))
            .filter_map(|spec| spec.cloudformation.clone())
            .collect();
        Self { types, members }
    }

    /// The types that are left out.
    pub fn types(&self) -> &BTreeSet<TypeName> {
        &self.types
    }

    /// Which member of a stack is left out. A stack says what it owns, so this holds though nobody listed the member.
    pub(super) fn member<'a>(&self, stack: &'a Resource) -> Option<&'a str> {
        stack
            .members
            .iter()
            .find(|member| self.members.contains(&*member.cloudformation))
            .map(|member| &*member.physical_id)
    }
}
