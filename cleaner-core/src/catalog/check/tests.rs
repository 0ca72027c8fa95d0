use aws_dynamic::model::Models;

use super::check;
use crate::catalog::{FILES, read};

/// What the check says of a real file in which one text is replaced by another.
fn broken(file: &str, from: &str, to: &str) -> String {
    let (_, text) = FILES.iter().find(|(name, _)| *name == file).expect("a file of the catalog");
    assert!(text.contains(from), "{file} holds no {from}");
    let entries = read(file, &text.replacen(from, to, 1)).unwrap_or_else(|problems| panic!("{problems}"));
    check(&entries, Models::builtin()).to_string()
}

/// The place of a text in a file, as `file:line:column`.
fn place(file: &str, text: &str) -> String {
    let (_, content) = FILES.iter().find(|(name, _)| *name == file).expect("a file of the catalog");
    let before = &content[..content.find(text).expect("the text is there")];
    let line = before.lines().count() + usize::from(before.ends_with('\n'));
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    format!("{file}:{line}:{column}")
}

#[test]
fn a_wrong_member_in_a_real_entry_is_named_with_its_place_and_the_right_word() {
    let at = place("ec2.toml", "SubnetId\"\nname");
    let shown = broken("ec2.toml", "id = \"SubnetId\"\n", "id = \"SubnettId\"\n");
    assert_eq!(
        shown,
        format!(
            "{at}: EC2Subnet: path `SubnettId`: `Subnet` has no member `SubnettId`\n  help: did you mean `SubnetId`?"
        )
    );
}

