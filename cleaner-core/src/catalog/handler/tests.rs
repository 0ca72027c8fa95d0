mod stub;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use self::stub::{Answer, Stub, failed};
use crate::catalog::from_file;
use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Deletion, DynHandler, Sink, Status, TagSource};
use crate::resource::{Fact, Resource, State};

/// Types made up over a real service, so that the check and the wire are the real ones.
const CATALOG: &str = r#"
service = "events"

[Rule]
list = { each = { call = "ListEventBuses", items = "EventBuses[]", when = "Name != 'skipped'" }, call = "ListRules", with = { EventBusName = "{parent.Name}" } }
items = "Rules[]"
id = "join('|', [parent.Name, Name])"
name = "Name"
arn_template = "arn:{ctx.partition}:events:{ctx.region}:{ctx.account}:rule/{properties.bus}/{name}"
created = "Description"
tags = { call = "ListTagsForResource", with = { ResourceARN = "{arn}" }, at = "Tags" }
properties = { bus = "parent.Name", state = "State", missing = "ScheduleExpression" }
gone = "State == 'GONE'"
deleting = "State == 'DELETING'"
failed = "State == 'FAILED' && Description"
managed = [{ when = "ManagedBy", why = "a service owns it" }]
protect = [{ name = "tower", when = "starts_with(Name, 'tower-')", why = "not ours" }]
settings = { stop = "stop it first" }
before = [
  { each = { call = "ListTargetsByRule", with = { Rule = "{name}", EventBusName = "{properties.bus}" }, items = "Targets[]" }, when = "item.Id != 'keep'", chunk = 2, call = "RemoveTargets", with = { Rule = "{name}", EventBusName = "{properties.bus}", Ids = "{items[].Id}" }, ignore = ["Ignored"] },
  { setting = "stop", get = { call = "DescribeEventBus", with = { Name = "{properties.bus}" } }, when = "got.Policy", call = "DeleteEventBus", with = { Name = "{got.Name}" } },
]
delete = { call = "DeleteRule", with = { Name = "{name}", EventBusName = "{properties.bus}" } }
errors = [
  { code = "ValidationException", message = "has targets", kind = "dependency" },
  { code = "Slow", kind = "throttled" },
]
[Rule.refs]
Rule = "RoleArn"
LambdaFunction = "[RoleArn, EventPattern][]"

[Bus]
list = "ListEventBuses"
items = "EventBuses[]"
describe = { call = "DescribeEventBus", with = { Name = "{id}" }, at = "{ KmsKeyIdentifier: KmsKeyIdentifier, LastModifiedTime: LastModifiedTime }" }
id = "Name"
created = "LastModifiedTime"
properties = { key = "KmsKeyIdentifier" }
delete = { get = { call = "DescribeEventBus", with = { Name = "{id}" } }, call = "DeleteEventBus", with = { Name = "{got.Name}" } }
async = true

[Archive]
list = "ListArchives"
items = "Archives[].ArchiveName"
id = "value"
created = "CreationTime"
properties = { source = "EventSourceArn", state = "State" }
details = { call = "DescribeArchive", with = { ArchiveName = "{id}" } }
delete = { call = "DeleteArchive", with = { ArchiveName = "{id}" } }
status = { call = "DescribeArchive", with = { ArchiveName = "{id}" }, gone = "State == 'DISABLED'", failed = "State == 'CREATE_FAILED' && StateReason" }
"#;

fn handler(name: &str) -> Arc<dyn DynHandler> {
    let handlers = from_file("user.toml", CATALOG).unwrap_or_else(|problems| panic!("{problems}"));
    handlers.into_iter().find(|handler| handler.spec().name == name).expect("the type is in the catalog")
}

async fn list(name: &str, context: &Context) -> Result<Vec<Resource>, Error> {
    let (mut sink, mut found) = Sink::channel(100);
    handler(name).list(context, &mut sink).await?;
    drop(sink);
    let mut resources = Vec::new();
    while let Some(resource) = found.recv().await {
        resources.push(resource);
    }
    resources.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(resources)
}

