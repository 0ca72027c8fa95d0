use serde_json::{Value, json};

use super::*;
use crate::call::Protocol;

fn active(rules: &Value) -> Active {
    let mut active = Active::default();
    active.replace(Rules::from_json(rules).unwrap_or_else(|problems| panic!("{problems}")));
    active
}

fn call(operation: &str) -> Call {
    Call {
        service: "monitoring".into(),
        model: "cloudwatch",
        region: "eu-west-1".into(),
        operation: operation.into(),
        protocol: Protocol::Query,
        access_key: "AK".into(),
        bucket: None,
    }
}

fn decide(active: &mut Active, call: &Call) -> Decision {
    active.decide(call, &Request::default(), Instant::now())
}

/// Which of so many calls are hit, from 1.
fn hits(rules: &Value, count: usize) -> Vec<usize> {
    let mut active = active(rules);
    (1..=count).filter(|_| decide(&mut active, &call("DeleteAlarms")).fault.is_some()).collect()
}

#[test]
fn counts_say_which_calls_are_hit() {
    assert_eq!(hits(&json!([{ "fault": "reset" }]), 3), [1, 2, 3]);
    assert_eq!(hits(&json!([{ "fault": "reset", "times": 2 }]), 4), [1, 2]);
    assert_eq!(hits(&json!([{ "fault": "reset", "after": 2, "times": 1 }]), 5), [3]);
    assert_eq!(hits(&json!([{ "fault": "reset", "every": 3 }]), 7), [3, 6]);
    assert_eq!(hits(&json!([{ "fault": "reset", "after": 1, "every": 2, "times": 2 }]), 9), [3, 5]);
}

#[test]
fn chance_follows_the_seed() {
    let rules = |seed: u64| json!({ "seed": seed, "rules": [{ "fault": "reset", "probability": 0.5 }] });
    let first = hits(&rules(1), 200);
    assert_eq!(first, hits(&rules(1), 200));
    assert_ne!(first, hits(&rules(2), 200));
    assert!((60..140).contains(&first.len()), "{}", first.len());
    assert_eq!(hits(&json!([{ "fault": "reset", "probability": 0.0 }]), 50), [0; 0]);
    assert_eq!(hits(&json!([{ "fault": "reset", "probability": 1 }]), 2), [1, 2]);
}

#[test]
fn globs_choose_the_calls() {
    for (rule, expected) in [
        (json!({ "service": "monitoring" }), true),
        (json!({ "service": "cloudwatch" }), true),
        (json!({ "service": ["sqs", "cloud*"] }), true),
        (json!({ "service": "sqs" }), false),
        (json!({ "operation": "Delete*" }), true),
        (json!({ "operation": "List*" }), false),
        (json!({ "region": "eu-*" }), true),
        (json!({ "region": "us-*" }), false),
        (json!({ "access_key": "AK" }), true),
        (json!({ "access_key": "other" }), false),
    ] {
        let mut rule = rule.clone();
        rule["fault"] = json!("reset");
        assert_eq!(hits(&json!([rule]), 1).len() == 1, expected, "{rule}");
    }
}

#[test]
fn the_first_rule_that_hits_decides_and_delays_add_up() {
    let mut active = active(&json!([
        { "fault": "latency", "delay": "10ms" },
        { "fault": "throttle", "times": 1 },
        { "fault": "deny" },
        { "fault": "latency", "delay": "5ms", "jitter": "2ms" },
        { "fault": "bandwidth", "bytes_per_second": 500 },
        { "fault": "bandwidth", "bytes_per_second": 100 },
    ]));
    let first = decide(&mut active, &call("ListMetrics"));
    assert_eq!((first.fault, first.bytes_per_second), (Some("throttle"), Some(100)));
    assert!((15..=17).contains(&first.delay.as_millis()), "{:?}", first.delay);
    assert_eq!(decide(&mut active, &call("ListMetrics")).fault, Some("deny"));
}