/// A type over a real service, with lines of a test put in.
fn checked(lines: &str) -> String {
    let text = format!(
        "service = \"events\"\n[Rule]\n{lines}\nlist = {{ each = {{ call = \"ListEventBuses\", items = \"EventBuses[]\" }}, call = \"ListRules\", with = {{ EventBusName = \"{{parent.Name}}\" }} }}\n\
         items = \"Rules[]\"\nid = \"Name\"\ndelete = {{ call = \"DeleteRule\", with = {{ Name = \"{{id}}\" }} }}\n"
    );
    let entries = read("t.toml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    check(&entries, Models::builtin()).to_string()
}

#[test]
fn right_paths_and_inputs_are_no_problem() {
    for lines in [
        "",
        "name = \"not_null(Description, Name)\"\narn = \"Arn\"\ncreated = \"parent.CreationTime\"",
        "refs = { IAMRole = \"[RoleArn, parent.Policy][] | [?@]\", Rule = \"split(Name, '-')[0]\" }",
        "gone = \"State == 'X' || !(ManagedBy) && parent.Name == ctx.region\"",
        "describe = { call = \"DescribeEventBus\", with = { Name = \"{properties.bus}\" } }\nproperties = { bus = \"parent.Name\", policy = \"json(Policy).Statement[].Sid\" }",
        "details = { call = \"DescribeEventBus\", with = { Name = \"{id}\" } }\ncreated = \"LastModifiedTime\"",
        "before = [{ each = { call = \"ListTargetsByRule\", with = { Rule = \"{id}\" }, items = \"Targets[].Id\" }, chunk = 2, call = \"RemoveTargets\", with = { Rule = \"{id}\", Ids = \"{items[].value}\" } }]",
        "before = [{ get = { call = \"DescribeEventBus\" }, when = \"got.Policy\", call = \"DeleteRule\", with = { Name = \"x-{name}\", EventBusName = \"{got.Name}\", Force = true } }]",
        "tags = { call = \"ListTagsForResource\", with = { ResourceARN = \"{arn}\" }, at = \"Tags\" }",
    ] {
        assert_eq!(checked(lines), "", "{lines}");
    }
}

#[test]
fn each_mistake_is_a_problem_at_its_place() {
    for (lines, expected) in [
        (
            "name = \"Nme\"",
            "t.toml:3:9: Rule: path `Nme`: `Rule` has no member `Nme`\n  help: did you mean `Name`?",
        ),
        ("name = \"State.Code\"", "t.toml:3:15: Rule: path `State.Code`: text has no member `Code`"),
        ("name = \"parent.Nam\"", "`EventBus` has no member `Nam`\n  help: did you mean `Name`?"),
        ("name = \"parent\"", "yields an object, not text or a number"),
        ("created = \"ctx.account.x\"", "text has no member `x`"),
        ("gone = \"State[0]\"", "`[n]` is asked of text, not of a list"),
        ("gone = \"State == `1`\"", "text is never equal to a number"),
        (
            "gone = \"starts_with(`1`, 'a')\"",
            "t.toml:3:9: Rule: path `starts_with(`1`, 'a')`: `starts_with` takes text, this is a number",
        ),
        ("gone = \"!State.x\"", "`!a.b` asks for a member of `!a`\n  help: write `!(a.b)`"),
        (
            "gone = \"State == null\"",
            "has no member `null`\n  help: a literal stands in backticks: `` `null` ``",
        ),
        ("tags = \"Name\"", "yields text, not a list or map of tags"),
        ("refs = { IAMRole = \"parent\" }", "yields an object, not text or a list of texts"),
        (
            "describe = { call = \"DescribeEventBuss\" }",
            "t.toml:3:21: Rule: no operation `DescribeEventBuss` among the models of events\n  help: did you mean `DescribeEventBus`?",
        ),
        (
            "describe = { call = \"evnts:DescribeEventBus\" }",
            "no service `evnts` among the models\n  help: did you mean `events`?",
        ),
        (
            "describe = { call = \"DeleteRule\", with = { Name = \"{id}\" } }",
            "t.toml:3:21: Rule: events:DeleteRule is no reading operation",
        ),
        (
            "describe = { call = \"DescribeEventBus\", with = { Nam = \"{id}\" } }",
            "t.toml:3:50: Rule: events:DescribeEventBus: `DescribeEventBusRequest` has no member `Nam`\n  help: did you mean `Name`?",
        ),
        (
            "describe = { call = \"DescribeEventBus\", with = { Name = \"{properties.policy}\" } }\nproperties = { policy = \"Policy\" }",
            "`properties` has no member `policy`",
        ),
        (
            "details = { call = \"DescribeEventBus\" }\ncreated = \"not_null(LastModifiedTime, parent.CreationTime)\"",
            "has no member `",
        ),
        (
            "before = [{ call = \"RemoveTargets\", with = { Rule = \"{id}\" } }]",
            "t.toml:3:44: Rule: events:RemoveTargets: required member `Ids` of `RemoveTargetsRequest` is not given",
        ),
        (
            "before = [{ call = \"RemoveTargets\", with = { Rule = \"{id}\", Ids = \"{id}\" } }]",
            "is a list, not text",
        ),
        (
            "before = [{ call = \"RemoveTargets\", with = { Rule = \"{id}\", Ids = [1] } }]",
            "is text, not a number",
        ),
        (
            "before = [{ call = \"RemoveTargets\", with = { Rule = \"{item.Id}\", Ids = [\"a\"] } }]",
            "has no member `item`",
        ),
        (
            "before = [{ call = \"DeleteRule\", with = { Name = \"{properties.bus}\" } }]",
            "`properties` has no member `bus`",
        ),
        (
            "before = [{ each = { call = \"ListTargetsByRule\", with = { Rule = \"{id}\" }, items = \"NextToken\" }, call = \"DeleteRule\", with = { Name = \"{item.x}\" } }]",
            "path `NextToken` yields text, not a list",
        ),
        ("arn_template = \"arn:{nam}\"", "has no member `nam`\n  help: did you mean `name`?"),
        ("status = { call = \"DescribeEventBus\", gone = \"Polcy\" }", "did you mean `Policy`?"),
    ] {
        let shown = checked(lines);
        assert!(shown.contains(expected), "{lines}\n  expected {expected}\n  found    {shown}");
    }
}

#[test]
fn a_type_that_is_there_twice_is_a_problem() {
    let text = "service = \"events\"\n[Rule]\nlist = \"ListRules\"\nitems = \"Rules[]\"\nid = \"Name\"\ndelete = { call = \"DeleteRule\", with = { Name = \"{id}\" } }\n";
    let mut entries = read("a.toml", text).expect("valid");
    entries.extend(read("b.toml", text).expect("valid"));
    let shown = check(&entries, Models::builtin()).to_string();
    assert_eq!(shown, "b.toml:2:2: type Rule is there twice, first at a.toml:2:2");
}