/// Two pages of buses; a bus has two pages of rules, is gone by the time it is asked, or is not to be asked.
fn rules(operation: &str, input: &Value) -> Answer {
    let second = input.get("NextToken").is_some();
    match (operation, input["EventBusName"].as_str()) {
        ("ListEventBuses", _) if second => (200, json!({"EventBuses": [{"Name": "gone"}, {"Name": "b2"}]})),
        ("ListEventBuses", _) => {
            (200, json!({"EventBuses": [{"Name": "b1"}, {"Name": "skipped"}], "NextToken": "t"}))
        }
        ("ListRules", Some("b1")) if second => (
            200,
            json!({"Rules": [
                {"Name": "r2", "State": "DELETING", "Description": "never"},
                {"Name": "r3", "State": "FAILED", "Description": "broken", "ManagedBy": "x"},
                {"Name": "over", "State": "GONE"},
                {"Name": "r1", "State": "DELETING"},
            ]}),
        ),
        ("ListRules", Some("b1")) => (
            200,
            json!({"Rules": [
                {"Name": "r1", "State": "ENABLED", "Description": "2024-05-06T07:08:09Z", "RoleArn": "role"},
            ], "NextToken": "t"}),
        ),
        ("ListRules", Some("b2")) => (200, json!({"Rules": [{"Name": "tower-1", "EventPattern": "role"}]})),
        ("ListRules", _) => failed("ResourceNotFoundException", "no such bus"),
        _ => failed("Unexpected", operation),
    }
}

#[tokio::test]
async fn all_pages_below_every_parent_are_listed() {
    let stub = Stub::start(rules);
    let found = list("Rule", &stub.context(&[]).await).await.expect("a bus that is gone is no failure");
    let ids: Vec<&str> = found.iter().map(|resource| &*resource.id).collect();
    assert_eq!(ids, ["b1|r1", "b1|r2", "b1|r3", "b2|tower-1"]);
    let first = &found[0];
    assert_eq!(&*first.name, "r1");
    assert_eq!(first.arn.as_deref(), Some("arn:aws:events:eu-west-1:111122223333:rule/b1/r1"));
    assert_eq!(first.created, Fact::Known("2024-05-06T07:08:09Z".parse().expect("a time")));
    assert_eq!(first.tags, Fact::Unread);
    assert_eq!(first.state, State::Present, "of two with one id the first counts");
    assert_eq!(json!(first.properties), json!({"bus": "b1", "state": "ENABLED"}));
    let refs: Vec<_> = first.refs.iter().map(|found| (found.type_name.as_str(), &*found.target)).collect();
    assert_eq!(refs, [("Rule", "role"), ("LambdaFunction", "role")]);
    assert!(matches!(found[1].created, Fact::Unreadable(_)));
    assert_eq!(found[1].state, State::Deleting);
    assert_eq!(found[2].state, State::Failed("broken".into()));
    assert_eq!(found[2].managed.as_deref(), Some("a service owns it"));
    assert_eq!(found[3].protection.as_ref().map(|keep| &*keep.name), Some("tower"));
    assert!(!stub.calls().iter().any(|(_, input)| input["EventBusName"] == "skipped"));
}

#[tokio::test]
async fn a_listing_fails_if_any_part_of_it_fails() {
    for (broken, kind) in [
        (failed("AccessDeniedException", "no"), ErrorKind::Denied),
        ((200, json!({"Rules": [{"State": "ENABLED"}, {"Name": ""}]})), ErrorKind::Invalid),
    ] {
        let stub = Stub::start(move |operation, input| match input["EventBusName"].as_str() {
            Some("b2") if operation == "ListRules" => broken.clone(),
            _ => rules(operation, input),
        });
        let error = list("Rule", &stub.context(&[]).await).await.expect_err("b2 cannot be read");
        assert_eq!(error.kind, kind, "{error}");
    }
    let stub = Stub::start(|_, _| failed("ResourceNotFoundException", "no such thing"));
    let error = list("Rule", &stub.context(&[]).await).await.expect_err("not a parent, but the list itself");
    assert_eq!(error.kind, ErrorKind::Gone);
}

#[tokio::test]
async fn what_is_described_is_merged_and_what_vanishes_meanwhile_is_left_out() {
    let stub = Stub::start(|operation, input| match (operation, input["Name"].as_str()) {
        ("ListEventBuses", _) => {
            (200, json!({"EventBuses": [{"Name": "b1"}, {"Name": "b2"}, {"Name": "b3"}]}))
        }
        ("DescribeEventBus", Some("b2")) => failed("ResourceNotFoundException", "gone"),
        ("DescribeEventBus", _) => {
            (200, json!({"KmsKeyIdentifier": "key", "LastModifiedTime": 1_714_979_289}))
        }
        _ => failed("Unexpected", operation),
    });
    let found = list("Bus", &stub.context(&[]).await).await.expect("listed");
    assert_eq!(found.iter().map(|resource| &*resource.id).collect::<Vec<_>>(), ["b1", "b3"]);
    assert_eq!(found[0].properties["key"], "key");
    assert_eq!(found[0].created.known().map(ToString::to_string).as_deref(), Some("2024-05-06T07:08:09Z"));
    assert_eq!(found[0].tags, Fact::Absent);
}