#[test]
fn limits_are_counted_by_what_calls_have_in_common() {
    let mut active =
        active(&json!([{ "fault": "throttle", "rate": 0.001, "burst": 2, "per": ["operation"] }]));
    let faults: Vec<_> =
        ["A", "A", "A", "B", "B", "B"].iter().map(|name| decide(&mut active, &call(name)).fault).collect();
    let over = Some("throttle");
    assert_eq!(faults, [None, None, over, None, None, over]);
}

#[test]
fn calls_under_way_are_limited_until_they_end() {
    let mut active = active(&json!([{ "fault": "throttle", "in_flight": 2 }]));
    let (one, two) = (decide(&mut active, &call("A")), decide(&mut active, &call("A")));
    assert_eq!(decide(&mut active, &call("A")).fault, Some("throttle"));
    drop(one);
    assert_eq!(decide(&mut active, &call("A")).fault, None);
    drop(two);
}

#[test]
fn each_access_key_expires_on_its_own() {
    let mut active = active(&json!([{ "fault": "expired", "after": 1 }]));
    let mut fault =
        |access_key: &str| decide(&mut active, &Call { access_key: access_key.into(), ..call("A") }).fault;
    assert_eq!(
        [fault("1"), fault("1"), fault("2"), fault("1")],
        [None, Some("expired"), None, Some("expired")]
    );
}

#[test]
fn old_answers_are_given_for_a_while() {
    let mut active = active(&json!([{ "fault": "stale", "for": "10s", "times": 2 }]));
    let (request, reading) = (Request::default(), call("ListMetrics"));
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    let learned = active.decide(&reading, &request, start);
    assert_eq!((learned.fault, learned.remember.len()), (None, 1));
    active.remember(&learned.remember, &Key::of(&reading, &request), &Response::new(200, "", "old"), start);
    assert_eq!(active.decide(&call("DeleteAlarms"), &request, start).fault, None, "writes are never stale");
    let again = active.decide(&reading, &request, at(9));
    assert!(matches!(again.action, Action::Repeat(answer) if answer.body == b"old"));
    let other = Request { body: b"page 2".to_vec(), ..Request::default() };
    assert_eq!(active.decide(&reading, &other, at(9)).fault, None, "another page is another answer");
    assert_eq!(active.decide(&reading, &request, at(11)).remember.len(), 1, "too old");
    assert_eq!(active.decide(&reading, &request, at(9)).fault, Some("stale"));
    assert_eq!(active.decide(&reading, &request, at(9)).fault, None, "twice was enough");
    active.reset();
    assert_eq!(active.decide(&reading, &request, at(9)).fault, None, "all is forgotten");
}

#[test]
fn only_writes_are_deferred_or_vanish() {
    for fault in [json!({ "fault": "defer", "delay": "1s" }), json!({ "fault": "vanish" })] {
        let mut active = active(&json!([fault]));
        assert_eq!(decide(&mut active, &call("DescribeAlarms")).fault, None);
        assert!(decide(&mut active, &call("DeleteAlarms")).fault.is_some());
    }
}

#[test]
fn buckets_are_elsewhere_only_for_who_asks_elsewhere() {
    let mut active = active(&json!([{ "fault": "wrong_region", "home": "eu-west-1", "bucket": "b*" }]));
    let s3 = |region: &str, bucket: Option<&str>| Call {
        service: "s3".into(),
        region: region.into(),
        bucket: bucket.map(str::to_owned),
        ..call("ListObjectsV2")
    };
    for (call, expected) in [
        (s3("us-east-1", Some("b1")), Some("wrong_region")),
        (s3("eu-west-1", Some("b1")), None),
        (s3("us-east-1", Some("x")), None),
        (s3("us-east-1", None), None),
    ] {
        assert_eq!(decide(&mut active, &call).fault, expected, "{call:?}");
    }
}
