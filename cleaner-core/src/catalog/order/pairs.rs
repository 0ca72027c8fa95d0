use std::collections::{BTreeMap, BTreeSet};

use resource_filters::source::Node;
use serde_json::{Map, Value};

use crate::catalog::why_retired;
use crate::handler::{Registry, TypeSpec};
use crate::resource::TypeName;

/// The sections of `pairs.toml`.
fn pairs() -> Map<String, Value> {
    let node = Node::parse_toml("pairs.toml", include_str!("pairs.toml")).expect("the pairs are readable");
    let Value::Object(sections) = node.to_json() else { panic!("a table of sections") };
    sections
}

/// The pairs of a section, each as the type that waits and the type it waits for.
fn of_section(sections: &Map<String, Value>, name: &str) -> Vec<(String, String)> {
    let section = sections[name].as_object().expect("a table");
    let pairs = section.iter().flat_map(|(later, earlier)| {
        let earlier = earlier.as_array().expect("a list").iter();
        earlier.map(|earlier| (later.clone(), earlier.as_str().expect("a name").to_owned()))
    });
    pairs.collect()
}

/// A type that must have this very name.
fn spec<'a>(registry: &'a Registry, name: &str) -> &'a TypeSpec {
    let handler = registry.get(name).unwrap_or_else(|| panic!("{name} is no type"));
    assert_eq!(handler.spec().name, *name, "pairs use the names of types");
    handler.spec()
}

/// For each type, those that go before it: by type, as its users, or as its owners.
fn waits(registry: &Registry) -> BTreeMap<&TypeName, BTreeSet<&TypeName>> {
    let mut waits: BTreeMap<&TypeName, BTreeSet<&TypeName>> = BTreeMap::new();
    for spec in registry.specs() {
        waits.entry(&spec.name).or_default().extend(spec.delete_after.iter().chain(&spec.owned_by));
        for used in &spec.refs {
            waits.entry(used).or_default().insert(&spec.name);
        }
    }
    waits
}

/// Whether a type goes before another, directly or through others.
fn goes_before(
    waits: &BTreeMap<&TypeName, BTreeSet<&TypeName>>,
    earlier: &TypeName,
    later: &TypeName,
) -> bool {
    let (mut work, mut seen) = (vec![later], BTreeSet::from([later]));
    while let Some(name) = work.pop() {
        for first in waits.get(name).into_iter().flatten() {
            if *first == earlier {
                return true;
            }
            if seen.insert(first) {
                work.push(first);
            }
        }
    }
    false
}

#[test]
fn pairs_that_other_tools_know_are_ordered() {
    let registry = crate::builtin().expect("the types fit together");
    let sections = pairs();
    let waits = waits(&registry);
    let mut missing = Vec::new();
    for (later, earlier) in of_section(&sections, "before") {
        let (waiting, first) = (spec(&registry, &later), spec(&registry, &earlier));
        if !goes_before(&waits, &first.name, &waiting.name) {
            missing.push(format!("{later} does not wait for {earlier}"));
        }
    }
    for (whole, part) in of_section(&sections, "parts") {
        if !spec(&registry, &part).owned_by.contains(&spec(&registry, &whole).name) {
            missing.push(format!("{part} does not go with its {whole}"));
        }
    }
    for (stack, member) in of_section(&sections, "members") {
        if !spec(&registry, &stack).is_stack || spec(&registry, &member).cloudformation.is_none() {
            missing.push(format!("{member} is not known as a member of a {stack}"));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn pairs_that_are_left_out_are_left_out_for_a_reason() {
    let registry = crate::builtin().expect("the types fit together");
    let sections = pairs();
    let kept: BTreeSet<(String, String)> =
        ["before", "parts", "members"].iter().flat_map(|name| of_section(&sections, name)).collect();
    let waits = waits(&registry);
    for (pair, why) in sections["not"].as_object().expect("a table") {
        let (later, earlier) = pair.split_once(" <- ").expect("two names");
        assert!(!why.as_str().expect("a reason").is_empty(), "{pair}");
        assert!(!kept.contains(&(later.to_owned(), earlier.to_owned())), "{pair} is wanted and is not");
        // What is no type here any more is retired, or an alias.
        let names = [later, earlier].map(|name| registry.resolve(name));
        let [Some(later_type), Some(earlier_type)] = names else {
            let gone = [later, earlier].into_iter().filter(|name| registry.resolve(name).is_none());
            gone.for_each(|name| assert!(why_retired(name).is_some(), "{name} is no type, and never was"));
            continue;
        };
        assert!(!goes_before(&waits, earlier_type, later_type), "{pair} is ordered after all: {why}");
    }
}
