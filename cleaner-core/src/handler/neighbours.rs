use super::{Registry, TypeSpec};
use crate::resource::TypeName;

/// Says how a type stands to others: what goes before it, what after, what it takes along.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Neighbours {
    /// The types that go first: those it is deleted after, those that may use it, and those that may own it.
    pub waits_for: Vec<TypeName>,
    /// The types that go later: those it may use, and those that are deleted after it.
    pub goes_before: Vec<TypeName>,
    /// The types whose resources it may take along when it goes.
    pub takes_along: Vec<TypeName>,
    /// The types whose resources may be parts of it: they are kept together.
    pub parts: Vec<TypeName>,
}

impl Registry {
    /// How the type stands to others, by their names in alphabetical order.
    pub fn neighbours(&self, spec: &TypeSpec) -> Neighbours {
        let others = |cites: &dyn Fn(&TypeSpec) -> bool| {
            // What nobody has described is no neighbour to speak of: roles alone would have a hundred.
            let known = |other: &&TypeSpec| spec.is_via_cloud_control() || !other.is_via_cloud_control();
            let citing = self.specs().filter(|other| other.name != spec.name && cites(other)).filter(known);
            citing.map(|other| other.name.clone()).collect::<Vec<_>>()
        };
        let named = |names: &[&[TypeName]], others: Vec<TypeName>| {
            let names = names.iter().flat_map(|names| names.iter().cloned());
            let mut all: Vec<TypeName> = names.chain(others).filter(|name| *name != spec.name).collect();
            all.sort();
            all.dedup();
            all
        };
        let takes_along = named(&[], others(&|other| other.owned_by.contains(&spec.name)));
        let users = others(&|other| other.refs.contains(&spec.name));
        let later = others(&|other| other.delete_after.contains(&spec.name));
        Neighbours {
            waits_for: named(&[&spec.delete_after, &spec.owned_by], users),
            goes_before: named(&[&spec.refs], later.into_iter().chain(takes_along.iter().cloned()).collect()),
            takes_along,
            parts: named(&[], others(&|other| other.part_of.contains(&spec.name))),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn order_is_seen_from_both_sides() {
        let registry = crate::builtin().expect("the types fit together");
        let of = |name: &str| registry.neighbours(registry.get(name).expect(name).spec());
        let has = |names: &[crate::resource::TypeName], name: &str| names.iter().any(|one| *one == name);
        assert!(has(&of("EC2Subnet").goes_before, "EC2VPC") && has(&of("EC2VPC").waits_for, "EC2Subnet"));
        let (stack, role) = (of("CloudFormationStack"), of("IAMRole"));
        assert!(has(&stack.goes_before, "IAMRole") && has(&role.waits_for, "CloudFormationStack"));
        assert!(!has(&role.waits_for, "IAMRole"));
    }
}