/// A rule as a saved plan brings it back.
fn saved_rule() -> Resource {
    let saved = json!({
        "type": "Rule", "id": "b1|r1", "name": "r1", "region": "eu-west-1", "arn": "arn:r1",
        "properties": {"bus": "b1"},
    });
    serde_json::from_value(saved).expect("a resource")
}

fn deletion(operation: &str, _: &Value) -> Answer {
    match operation {
        "ListTargetsByRule" => (
            200,
            json!({"Targets": [{"Id": "1", "Arn": "a"}, {"Id": "keep", "Arn": "a"}, {"Id": "2", "Arn": "a"}, {"Id": "3", "Arn": "a"}]}),
        ),
        "DescribeEventBus" => (200, json!({"Name": "b1", "Policy": "p"})),
        _ => (200, json!({})),
    }
}

#[tokio::test]
async fn steps_run_in_order_in_chunks_and_only_if_switched_on() {
    let stub = Stub::start(deletion);
    let done = handler("Rule").delete(&stub.context(&[]).await, &saved_rule()).await.expect("deleted");
    assert_eq!(done, Deletion::Done);
    let calls = stub.calls();
    let names: Vec<&str> = calls.iter().map(|(operation, _)| operation.as_str()).collect();
    assert_eq!(names, ["ListTargetsByRule", "RemoveTargets", "RemoveTargets", "DeleteRule"]);
    assert_eq!(calls[1].1, json!({"Rule": "r1", "EventBusName": "b1", "Ids": ["1", "2"]}));
    assert_eq!(calls[2].1["Ids"], json!(["3"]));
    assert_eq!(calls[3].1, json!({"Name": "r1", "EventBusName": "b1"}));

    let stub = Stub::start(deletion);
    handler("Rule").delete(&stub.context(&["stop"]).await, &saved_rule()).await.expect("deleted");
    assert_eq!(stub.operations()[3..], ["DescribeEventBus", "DeleteEventBus", "DeleteRule"]);
}

#[tokio::test]
async fn gone_means_go_on_before_the_deletion_and_is_told_by_it() {
    let gone = |_: &str, _: &Value| failed("ResourceNotFoundException", "no such rule");
    let stub = Stub::start(gone);
    let error =
        handler("Rule").delete(&stub.context(&["stop"]).await, &saved_rule()).await.expect_err("gone");
    assert_eq!(error.kind, ErrorKind::Gone);
    assert_eq!(stub.operations(), ["ListTargetsByRule", "DescribeEventBus", "DeleteRule"]);

    let stub = Stub::start(gone);
    let bus = Resource { type_name: "Bus".into(), ..saved_rule() };
    let error = handler("Bus").delete(&stub.context(&[]).await, &bus).await.expect_err("nothing to ask");
    assert_eq!((error.kind, stub.operations()), (ErrorKind::Gone, vec!["DescribeEventBus".to_owned()]));

    let stub = Stub::start(deletion);
    assert_eq!(
        handler("Bus").delete(&stub.context(&[]).await, &bus).await.expect("begun"),
        Deletion::Started
    );
}

#[tokio::test]
async fn a_type_reads_error_codes_its_own_way() {
    for (operation, answer, expected) in [
        ("DeleteRule", failed("ValidationException", "the rule has targets"), Some(ErrorKind::Dependency)),
        ("DeleteRule", failed("ValidationException", "no such parameter"), Some(ErrorKind::Invalid)),
        ("RemoveTargets", failed("AccessDeniedException", "no"), Some(ErrorKind::Denied)),
        ("RemoveTargets", failed("Ignored", "whatever"), None),
        (
            "RemoveTargets",
            (
                200,
                json!({ "FailedEntries": [{ "ErrorCode": "AccessDeniedException", "ErrorMessage": "no" }] }),
            ),
            Some(ErrorKind::Denied),
        ),
        ("RemoveTargets", (200, json!({ "FailedEntries": [] })), None),
        ("RemoveTargets", failed("ResourceNotFoundException", "gone"), None),
    ] {
        let (broken, shown) = (answer.clone(), answer.1.clone());
        let stub = Stub::start(
            move |called, input| if called == operation { broken.clone() } else { deletion(called, input) },
        );
        let result = handler("Rule").delete(&stub.context(&[]).await, &saved_rule()).await;
        assert_eq!(result.err().map(|error| error.kind), expected, "{operation}: {shown}");
    }
}

#[tokio::test]
async fn what_a_type_calls_throttled_is_repeated_by_the_lane() {
    let slow = AtomicU32::new(0);
    let stub = Stub::start(move |operation, input| match operation {
        "DeleteRule" if slow.fetch_add(1, Ordering::Relaxed) < 2 => failed("Slow", "not so fast"),
        _ => deletion(operation, input),
    });
    handler("Rule").delete(&stub.context(&[]).await, &saved_rule()).await.expect("deleted in the end");
    assert_eq!(stub.operations().iter().filter(|operation| *operation == "DeleteRule").count(), 3);
}

