use super::read;

/// A type that is complete, with lines of a test put in.
fn with(lines: &str) -> String {
    format!(
        "service = \"sqs\"\n[SQSQueue]\n{lines}\nlist = \"ListQueues\"\nitems = \"QueueUrls[]\"\nid = \"value\"\n\
         delete = {{ call = \"DeleteQueue\", with = {{ QueueUrl = \"{{id}}\" }} }}\n"
    )
}

fn problems(text: &str) -> String {
    read("t.toml", text).map(|_| String::new()).unwrap_or_else(|problems| problems.to_string())
}

#[test]
fn a_complete_type_is_read() {
    let entries = read("t.toml", &with("scope = \"global\"\ndefault = false")).expect("valid");
    assert_eq!(entries[0].name().as_str(), "SQSQueue");
    assert_eq!(entries[0].position().to_string(), "t.toml:2:2");
    assert_eq!(entries[0].scope, crate::handler::Scope::Global);
    assert!(!entries[0].default && !entries[0].asynchronous);
    assert_eq!(entries[0].reading_calls().len(), 1);
}

#[test]
fn each_mistake_is_a_problem_at_its_place() {
    for (line, expected) in [
        ("creatd = \"x\"", "t.toml:3:1: unknown key `creatd`, expected one of"),
        ("creatd = \"x\"", "did you mean `created`?"),
        ("scope = \"world\"", "t.toml:3:9: `scope`: expected one of `regional`, `global`, found `world`"),
        ("name = 7", "t.toml:3:8: `name`: expected a string, found an integer"),
        ("name = \"a.\"", "t.toml:3:1"),
        (
            "gone = \"strts_with(a, 'b')\"",
            "t.toml:3:9: path `strts_with(a, 'b')`: unknown function `strts_with`\n  help: did you mean `starts_with`?",
        ),
        ("refs = { IAMRole = \"a[\" }", "invalid path `a[`"),
        ("delete_after = [\"A\", 7]", "t.toml:3:22: `delete_after`: expected a string, found an integer"),
        ("async = \"yes\"", "t.toml:3:9: `async`: expected `true` or `false`, found a string"),
        ("managed = [{ when = \"a\" }]", "t.toml:3:12: missing key `why` in `managed`"),
        ("protect = [{ name = \"n\", when = \"a\", why = \"b\", wy = \"c\" }]", "unknown key `wy`"),
        (
            "errors = [{ code = \"X\", kind = \"dependancy\" }]",
            "found `dependancy`\n  help: did you mean `dependency`?",
        ),
        (
            "before = [{ cal = \"PurgeQueue\" }]",
            "missing key `call` in a step\n  help: is `cal` meant to be `call`?",
        ),
        (
            "before = [{ call = \"Purge Queue\" }]",
            "t.toml:3:20: `Purge Queue` is no operation, expected `Operation` or `service:Operation`",
        ),
        ("before = [{ call = \"PurgeQueue\", chunk = 2 }]", "t.toml:3:42: `chunk` needs `each`"),
        (
            "before = [{ call = \"PurgeQueue\", with = \"{id}\" }]",
            "t.toml:3:41: `with`: expected a table, found a string",
        ),
        (
            "before = [{ call = \"PurgeQueue\", setting = \"purge\" }]",
            "t.toml:3:44: setting `purge` is not declared in `settings`",
        ),
        ("settings = { purge = \"empty it\" }", "t.toml:3:14: setting `purge` is used by no step"),
        ("tags = [1]", "t.toml:3:8: `tags`: expected a path, `bulk` or a table, found a list"),
        ("tags = \"bulk\"", "t.toml:2:2: SQSQueue: `tags = \"bulk\"` needs `arn` or `arn_template`"),
        (
            "arn = \"a\"\narn_template = \"b\"",
            "t.toml:4:16: `arn` and `arn_template`: give only one of the two",
        ),
    ] {
        let shown = problems(&with(line));
        assert!(shown.contains(expected), "{line}\n  expected {expected}\n  found    {shown}");
    }
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let shown = problems(
        "servce = \"sqs\"\n[queue]\nlist = \"L\"\nitms = \"x[]\"\nid = \"a.\"\n[Other]\ndelete = { call = \"D\", setting = \"s\" }\n",
    );
    for expected in [
        "missing key `service` in a catalog file\n  help: is `servce` meant to be `service`?",
        "t.toml:1:1: unknown key `servce`",
        "t.toml:2:2: `queue` is no name of a type, expected one such as `SQSQueue`",
        "missing key `items` in a type\n  help: is `itms` meant to be `items`?",
        "invalid path `a.`",
        "missing key `delete` in a type",
        "missing key `list` in a type",
        "`setting` has no place in `delete`",
    ] {
        assert!(shown.contains(expected), "expected {expected}\nfound {shown}");
    }
}
