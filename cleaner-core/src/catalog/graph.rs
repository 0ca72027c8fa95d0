use std::collections::{BTreeMap, BTreeSet};

use crate::handler::TypeSpec;
use crate::resource::TypeName;

/// Looks for circles in the order of types.
///
/// A type waits for those it names in `delete_after`; a type that `refs` another goes before it. Only a type may refer
/// to itself: its instances then order one another. Ownership says nothing here, since owners and owned are told apart
/// by instance.
///
/// Each circle is one line, such as `A waits for B, which waits for A`.
pub fn check_graph<'a>(specs: impl IntoIterator<Item = &'a TypeSpec>) -> Vec<String> {
    let mut waits: BTreeMap<&TypeName, BTreeSet<&TypeName>> = BTreeMap::new();
    for spec in specs {
        for first in spec.delete_after.iter().filter(|first| **first != spec.name) {
            waits.entry(&spec.name).or_default().insert(first);
        }
        for used in spec.refs.iter().filter(|used| **used != spec.name) {
            waits.entry(used).or_default().insert(&spec.name);
        }
    }
    let mut walk = Walk { waits: &waits, done: BTreeSet::new(), way: Vec::new(), circles: Vec::new() };
    for name in waits.keys() {
        walk.visit(name);
    }
    walk.circles
}

struct Walk<'g, 'a> {
    waits: &'g BTreeMap<&'a TypeName, BTreeSet<&'a TypeName>>,
    done: BTreeSet<&'a TypeName>,
    way: Vec<&'a TypeName>,
    circles: Vec<String>,
}

impl<'a> Walk<'_, 'a> {
    fn visit(&mut self, name: &'a TypeName) {
        if let Some(start) = self.way.iter().position(|other| *other == name) {
            let circle: Vec<String> =
                self.way[start + 1..].iter().chain([&name]).map(|name| name.to_string()).collect();
            self.circles.push(format!("{name} waits for {}", circle.join(", which waits for ")));
            return;
        }
        if self.done.contains(name) {
            return;
        }
        self.way.push(name);
        for first in self.waits.get(name).into_iter().flatten() {
            self.visit(first);
        }
        self.way.pop();
        self.done.insert(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_named_and_self_references_are_none() {
        let a = TypeSpec::new("A", "s").delete_after(&["B"]);
        let b = TypeSpec::new("B", "s").refs(&["C", "B"]);
        let c = TypeSpec::new("C", "s").delete_after(&["B", "C"]);
        assert_eq!(check_graph([&a, &b, &c]), Vec::<String>::new());
        let b = TypeSpec::new("B", "s").delete_after(&["C"]);
        let c = TypeSpec::new("C", "s").refs(&["D"]);
        let d = TypeSpec::new("D", "s").owned_by(&["A"]);
        let a = TypeSpec::new("A", "s").delete_after(&["B"]).refs(&["C"]);
        assert_eq!(check_graph([&a, &b, &c, &d]), ["A waits for B, which waits for C, which waits for A"]);
    }
}
