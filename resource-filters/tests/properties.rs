//! Properties that hold for any rules and any resource: the unknown never costs a resource its life.

use jiff::Timestamp;
use proptest::prelude::*;
use resource_filters::source::{Node, Problems};
use resource_filters::{Decision, Field, Filters, Known, Subject, Vocabulary};

struct Types;

impl Vocabulary for Types {
    fn resolve_type(&self, name: &str) -> Option<String> {
        ["A", "B"].contains(&name).then(|| name.to_owned())
    }

    fn types(&self) -> Vec<String> {
        vec!["A".into(), "B".into()]
    }

    fn properties(&self, _type_name: &str) -> Vec<String> {
        vec!["P".into()]
    }
}

/// Name, tag `t`, property `P`, creation date.
#[derive(Debug, Clone)]
struct Thing([Known; 4]);

impl Subject for Thing {
    fn resource_type(&self) -> &str {
        "A"
    }

    fn field(&self, field: &Field) -> Known {
        match field {
            Field::Name => self.0[0].clone(),
            Field::Tag(_) => self.0[1].clone(),
            Field::Property(_) => self.0[2].clone(),
            Field::Created => self.0[3].clone(),
            _ => Known::Absent,
        }
    }
}

fn now() -> Timestamp {
    "2025-01-10T00:00:00Z".parse().expect("a valid time")
}

fn any_known() -> impl Strategy<Value = Known> {
    prop_oneof![
        prop::sample::select(vec!["", "a", "ab", "b", "7", "2025-01-09", "2020-01-01T00:00:00Z"])
            .prop_map(|text| Known::Text(text.into())),
        prop::collection::vec(prop::sample::select(vec!["a", "b", "7"]), 0..3)
            .prop_map(|texts| Known::Texts(texts.into_iter().map(str::to_owned).collect())),
        (-9.0..9.0).prop_map(Known::Number),
        any::<bool>().prop_map(Known::Bool),
        (0_i64..2_000_000_000).prop_map(|second| {
            Known::Time(Timestamp::from_second(second).expect("within the range of timestamps"))
        }),
        Just(Known::Absent),
    ]
}

fn any_matcher() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "7",
        "true",
        "{prefix: a}",
        "{suffix: b}",
        "{contains: b}",
        "{glob: \"a*\"}",
        "{regex: \"^[ab]$\"}",
        "{in: [a, 7]}",
        "{exists: true}",
        "{exists: false}",
        "{gt: 5}",
        "{lte: 7}",
        "{older_than: 2d}",
        "{newer_than: 2d}",
        "{before: 2025-01-01}",
        "{after: 2025-01-01}",
        "{prefix: a, suffix: b}",
        "{gt: 1, lt: 8}",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(2, 4, 1, |inner| inner.prop_map(|inner| format!("{{not: {inner}}}")))
}

fn any_rule() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["{type: A}", "{type: B}", "{newer_than: 1d}", "{older_than: 1d}"])
            .prop_map(str::to_owned),
        any_matcher().prop_map(|matcher| format!("{{name: {matcher}}}")),
        any_matcher().prop_map(|matcher| format!("{{tag: {{t: {matcher}}}}}")),
        any_matcher().prop_map(|matcher| format!("{{property: {{P: {matcher}}}}}")),
        (any_matcher(), any_matcher()).prop_map(|(name, tag)| format!("{{name: {name}, tag: {{t: {tag}}}}}")),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|rule| format!("{{not: {rule}}}")),
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|rules| format!("{{all: [{}]}}", rules.join(", "))),
            prop::collection::vec(inner, 1..3).prop_map(|rules| format!("{{any: [{}]}}", rules.join(", "))),
        ]
    })
}

fn any_filters() -> impl Strategy<Value = String> {
    let rules = || prop::collection::vec(any_rule(), 0..3).prop_map(|rules| rules.join(", "));
    (rules(), prop::option::of(rules())).prop_map(|(deny, allow)| match allow {
        Some(allow) => format!("{{deny: [{deny}], allow: [{allow}]}}"),
        None => format!("{{deny: [{deny}]}}"),
    })
}

fn parse(text: &str) -> Filters {
    let node = Node::parse_yaml("f", text).expect("the rules are well-formed");
    let mut problems = Problems::new();
    let filters = Filters::parse(&node, &Types, &mut problems);
    assert!(problems.is_empty(), "{text}: {problems}");
    filters
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    /// What is decided although a field is unknown is decided the same for every value the field could have.
    #[test]
    fn an_unknown_field_never_decides(
        text in any_filters(),
        values in prop::array::uniform4(any_known()),
        unknown in prop::array::uniform4(any::<bool>()),
    ) {
        let filters = parse(&text);
        let truth = filters.verdict(&Thing(values.clone()), now()).decision;
        let mut seen = values;
        for (value, unknown) in seen.iter_mut().zip(unknown) {
            if unknown {
                *value = Known::Unknown("denied".into());
            }
        }
        let decided = filters.verdict(&Thing(seen), now()).decision;
        prop_assert!(decided == Decision::Unknown || decided == truth, "{}: {:?} but {:?}", text, decided, truth);
    }

    /// `explain` and `verdict` agree.
    #[test]
    fn the_explanation_agrees_with_the_verdict(text in any_filters(), values in prop::array::uniform4(any_known())) {
        let filters = parse(&text);
        let thing = Thing(values);
        let verdict = filters.verdict(&thing, now());
        let outcomes = filters.explain(&thing, now());
        if let Some(rule) = &verdict.rule {
            prop_assert!(outcomes.iter().any(|outcome| outcome.rule == *rule));
        }
    }

    /// Whatever the file holds, reading it ends with a value or with problems.
    #[test]
    fn reading_never_panics(text in "[ \\n{}\\[\\]:,#&*!|>'\"%@`a-c0-9.~\\-\\\\\\t]{0,60}") {
        for parse in [Node::parse_yaml, Node::parse_toml, Node::parse_json] {
            if let Ok(node) = parse("f", &text) {
                let mut problems = Problems::new();
                let _filters = Filters::parse(&node, &Types, &mut problems);
                let line = node.to_line();
                let again = Node::parse_yaml("f", &line);
                prop_assert_eq!(again.map(|node| node.to_line()), Ok(line));
            }
        }
    }
}
