use super::*;

fn read(text: &str) -> Node {
    Node::parse_yaml("f", text).expect("the test document is valid")
}

fn problems(text: &str) -> String {
    Node::parse_yaml("f", text).expect_err(text).to_string()
}

#[test]
fn scalars_follow_the_core_schema_and_lose_no_digit() {
    for (text, value) in [
        ("~", Value::Null),
        ("null", Value::Null),
        ("true", Value::Bool(true)),
        ("False", Value::Bool(false)),
        ("yes", Value::Text("yes".into())),
        ("on", Value::Text("on".into())),
        ("0", Value::Integer(0)),
        ("-12", Value::Integer(-12)),
        ("111122223333", Value::Integer(111_122_223_333)),
        ("012345678901", Value::Text("012345678901".into())),
        ("0x1F", Value::Text("0x1F".into())),
        ("+5", Value::Text("+5".into())),
        ("99999999999999999999", Value::Text("99999999999999999999".into())),
        ("1.5", Value::Float(1.5)),
        (".5", Value::Float(0.5)),
        ("-1e3", Value::Float(-1000.0)),
        (".inf", Value::Float(f64::INFINITY)),
        ("inf", Value::Text("inf".into())),
        ("nan", Value::Text("nan".into())),
        ("1.2.3", Value::Text("1.2.3".into())),
        ("2024-01-02", Value::Text("2024-01-02".into())),
        ("10.0.0.0/8", Value::Text("10.0.0.0/8".into())),
        ("'1'", Value::Text("1".into())),
        ("\"true\"", Value::Text("true".into())),
        ("''", Value::Text(String::new())),
        ("!!str 12", Value::Text("12".into())),
        ("|\n  a\n  b\n", Value::Text("a\nb\n".into())),
    ] {
        assert_eq!(read(text).value, value, "{text}");
    }
}

#[test]
fn every_node_knows_its_place() {
    let node = read(
        "version: 1\nfilters:\n  deny:\n    - { type: IAMRole, name: { glob: \"ci-*\" } }\n    - stack: x\nempty:\nlast: ä\n",
    );
    let at = |path: &[&str]| {
        let mut node = &node;
        for step in path {
            node = match (&node.value, step.parse::<usize>()) {
                (Value::List(items), Ok(index)) => &items[index],
                _ => node.get(step).expect("the path exists"),
            };
        }
        (node.at.line, node.at.column)
    };
    assert_eq!(at(&[]), (1, 1));
    assert_eq!(at(&["version"]), (1, 10));
    assert_eq!(at(&["filters"]), (3, 3));
    assert_eq!(at(&["filters", "deny"]), (4, 5));
    assert_eq!(at(&["filters", "deny", "0"]), (4, 7));
    assert_eq!(at(&["filters", "deny", "0", "name", "glob"]), (4, 38));
    assert_eq!(at(&["filters", "deny", "1"]), (5, 7));
    assert_eq!(at(&["empty"]).0, 6, "an empty value is where it is missing");
    let last = node.entry("last").expect("the key");
    assert_eq!((last.key_at.line, last.key_at.column), (7, 1));
    assert_eq!(last.value.at.to_string(), "f:7:7");
}

#[test]
fn the_order_and_keys_are_kept_as_written() {
    let node = read("b: 1\n012: [x, {y: 2.5}]\n\"a\": ~\n");
    assert_eq!(node.to_json().to_string(), r#"{"b":1,"012":["x",{"y":2.5}],"a":null}"#);
    assert_eq!(read("").value, Value::Null);
    assert_eq!(read("# only a comment\n").value, Value::Null);
    assert_eq!(read("\u{feff}a: 1").get("a").map(|a| a.at.column), Some(4));
}

#[test]
fn all_structural_problems_are_reported_at_once() {
    assert_eq!(
        problems("a: 1\nb:\n  c: 1\n  c: 2\na: [1]\nd: &x {e: 1}\nf: {<<: *x}\ng: !Ref y\n"),
        "f:4:3: duplicate key `c`\n  help: it is first written at line 3, column 3\n\n\
         f:5:1: duplicate key `a`\n  help: it is first written at line 1, column 1\n\n\
         f:7:5: merge keys `<<` are not supported\n  help: write the keys out, or put what is shared into a preset\n\n\
         f:8:4: tags such as `!Ref` are not supported\n  help: text that starts with `!` must be in quotes"
    );
}

#[test]
fn what_cannot_be_read_has_one_message_with_its_place() {
    for (text, start) in [
        ("a: 1\n---\nb: 2\n", "f:2:1: a second document"),
        ("a: [1, 2\nb: 3\n", "f:2:"),
        ("a: 1\n b: 2\n", "f:2:"),
        ("a: \"x\n", "f:"),
        ("a:\n\tb: 1\n", "f:2:"),
        ("? [a]\n: 1\n", "f:1:3: a key must be a scalar"),
        ("a: *nowhere\n", "f:1:4: invalid YAML: "),
        ("a: &a [*a]\n", "f:1:8: this alias refers to the value it is a part of"),
        ("a: {b: 1}}\n", "f:1:10"),
    ] {
        let shown = problems(text);
        assert!(shown.starts_with(start), "{text:?}: {shown}");
        assert_eq!(shown.lines().count(), 1, "{text:?}: {shown}");
    }
}

#[test]
fn aliases_are_resolved_within_a_limit() {
    let node = read("a: &x [1, {b: 2}]\nc: *x\nd: &y z\ne: *y\n");
    assert_eq!(node.get("a"), node.get("c"));
    assert_eq!(node.get("e").map(|e| &e.value), Some(&Value::Text("z".into())));

    let level = |level: usize| {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        format!("a{level}: &a{level} [{aliases}]")
    };
    let lines: Vec<String> =
        std::iter::once("a0: &a0 [x, x, x]".to_owned()).chain((1..30).map(level)).collect();
    let bomb = lines.join("\n");
    assert!(problems(&bomb).contains("the aliases expand to more than"));
}

#[test]
fn deep_nesting_is_refused() {
    for deep in ["[".repeat(200), "- ".repeat(5_000), "{a: ".repeat(100)] {
        assert!(problems(&deep).contains("nested too deeply"), "{}", &deep[..4]);
    }
}