#[tokio::test]
async fn a_listed_resource_survives_a_saved_plan_with_all_that_its_deletion_needs() {
    let stub = Stub::start(|operation, input| match operation {
        "ListEventBuses" | "ListRules" => rules(operation, input),
        _ => deletion(operation, input),
    });
    let context = stub.context(&["stop"]).await;
    let found = list("Rule", &context).await.expect("listed");
    let before = stub.calls().len();
    handler("Rule").delete(&context, &found[0]).await.expect("deleted");
    let direct = stub.calls()[before..].to_vec();
    let saved = serde_json::to_string(&found[0]).expect("can be saved");
    let loaded: Resource = serde_json::from_str(&saved).expect("can be loaded");
    handler("Rule").delete(&context, &loaded).await.expect("deleted");
    assert_eq!(stub.calls()[before + direct.len()..], direct[..]);
    assert!(direct.iter().any(|(operation, _)| operation == "DeleteEventBus"));
}

#[tokio::test]
async fn tags_details_and_status_are_asked_for_one_resource() {
    let stub = Stub::start(|operation, input| match (operation, input["ArchiveName"].as_str()) {
        ("ListTagsForResource", _) => (200, json!({"Tags": [{"Key": "env", "Value": "dev"}]})),
        ("ListArchives", _) => (200, json!({"Archives": [{"ArchiveName": "a1"}, {"ArchiveName": "a2"}]})),
        ("DescribeArchive", Some("a1")) => (200, json!({"CreationTime": 1_714_979_289, "State": "ENABLED"})),
        ("DescribeArchive", Some("a2")) => (200, json!({"State": "CREATE_FAILED", "StateReason": "no room"})),
        ("DescribeArchive", Some("a3")) => (200, json!({"State": "DISABLED"})),
        _ => failed("ResourceNotFoundException", "gone"),
    });
    let context = stub.context(&[]).await;
    let tags = handler("Rule").tags(&context, &saved_rule()).await.expect("read").expect("some");
    assert_eq!(tags.get("env"), Some("dev"));
    assert_eq!(stub.calls()[0].1, json!({"ResourceARN": "arn:r1"}));
    let archive = handler("Archive");
    let mut found = list("Archive", &context).await.expect("listed");
    assert_eq!(found[0].created, Fact::Unread);
    assert!(found[0].properties.is_empty());
    archive.details(&context, &mut found[0]).await.expect("read");
    assert_eq!(found[0].created.known().map(ToString::to_string).as_deref(), Some("2024-05-06T07:08:09Z"));
    assert_eq!(json!(found[0].properties), json!({"source": null, "state": "ENABLED"}));
    archive.details(&context, &mut found[1]).await.expect("read");
    assert_eq!(found[1].created, Fact::Absent);
    for (id, expected) in [
        ("a1", Status::Deleting),
        ("a2", Status::Failed("no room".to_owned())),
        ("a3", Status::Gone),
        ("a4", Status::Gone),
    ] {
        let resource = Resource { id: id.into(), ..found[0].clone() };
        assert_eq!(archive.status(&context, &resource).await.expect("answered"), Some(expected), "{id}");
    }
    assert_eq!(handler("Rule").status(&context, &saved_rule()).await.expect("no question"), None);
}

#[test]
fn the_facts_of_a_type_come_from_its_entry() {
    let handler = handler("Rule");
    let spec = handler.spec();
    assert_eq!(spec.tags, TagSource::Call);
    assert_eq!(spec.service, "events");
    assert_eq!(spec.properties, ["bus", "state", "missing"]);
    assert_eq!(spec.protections, ["tower"]);
    assert_eq!(spec.settings[0].name, "stop");
    assert_eq!(spec.refs.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["Rule", "LambdaFunction"]);
    assert_eq!(
        *spec.iam_actions,
        [
            "events:DeleteRule",
            "events:ListEventBuses",
            "events:ListRules",
            "events:ListTagsForResource",
            "events:ListTargetsByRule",
            "events:RemoveTargets",
        ]
    );
    assert_eq!(
        *spec.listing_actions,
        ["events:ListEventBuses", "events:ListRules", "events:ListTagsForResource"]
    );
    assert_eq!(*spec.settings[0].iam_actions, ["events:DeleteEventBus", "events:DescribeEventBus"]);
    assert_eq!(spec.protection_reasons[0].name, "tower");
    assert!(spec.definition.to_string().contains(".toml:"), "{}", spec.definition);
    assert!(spec.model_checked && spec.default && !spec.emulator_tested);
}
