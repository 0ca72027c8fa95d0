use serde_json::{Value, json};

use super::*;

fn report(outcome: &str, resources: &Value, more: &Value) -> Report {
    let mut report = json!({
        "version": 1, "tool": "t", "run_id": "r", "account": { "id": "111122223333", "alias": null, "arn": null },
        "regions": ["us-east-1"], "started_at": "2026-01-01T00:00:00Z", "finished_at": "2026-01-01T00:00:00Z", "duration_ms": 0, "outcome": outcome,
        "summary": {
            "found": 0, "kept": 0, "deleted": 0, "already_gone": 0, "failed": 0, "blocked": 0, "pending": 0, "unknown_lists": 0,
        },
        "resources": resources, "lists": [],
        "api": { "calls": 0, "throttled": 0, "retried": 0, "by_operation": {} },
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        report[key] = value.clone();
    }
    serde_json::from_value(report).expect("it is a report")
}

fn resource(kind: &str, name: &str, outcome: &str, more: &Value) -> Value {
    let mut one = json!({
        "type": kind, "id": name, "name": name, "arn": null, "region": "us-east-1", "created_at": null, "tags": {},
        "stack": null, "verdict": { "action": "delete", "rule": null, "reason": "" }, "outcome": outcome, "attempts": 1,
        "started_at": null, "finished_at": null, "error": null, "blocked_by": [],
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        one[key] = value.clone();
    }
    one
}

fn baseline(resources: &Value, lists: &Value, settings: &Value) -> Baseline {
    let text = json!({
        "version": 1, "tool": "t", "account": "111122223333", "partition": "aws",
        "taken_at": "2026-01-01T00:00:00Z", "lists": lists, "resources": resources, "settings": settings,
    });
    let registry = cleaner_core::builtin().expect("the types");
    Baseline::parse(&text.to_string(), &registry).expect("it is a baseline")
}

#[test]
fn a_clean_report_differs_in_nothing() {
    let gone = resource("SQSQueue", "q", "deleted", &json!({}));
    let kept = resource("IAMRole", "ci", "kept", &json!({}));
    let report = report("clean", &json!([gone, kept]), &json!({}));
    assert!(Difference::from(&report).is_empty());
    assert_eq!(Difference::from(&report).to_string(), "no difference");
    assert_no_leftovers(&report);
}

#[test]
fn a_report_tells_what_is_left_by_type() {
    let error = json!({ "kind": "denied", "code": "AccessDenied", "message": "no." });
    let resources = json!([
        resource("SQSQueue", "q", "failed", &json!({ "id": "https://sqs/q", "error": error })),
        resource(
            "IAMRole",
            "held",
            "blocked",
            &json!({ "region": "global", "blocked_by": ["LambdaFunction f"] })
        ),
        resource("SQSQueue", "p", "planned", &json!({})),
        resource(
            "S3Bucket",
            "odd",
            "kept",
            &json!({
                "verdict": { "action": "keep", "rule": "keep-tag", "reason": "its tags could not be read", "unknown": true },
            })
        ),
        resource("SQSQueue", "gone", "deleted", &json!({})),
    ]);
    let more = json!({
        "lists": [{ "type": "EC2VPC", "region": "eu-west-1", "status": "denied", "found": 0 }],
        "baseline": {
            "taken_at": "", "resources": 3,
            "missing": [{ "type": "IAMRole", "region": "global", "name": "deploy", "id": "deploy", "arn": null, "created_at": null }],
            "replaced": [],
            "changed": [{
                "type": "IAMRole", "region": "global", "id": "admin", "name": "admin", "what": "tags",
                "was": { "a": "1" }, "is": { "a": "2" },
            }],
            "unknown": [],
            "settings": [{ "name": "ec2-ebs-encryption", "region": "eu-west-1", "was": true, "is": false }],
        },
    });
    let told = Difference::from(&report("leftovers", &resources, &more)).to_string();
    let failed = told.lines().find(|line| line.contains("(https://sqs/q)")).expect("it is told").to_owned();
    assert!(
        failed.starts_with("  + q in us-east-1 (https://sqs/q) is failed: ")
            && failed.contains("AccessDenied"),
        "{failed}"
    );
    assert_eq!(
        told.replace(&failed, "  + q …"),
        "\
3 left over, 1 missing, 2 changed, 2 not known
EC2VPC
  ? in eu-west-1 could not be listed
IAMRole
  + held in global is blocked, held by LambdaFunction f
  - deploy in global
  ~ admin in global, tags: {\"a\":\"1\"} became {\"a\":\"2\"}
S3Bucket
  ? odd in us-east-1 is kept: its tags could not be read
SQSQueue
  + p in us-east-1
  + q …
settings of the account
  ~ ec2-ebs-encryption in eu-west-1: true became false"
    );
}

#[test]
fn a_run_that_ended_otherwise_is_a_difference_even_if_nothing_is_named() {
    for outcome in ["incomplete", "refused", "interrupted", "failed", "leftovers"] {
        let report = report(outcome, &json!([]), &json!({ "reason": "so it is." }));
        let told = Difference::from(&report).to_string();
        assert_eq!(told, format!("1 not known\nthe run\n  ? ended as {outcome}: so it is."));
    }
}

fn there(kind: &str, name: &str, more: &Value) -> Value {
    let mut one = json!({ "type": kind, "region": "us-east-1", "id": name, "name": name, "created_at": "2026-01-01T00:00:00Z" });
    for (key, value) in more.as_object().into_iter().flatten() {
        one[key] = value.clone();
    }
    one
}

#[test]
fn two_baselines_tell_what_came_went_and_changed() {
    let list = |kind: &str, status: &str| json!({ "type": kind, "region": "us-east-1", "status": status });
    let before = baseline(
        &json!([
            there("SNSTopic", "gone", &json!({})),
            there("SQSQueue", "same", &json!({ "tags": { "a": "1" } })),
            there("SQSQueue", "made-anew", &json!({})),
            there("SQSQueue", "tagged", &json!({ "tags": { "a": "1" } })),
            there("SSMParameter", "unseen", &json!({})),
        ]),
        &json!([list("SNSTopic", "ok"), list("SQSQueue", "ok"), list("SSMParameter", "ok")]),
        &json!([{ "name": "ec2-ebs-encryption", "region": "us-east-1", "value": true }]),
    );
    let after = baseline(
        &json!([
            there("SQSQueue", "same", &json!({ "tags": { "a": "1" } })),
            there("SQSQueue", "made-anew", &json!({ "created_at": "2026-01-02T00:00:00Z" })),
            there("SQSQueue", "tagged", &json!({ "tags": { "a": "2" } })),
            there("SQSQueue", "new", &json!({})),
            there("SQSQueue", "aws's", &json!({ "managed": true })),
            there("DynamoDBTable", "unasked", &json!({})),
        ]),
        &json!([
            list("SNSTopic", "ok"),
            list("SQSQueue", "ok"),
            list("SSMParameter", "denied"),
            list("DynamoDBTable", "ok")
        ]),
        &json!([{ "name": "ec2-ebs-encryption", "region": "us-east-1", "value": false }]),
    );
    assert_no_leftovers((&before, &before));
    assert_eq!(
        Difference::from((&before, &after)).to_string(),
        "\
1 left over, 1 missing, 3 changed, 2 not known
DynamoDBTable
  ? unasked in us-east-1: nobody knows whether it was there before
SNSTopic
  - gone in us-east-1
SQSQueue
  + new in us-east-1
  ~ made-anew in us-east-1, created_at: \"2026-01-01T00:00:00Z\" became \"2026-01-02T00:00:00Z\"
  ~ tagged in us-east-1, tags: {\"a\":\"1\"} became {\"a\":\"2\"}
SSMParameter
  ? in us-east-1 could not be listed
settings of the account
  ~ ec2-ebs-encryption in us-east-1: true became false"
    );
}

#[test]
#[should_panic(expected = "the account is not as it should be: 1 left over\nSQSQueue\n  + q in us-east-1")]
fn what_is_left_over_fails_a_test() {
    let left = resource("SQSQueue", "q", "planned", &json!({}));
    assert_no_leftovers(&report("dry_run", &json!([left]), &json!({})));
}
