//! Faults that pass: the run ends clean, and nothing is left.

use serde_json::{Value, json};

use crate::behind::{Behind, MADE, each};

/// Runs with rules, and expects a clean end and that the fault has hit.
fn ends_clean(rules: &Value, fault: &str, at_least: usize) -> crate::behind::Done {
    let behind = Behind::new(rules);
    let done = behind.clear(0).clean();
    assert_eq!(behind.left(), [0; 5], "nothing is left");
    assert_eq!(done.gone(), MADE, "{:#}", done.report["summary"]);
    assert!(done.hits(fault) >= at_least, "{fault} hit {} times", done.hits(fault));
    done
}

#[test]
fn throttling_in_every_protocol() {
    let done = ends_clean(&each(&json!({ "fault": "throttle" }), 3), "throttle", 30);
    assert_eq!(done.report["api"]["throttled"], 30);
    let statuses: std::collections::BTreeSet<u16> =
        done.trace.iter().filter(|call| call.fault.is_some()).map(|call| call.status).collect();
    assert_eq!(Vec::from_iter(statuses), [400, 429, 503]);
}

#[test]
fn a_rate_that_is_enforced() {
    let rules = json!([{ "fault": "throttle", "rate": 5, "burst": 1 }]);
    let done = ends_clean(&rules, "throttle", 1);
    // Where one part of a list of another type fails for good, its other parts break off, and nobody counts these.
    let refused = done.trace.iter().filter(|call| call.service == "sqs" && call.fault.is_some()).count();
    let operations = done.report["api"]["by_operation"].as_object().expect("a table");
    let of_sqs = operations.iter().filter(|(name, _)| name.starts_with("sqs:"));
    let counted: u64 = of_sqs.map(|(_, one)| one["throttled"].as_u64().expect("a number")).sum();
    assert_eq!(counted, refused as u64, "every refusal is counted");
}

#[test]
fn trouble_of_aws_with_and_without_words() {
    for rule in [
        json!({ "fault": "server_error" }),
        json!({ "fault": "server_error", "body": false }),
        json!({ "fault": "server_error", "status": 503, "code": "ServiceUnavailable" }),
    ] {
        ends_clean(&each(&rule, 2), "server_error", 20);
    }
}

#[test]
fn broken_connections() {
    for fault in ["reset", "truncate"] {
        ends_clean(&each(&json!({ "fault": fault }), 2), fault, 15);
    }
}

#[test]
fn replies_that_get_lost() {
    let done = ends_clean(&each(&json!({ "fault": "lost_reply" }), 1), "lost_reply", 10);
    assert_eq!(done.count("failed"), 0, "what was done without an answer is done");
}

#[test]
fn what_somebody_else_deletes_first() {
    let done = ends_clean(&json!([{ "fault": "vanish", "operation": "Delete*" }]), "vanish", 10);
    assert_eq!(done.count("failed"), 0);
}

#[test]
fn silence_is_asked_again() {
    let behind = Behind::new(&json!([
        { "fault": "hang", "operation": "ListQueues", "times": 1 },
        { "fault": "hang", "operation": "DeleteQueue", "times": 2 },
    ]));
    let done = behind.clear_types(0, "SQSQueue", "version: 1\ncall_timeout: 2s\n", &[]).clean();
    assert_eq!((behind.left()[0], done.count("deleted"), done.hits("hang")), (0, 2, 3));
}

#[test]
fn an_opt_in_region_that_is_off() {
    for rule in [
        json!({ "fault": "opt_in", "region": "eu-west-1", "code": "OptInRequired", "status": 403 }),
        json!({ "fault": "opt_in", "region": "eu-west-1" }),
    ] {
        let behind = Behind::new(&json!([rule]));
        let done = behind
            .clear_types(0, "SQSQueue,SNSTopic,EC2KeyPair", "version: 1\n", &["--region", "eu-west-1"])
            .clean();
        assert_eq!(behind.left()[..3], [0; 3]);
        assert!(done.hits("opt_in") >= 3, "the region was asked");
        let lists = done.report["lists"].as_array().expect("lists");
        // Some types of other regions are listed without a call.
        for name in ["SQSQueue", "SNSTopic", "EC2KeyPair"] {
            let off = lists.iter().find(|list| list["region"] == "eu-west-1" && list["type"] == name);
            assert_eq!(off.expect("it was to be listed")["status"], "unsupported", "{name}");
        }
    }
}
