//! Faults that stay: the exit code says what is not known or not done, and the rest is done.

use serde_json::json;

use crate::behind::Behind;

#[test]
fn a_list_that_is_denied() {
    let behind = Behind::new(&json!([{ "fault": "deny", "service": "sns", "operation": "List*" }]));
    let done = behind.clear(5);
    assert_eq!(done.report["outcome"], "incomplete");
    assert_eq!((done.list_status("SNSTopic"), done.list_status("SQSQueue")), ("denied", "ok"));
    assert_eq!(behind.left(), [0, 2, 0, 0, 0], "the rest is cleared");
    assert!(done.run.stdout.contains("SNSTopic"), "{}", done.run.stdout);
}

#[test]
fn deletions_that_are_denied() {
    let rules = json!([{ "fault": "deny", "service": ["sqs", "ec2", "apigateway"], "operation": "Delete*" }]);
    let behind = Behind::new(&rules);
    let done = behind.clear(4);
    assert_eq!(done.report["outcome"], "leftovers");
    assert_eq!(behind.left(), [2, 0, 2, 2, 0]);
    assert_eq!((done.count("failed"), done.count("deleted")), (6, 4), "{:#}", done.report["summary"]);
    let resources = done.report["resources"].as_array().expect("resources");
    let codes: std::collections::BTreeSet<_> = resources
        .iter()
        .filter(|one| one["outcome"] == "failed")
        .map(|one| (one["error"]["kind"].as_str(), one["error"]["code"].as_str()))
        .collect();
    let denied = Some("denied");
    let expected = [(denied, Some("AccessDeniedException")), (denied, Some("UnauthorizedOperation"))];
    assert_eq!(Vec::from_iter(codes), expected);
}

#[test]
fn a_list_that_never_answers() {
    let behind = Behind::new(&json!([{ "fault": "hang", "operation": "ListTopics" }]));
    let done = behind.clear_types(5, "SQSQueue,SNSTopic", "version: 1\ncall_timeout: 1s\n", &[]);
    assert_eq!(done.report["outcome"], "incomplete");
    assert_eq!(done.list_status("SNSTopic"), "failed");
    assert_eq!(behind.left()[..2], [0, 2]);
    assert!(done.hits("hang") > 1, "it was asked more than once");
}

#[test]
fn a_service_that_always_fails() {
    let behind = Behind::new(&json!([{ "fault": "server_error", "service": "sqs", "body": false }]));
    let done = behind.clear_types(5, "SQSQueue,SNSTopic", "version: 1\n", &[]);
    assert_eq!((done.list_status("SQSQueue"), &behind.left()[..2]), ("failed", [2, 0].as_slice()));
}

#[test]
fn deletions_that_never_get_through() {
    let behind = Behind::new(&json!([{ "fault": "reset", "operation": "DeleteQueue" }]));
    let done = behind.clear_types(4, "SQSQueue,SNSTopic", "version: 1\npatience: 3s\n", &[]);
    assert_eq!((done.report["outcome"].as_str(), done.count("deleted")), (Some("leftovers"), 2));
    assert_eq!(behind.left()[..2], [2, 0]);
}

#[test]
fn lists_that_stay_old_are_not_clean() {
    // Deletions are answered and never carried out while the run lasts.
    let behind = Behind::new(&json!([{ "fault": "defer", "operation": "DeleteQueue", "delay": "1h" }]));
    let done = behind.clear_types(4, "SQSQueue", "version: 1\npatience: 2s\n", &[]);
    assert_eq!(done.report["outcome"], "leftovers");
    assert_eq!((behind.left()[0], done.count("deleted")), (2, 0), "an answer is no proof");
}

#[test]
fn credentials_that_expire_after_so_many_calls() {
    let behind = Behind::new(&json!([{ "fault": "expired", "after": 14 }]));
    let done = behind.clear(6);
    assert_eq!(done.report["outcome"], "failed");
    assert!(done.hits("expired") > 0);
    let left: u64 = behind.left().iter().sum();
    assert!(left > 0 && done.count("deleted") <= 10 - left, "what is said to be deleted is: {left} left");
}
