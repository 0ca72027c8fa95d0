use std::collections::BTreeMap;

use super::*;
use crate::subject::{Field, Known};

struct Types;

impl Vocabulary for Types {
    fn resolve_type(&self, name: &str) -> Option<String> {
        let known = ["IAMRole", "IAMUser", "SQSQueue", "S3Bucket"];
        known
            .contains(&name)
            .then(|| name.to_owned())
            .or_else(|| (name == "AWS::SQS::Queue").then(|| "SQSQueue".into()))
    }

    fn types(&self) -> Vec<String> {
        ["IAMRole", "IAMUser", "SQSQueue", "AWS::SQS::Queue", "S3Bucket"].map(str::to_owned).into()
    }

    fn properties(&self, type_name: &str) -> Vec<String> {
        match type_name {
            "IAMRole" => vec!["Path".into(), "MaxSession".into()],
            "IAMUser" => vec!["Path".into()],
            _ => Vec::new(),
        }
    }
}

struct Thing(&'static str, BTreeMap<Field, Known>);

impl Thing {
    fn new(type_name: &'static str, name: &str) -> Self {
        Self(type_name, BTreeMap::new()).with(Field::Name, Known::Text(name.into()))
    }

    fn with(mut self, field: Field, known: Known) -> Self {
        self.1.insert(field, known);
        self
    }

    fn tag(self, key: &str, value: &str) -> Self {
        self.with(Field::Tag(key.into()), Known::Text(value.into()))
    }
}

impl Subject for Thing {
    fn resource_type(&self) -> &str {
        self.0
    }

    fn field(&self, field: &Field) -> Known {
        self.1.get(field).cloned().unwrap_or(Known::Absent)
    }
}

fn now() -> Timestamp {
    "2025-01-10T00:00:00Z".parse().expect("a valid time")
}

fn read(text: &str) -> (Filters, Problems) {
    let node = Node::parse_yaml("f", text).expect(text);
    let mut problems = Problems::new();
    let filters = Filters::parse(&node, &Types, &mut problems);
    (filters, problems)
}

fn filters(text: &str) -> Filters {
    let (filters, problems) = read(text);
    assert!(problems.is_empty(), "{text}: {problems}");
    filters
}

fn denied() -> Known {
    Known::Unknown("AccessDenied".into())
}

#[test]
fn deny_beats_allow_and_unknown_is_never_deleted() {
    use Decision::{Delete, Keep, Unknown};
    let plain = || Thing::new("SQSQueue", "q");
    let ci = || Thing::new("IAMRole", "ci-1");
    let unreadable = || Thing::new("SQSQueue", "q").with(Field::Tag("env".into()), denied());
    for (text, thing, decision, rule) in [
        ("{}", plain(), Delete, None),
        ("", plain(), Delete, None),
        ("{deny: []}", plain(), Delete, None),
        ("{allow: []}", plain(), Keep, None),
        ("{deny: [{name: q}]}", plain(), Keep, Some("deny[0] f:1: {name: q}")),
        ("{deny: [{name: x}]}", plain(), Delete, None),
        ("{deny: [{name: x}, {name: q}]}", plain(), Keep, Some("deny[1] f:1: {name: q}")),
        ("{deny: [{name: q}], allow: [{name: q}]}", plain(), Keep, Some("deny[0] f:1: {name: q}")),
        ("{allow: [{name: x}, {name: q}]}", plain(), Delete, Some("allow[1] f:1: {name: q}")),
        ("{allow: [{name: x}]}", plain(), Keep, None),
        (
            "{deny: [{type: IAMRole, name: \"ci-*\"}]}",
            ci(),
            Keep,
            Some("deny[0] f:1: {type: IAMRole, name: \"ci-*\"}"),
        ),
        ("{deny: [{type: IAMUser, name: \"ci-*\"}]}", ci(), Delete, None),
        ("{deny: [{tag: {env: prod}}]}", unreadable(), Unknown, Some("deny[0] f:1: {tag: {env: prod}}")),
        ("{deny: [{tag: {env: prod}}, {name: q}]}", unreadable(), Keep, Some("deny[1] f:1: {name: q}")),
        ("{deny: [{type: IAMRole, tag: {env: prod}}]}", unreadable(), Delete, None),
        ("{allow: [{tag: {env: dev}}]}", unreadable(), Unknown, Some("allow[0] f:1: {tag: {env: dev}}")),
        ("{allow: [{tag: {env: dev}}, {name: q}]}", unreadable(), Delete, Some("allow[1] f:1: {name: q}")),
        (
            "{deny: [{tag: {env: prod}}], allow: [{name: q}]}",
            unreadable(),
            Unknown,
            Some("deny[0] f:1: {tag: {env: prod}}"),
        ),
        ("{deny: [{tag: {env: prod}}], allow: [{name: x}]}", unreadable(), Keep, None),
        ("{deny: [{newer_than: 1h}]}", plain(), Unknown, Some("deny[0] f:1: {newer_than: 1h}")),
    ] {
        let verdict = filters(text).verdict(&thing, now());
        assert_eq!(verdict.decision, decision, "{text}");
        assert_eq!(verdict.rule.map(|rule| rule.to_string()).as_deref(), rule, "{text}");
    }
    let verdict = filters("{deny: [{tag: {env: prod}}]}").verdict(&unreadable(), now());
    assert_eq!(verdict.reason, "tag `env` could not be read: AccessDenied");
}

#[test]
fn every_key_of_a_rule_selects() {
    let thing = Thing::new("IAMRole", "worker-1")
        .with(Field::Id, Known::Text("AROA1".into()))
        .with(Field::Arn, Known::Text("arn:aws:iam::111122223333:role/worker-1".into()))
        .with(Field::Region, Known::Text("global".into()))
        .with(Field::Account, Known::Text("111122223333".into()))
        .with(Field::Stack, Known::Text("baseline-net".into()))
        .with(Field::StackTag("team".into()), Known::Text("core".into()))
        .with(Field::Property("Path".into()), Known::Text("/app/".into()))
        .with(Field::Property("MaxSession".into()), Known::Number(3600.0))
        .with(Field::Created, Known::Time("2025-01-08T00:00:00Z".parse().expect("a valid time")))
        .tag("env", "dev")
        .tag("owner", "me");
    for (rule, matches) in [
        ("{type: IAMRole}", true),
        ("{type: \"IAM*\"}", true),
        ("{type: [SQSQueue, \"*Role\"]}", true),
        ("{type: AWS::SQS::Queue}", false),
        ("{type: \"S*\"}", false),
        ("{name: worker-1}", true),
        ("{name: \"worker-?\"}", true),
        ("{id: AROA1}", true),
        ("{arn: {suffix: role/worker-1}}", true),
        ("{region: global}", true),
        ("{region: {in: [eu-west-1, us-east-1]}}", false),
        ("{account: \"111122223333\"}", true),
        ("{account: 111122223333}", true),
        ("{stack: \"baseline-*\"}", true),
        ("{stack: baseline}", false),
        ("{stack_tag: {team: core}}", true),
        ("{tag: {env: dev, owner: {exists: true}}}", true),
        ("{tag: {env: dev, owner: you}}", false),
        ("{tag: {absent: {exists: false}}}", true),
        ("{property: {Path: /app/}}", true),
        ("{type: IAMRole, property: {MaxSession: {gte: 3600}}}", true),
        ("{older_than: 1d}", true),
        ("{older_than: 1w}", false),
        ("{newer_than: 1w}", true),
        ("{before: 2025-01-08}", false),
        ("{after: 2025-01-08}", true),
        ("{not: {name: worker-1}}", false),
        ("{not: {name: other, tag: {env: dev}}}", true),
        ("{all: [{name: worker-1}, {tag: {env: dev}}]}", true),
        ("{all: [{name: worker-1}, {tag: {env: prod}}]}", false),
        ("{any: [{name: other}, {tag: {env: dev}}]}", true),
        ("{any: [{name: other}, {not: {any: [{tag: {env: dev}}]}}]}", false),
        ("{name: worker-1, any: [{id: x}, {id: AROA1}]}", true),
    ] {
        let decision = filters(&format!("{{allow: [{rule}]}}")).verdict(&thing, now()).decision;
        assert_eq!(decision == Decision::Delete, matches, "{rule}");
    }
}

#[test]
fn every_mistake_has_its_place_and_a_suggestion() {
    for (rule, expected) in [
        (
            "{}",
            "f:1:8: an empty rule would match everything\n  help: write {name: {glob: \"*\"}} if that is meant",
        ),
        ("x", "f:1:8: a rule: expected a mapping, found a string"),
        ("{nmae: x}", "f:1:9: unknown key `nmae`, expected one of"),
        ("{type: IAMRoel}", "f:1:15: unknown resource type `IAMRoel`\n  help: did you mean `IAMRole`?"),
        (
            "{type: [IAMRole, sqsqueue]}",
            "f:1:25: unknown resource type `sqsqueue`\n  help: did you mean `SQSQueue`?",
        ),
        ("{type: \"Lambda*\"}", "f:1:15: `Lambda*` matches no resource type"),
        ("{type: \"iam*\"}", "f:1:15: `iam*` matches no resource type\n  help: did you mean `IAMRole`?"),
        ("{type: \"a[\"}", "f:1:15: `type`: invalid glob `a[`: unclosed character class"),
        ("{type: []}", "f:1:15: `type`: the list is empty and would match nothing"),
        ("{name: {glbo: x}}", "f:1:16: unknown key `glbo`, expected one of"),
        ("{name: {}}", "f:1:15: `name`: expected at least one operator"),
        (
            "{name: [a, b]}",
            "f:1:15: `name`: expected a value or a mapping of operators, found a list\n  help: write { in: [a, b] }",
        ),
        ("{name: }", "f:1:13: `name`: expected a value, found nothing"),
        ("{name: {regex: \"(\"}}", "f:1:23: `regex`: invalid regular expression \"(\": unclosed group"),
        ("{name: {glob: \"{a\"}}", "f:1:22: `glob`: invalid glob \"{a\": unclosed alternate group"),
        ("{name: {contains: \"\"}}", "f:1:26: `contains`: the text is empty"),
        ("{name: {in: []}}", "f:1:20: `in`: the list is empty"),
        ("{name: {in: [[a]]}}", "f:1:21: `in`: expected a value, found a list"),
        ("{name: {exists: maybe}}", "f:1:24: `exists`: expected `true` or `false`, found a string"),
        ("{name: {gt: many}}", "f:1:20: `gt`: expected a number, found a string"),
        ("{name: {gt: .nan}}", "f:1:20: `gt`: nothing compares with NaN"),
        (
            "{tag: {version: 1.10}}",
            "f:1:24: `version`: expected text to compare, found a number\n  help: put the value in quotes",
        ),
        (
            "{tag: env}",
            "f:1:14: `tag`: expected a mapping of names to values, found a string\n  help: write { tag: { env: { exists: true } } }",
        ),
        ("{tag: {}}", "f:1:14: `tag`: expected at least one name"),
        (
            "{arn: \"arn:*\"}",
            "f:1:14: `arn`: a plain value is compared exactly, found the pattern \"arn:*\"\n  help: write { glob: \"arn:*\" }",
        ),
        ("{older_than: 5x}", "f:1:21: `older_than`: invalid duration `5x`: unknown unit `x`"),
        ("{older_than: 5}", "f:1:21: `older_than`: expected a duration"),
        ("{before: soon}", "f:1:17: `before`: invalid date soon, expected a date such as 2024-05-01"),
        ("{not: {}}", "f:1:14: an empty rule"),
        ("{any: []}", "f:1:14: `any`: expected at least one rule"),
        ("{all: {name: x}}", "f:1:14: `all`: expected a list, found a mapping"),
        ("{any: [{not: {nam: x}}]}", "f:1:22: unknown key `nam`, expected one of"),
        (
            "{property: {Paht: x}}",
            "f:1:20: unknown property `Paht`: no resource type declares it\n  help: did you mean `Path`?",
        ),
        (
            "{type: IAMUser, property: {MaxSession: 1}}",
            "f:1:35: unknown property `MaxSession` of IAMUser\n  help: expected one of `Path`",
        ),
        (
            "{type: \"*\", property: {Path: x}}",
            "f:1:31: unknown property `Path` of S3Bucket and 1 more type that the rule selects",
        ),
        ("{type: SQSQueue, any: [{property: {Path: x}}]}", "f:1:43: unknown property `Path` of SQSQueue"),
    ] {
        let (_, problems) = read(&format!("deny: [{rule}]"));
        let shown = problems.to_string();
        assert!(shown.starts_with(expected), "{rule}\n  wanted: {expected}\n  got:    {shown}");
        assert_eq!(problems.len(), 1, "{rule}: {shown}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let (_, problems) = read(
        "denny: []\ndeny:\n  - {type: IAMRoel, nam: x}\n  - {name: {glob: \"[\", regex: \"(\"}}\n  - {tag: {a: [1]}}\nallow:\n  - 7\n",
    );
    let places: Vec<String> = {
        let mut at: Vec<_> = problems.iter().map(|problem| problem.at.clone()).collect();
        at.sort();
        at.iter().map(ToString::to_string).collect()
    };
    assert_eq!(places, ["f:1:1", "f:3:12", "f:3:21", "f:4:19", "f:4:31", "f:5:15", "f:7:5"]);
    for (text, start) in [
        ("allow:\n", "f:1:6: `allow` has no value"),
        ("deny: x", "f:1:7: `deny`: expected a list, found a string"),
        ("[]", "f:1:1: filters: expected a mapping, found a list"),
    ] {
        let shown = read(text).1.to_string();
        assert!(shown.starts_with(start), "{shown}");
    }
}

#[test]
fn needs_name_only_what_rules_touch() {
    assert_eq!(filters("{deny: [{name: x, type: \"*\"}]}").needs(), Needs::default());
    let named = Needs { types: ["IAMRole".to_owned()].into(), ..Needs::default() };
    assert_eq!(filters("{deny: [{name: x, type: IAMRole}]}").needs(), named);
    let needs = filters(
        "{deny: [{not: {tag: {a: x}}}, {any: [{stack: s}]}], allow: [{all: [{tag: {b: y}}]}, {newer_than: 1h}]}",
    )
    .needs();
    assert_eq!(needs.tag_keys.into_iter().collect::<Vec<_>>(), ["a", "b"]);
    assert!(needs.any_stack && needs.created && !needs.stack_tags);
    assert!(filters("{deny: [{stack_tag: {a: x}}]}").needs().stack_tags);
}

#[test]
fn layers_add_deny_rules_and_replace_the_allow_list() {
    let outer = || filters("{deny: [{name: a}], allow: [{name: b}]}");
    let both = outer().overlaid(filters("{deny: [{name: c}]}"));
    let decision =
        |filters: &Filters, name: &str| filters.verdict(&Thing::new("IAMRole", name), now()).decision;
    assert_eq!(
        ["a", "b", "c", "d"].map(|name| decision(&both, name) == Decision::Delete),
        [false, true, false, false]
    );
    let replaced = outer().overlaid(filters("{allow: [{name: d}]}"));
    assert_eq!(
        ["a", "b", "d"].map(|name| decision(&replaced, name) == Decision::Delete),
        [false, false, true]
    );
    assert!(filters("{}").is_empty() && !outer().is_empty() && !filters("{allow: []}").is_empty());
}

#[test]
fn explain_says_what_each_rule_saw() {
    let thing = Thing::new("IAMRole", "web").with(Field::Tag("env".into()), denied());
    let outcomes = filters("{deny: [{name: \"ci-*\"}, {tag: {env: prod}}, {not: {name: web}}], allow: [{type: IAMRole, name: web}]}")
        .explain(&thing, now());
    let shown: Vec<(Truth, &str)> =
        outcomes.iter().map(|outcome| (outcome.truth.clone(), outcome.why.as_str())).collect();
    let unreadable = "tag `env` could not be read: AccessDenied";
    assert_eq!(
        shown,
        [
            (Truth::False, "`name: \"ci-*\"` does not match: name is `web`"),
            (Truth::Unknown(unreadable.into()), unreadable),
            (Truth::False, "`not: {name: web}` does not match"),
            (Truth::True, "type is IAMRole, name is `web`"),
        ]
    );
    assert_eq!(outcomes[3].rule.list, RuleList::Allow);
}
