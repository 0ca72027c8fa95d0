use super::*;
use crate::matcher::PlainText;
use crate::source::{Node, Problems};

fn now() -> Timestamp {
    "2025-01-10T00:00:00Z".parse().expect("a valid time")
}

fn matcher(text: &str) -> Matcher {
    let node = Node::parse_yaml("f", text).expect(text);
    let mut problems = Problems::new();
    let matcher = Matcher::read(&node, "test", PlainText::MayBeGlob, &mut problems);
    assert!(problems.is_empty(), "{text}: {problems}");
    matcher.expect(text)
}

/// T, F or U.
fn holds(text: &str, known: &Known) -> char {
    holds_for(text, &Field::Tag("t".into()), known)
}

fn holds_for(text: &str, field: &Field, known: &Known) -> char {
    match matcher(text).evaluate(field, known, now()) {
        Truth::True => 'T',
        Truth::False => 'F',
        Truth::Unknown(_) => 'U',
    }
}

fn text(value: &str) -> Known {
    Known::Text(value.into())
}

fn time(value: &str) -> Known {
    Known::Time(value.parse().expect(value))
}

#[test]
fn every_operator_on_a_match_a_mismatch_an_absent_and_an_unknown_value() {
    for (operator, yes, no) in [
        ("prod", "prod", "Prod"),
        ("\"ci-*\"", "ci-1", "xci-1"),
        ("{exact: prod}", "prod", "production"),
        ("{exact: \"a*\"}", "a*", "ab"),
        ("{exact: \"\"}", "", " "),
        ("{exact: 8080}", "8080", "08080"),
        ("{exact: true}", "True", "yes"),
        ("{contains: ro}", "prod", "dev"),
        ("{prefix: pr}", "prod", "aprod"),
        ("{suffix: od}", "prod", "prods"),
        ("{glob: \"a?c/*\"}", "abc/d/e", "ac/d"),
        ("{glob: \"{dev,ci}-[0-9]*\"}", "ci-1x", "ci-x"),
        ("{regex: \"^(prod|shared)$\"}", "shared", "shared2"),
        ("{regex: ro}", "prod", "dev"),
        ("{in: [a, 7, true]}", "7", "b"),
        ("{older_than: 2d}", "2025-01-07T23:59:59Z", "2025-01-08T00:00:00Z"),
        ("{newer_than: 2d}", "2025-01-08T00:00:00Z", "2025-01-07T23:59:59Z"),
        ("{before: 2025-01-05}", "2025-01-04T23:59:59Z", "2025-01-05"),
        ("{after: 2025-01-05T12:00:00Z}", "2025-01-05T12:00:00Z", "2025-01-05T11:59:59Z"),
        ("{gt: 5}", "5.5", "5"),
        ("{gte: 5}", "5", "4.9"),
        ("{lt: 5}", "-7", "5"),
        ("{lte: 5}", "5.0", "1e9"),
        ("{prefix: p, suffix: d}", "prod", "pro"),
        ("{gt: 1, not: {exact: \"3\"}}", "2", "3"),
    ] {
        let got: String = [text(yes), text(no), Known::Absent, Known::Unknown("denied".into())]
            .iter()
            .map(|known| holds(operator, known))
            .collect();
        assert_eq!(got, "TFFU", "{operator}");
    }
}

#[test]
fn exists_and_not_are_the_ones_that_see_what_is_absent() {
    let unknown = Known::Unknown("denied".into());
    for (operator, present, absent) in [
        ("{exists: true}", 'T', 'F'),
        ("{exists: false}", 'F', 'T'),
        ("{not: {exact: other}}", 'T', 'T'),
        ("{not: value}", 'F', 'T'),
        ("{not: {exists: true}}", 'F', 'T'),
        ("{not: {not: {exact: value}}}", 'T', 'F'),
        ("{exists: true, not: {exact: other}}", 'T', 'F'),
    ] {
        assert_eq!(holds(operator, &text("value")), present, "{operator}");
        assert_eq!(holds(operator, &Known::Absent), absent, "{operator}");
        assert_eq!(holds(operator, &Known::Texts(Vec::new())), absent, "{operator}: no text is absent");
        assert_eq!(holds(operator, &unknown), 'U', "{operator}");
    }
}

#[test]
fn what_does_not_compare_is_unknown_not_false() {
    for operator in ["{gt: 5}", "{gte: 5}", "{lt: 5}", "{lte: 5}", "{not: {gt: 5}}"] {
        for value in [
            text("many"),
            text(""),
            text("inf"),
            text("NaN"),
            Known::Bool(true),
            time("2025-01-01T00:00:00Z"),
        ] {
            assert_eq!(holds(operator, &value), 'U', "{operator} on {value}");
        }
    }
    for operator in ["{older_than: 1d}", "{newer_than: 1d}", "{before: 2025-01-01}", "{after: 2025-01-01}"] {
        for value in [text("yesterday"), text("2025-01-01T00:00:00"), Known::Bool(true), Known::Number(7.0)] {
            assert_eq!(holds(operator, &value), 'U', "{operator} on {value}");
        }
        assert_eq!(holds_for(operator, &Field::Created, &Known::Absent), 'U', "{operator}");
        assert_eq!(holds_for(&format!("{{not: {operator}}}"), &Field::Created, &Known::Absent), 'U');
    }
    assert_eq!(holds("{gt: 5, prefix: x}", &text("abc")), 'F', "one false operator is enough");
}

#[test]
fn of_several_texts_one_must_satisfy_all_operators() {
    let texts = |values: &[&str]| Known::Texts(values.iter().map(|value| (*value).to_owned()).collect());
    assert_eq!(holds("{exact: b}", &texts(&["a", "b"])), 'T');
    assert_eq!(holds("{exact: c}", &texts(&["a", "b"])), 'F');
    assert_eq!(holds("{gt: 5, lt: 10}", &texts(&["1", "20"])), 'F');
    assert_eq!(holds("{gt: 5, lt: 10}", &texts(&["1", "7"])), 'T');
    assert_eq!(holds("{gt: 5}", &texts(&["x", "7"])), 'T', "a match is a match");
    assert_eq!(holds("{gt: 5}", &texts(&["x", "1"])), 'U');
    assert_eq!(holds("{not: {exact: a}}", &texts(&["a", "b"])), 'F', "not any of them");
    assert_eq!(holds("{prefix: b, not: {exact: a}}", &texts(&["a", "b"])), 'F');
}

#[test]
fn typed_values_compare_by_their_own_nature() {
    assert_eq!(holds("{exact: 5}", &Known::Number(5.0)), 'T');
    assert_eq!(holds("{exact: \"5.0\"}", &Known::Number(5.0)), 'T');
    assert_eq!(holds("{gt: 4.5}", &Known::Number(5.0)), 'T');
    assert_eq!(holds("{glob: \"5*\"}", &Known::Number(5.0)), 'T');
    assert_eq!(holds("true", &Known::Bool(true)), 'T');
    assert_eq!(holds("\"false\"", &Known::Bool(false)), 'T');
    assert_eq!(holds("1", &Known::Bool(true)), 'F');
    assert_eq!(holds("{exact: 2025-01-01}", &time("2025-01-01T00:00:00Z")), 'T');
    assert_eq!(holds("{prefix: 2025-01}", &time("2025-01-01T00:00:00Z")), 'T');
    assert_eq!(holds("{newer_than: 1h}", &time("2030-01-01T00:00:00Z")), 'T', "a clock ahead of ours is new");
    assert_eq!(holds("{older_than: 99999w}", &time("2024-01-01T00:00:00Z")), 'F');
}
