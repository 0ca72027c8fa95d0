//! Calls that are refused: code, status and kind, per protocol.

use aws_dynamic::ErrorKind;
use serde_json::{Value, json};

use crate::scene::{READS, Scene, session};

/// Refuses one call of every protocol and compares what the client makes of it with code and status.
async fn refused(rules: Value, kind: ErrorKind, expected: [(&str, u16); 6]) {
    let scene = Scene::new(&rules).await;
    for ((service, operation), (code, status)) in READS.into_iter().zip(expected) {
        let error = scene.call(service, operation, json!({})).await.expect_err(service);
        let seen = (error.kind(), error.code(), error.status());
        assert_eq!(seen, (kind, Some(code), Some(status)), "{service}: {error}");
        assert!(error.request_id().is_some_and(|id| id.starts_with("fa017")), "{service} has a request id");
        let last = scene.last();
        assert_eq!(
            (last.status, last.fault, last.operation.as_str()),
            (status, rules[0]["fault"].as_str(), operation)
        );
    }
    assert_eq!(scene.cloud.count("ListQueues"), 0, "what is refused does not arrive");
}

#[tokio::test]
async fn throttling() {
    let expected = [
        ("ThrottlingException", 400),
        ("Throttling", 400),
        ("RequestLimitExceeded", 503),
        ("TooManyRequestsException", 429),
        ("SlowDown", 503),
        ("Throttling", 400),
    ];
    refused(json!([{ "fault": "throttle" }]), ErrorKind::Throttled, expected).await;
}

#[tokio::test]
async fn denials() {
    let expected = [
        ("AccessDeniedException", 400),
        ("AccessDenied", 403),
        ("UnauthorizedOperation", 403),
        ("AccessDeniedException", 403),
        ("AccessDenied", 403),
        ("AccessDenied", 403),
    ];
    refused(json!([{ "fault": "deny" }]), ErrorKind::Denied, expected).await;
}

#[tokio::test]
async fn expired_credentials() {
    let expected = [
        ("ExpiredTokenException", 400),
        ("ExpiredToken", 403),
        ("RequestExpired", 400),
        ("ExpiredTokenException", 403),
        ("ExpiredToken", 400),
        ("ExpiredToken", 403),
    ];
    refused(json!([{ "fault": "expired" }]), ErrorKind::Credentials, expected).await;
}

#[tokio::test]
async fn regions_that_are_off() {
    let expected = [
        ("UnrecognizedClientException", 400),
        ("InvalidClientTokenId", 403),
        ("AuthFailure", 401),
        ("UnrecognizedClientException", 403),
        ("InvalidAccessKeyId", 403),
        ("InvalidClientTokenId", 403),
    ];
    refused(json!([{ "fault": "opt_in" }]), ErrorKind::Credentials, expected).await;
    let expected = [("OptInRequired", 403); 6];
    let rules = json!([{ "fault": "opt_in", "code": "OptInRequired", "status": 403 }]);
    refused(rules, ErrorKind::UnsupportedRegion, expected).await;
}

#[tokio::test]
async fn trouble_of_aws() {
    let expected = [
        ("InternalServerError", 500),
        ("InternalFailure", 500),
        ("InternalError", 500),
        ("InternalServerException", 500),
        ("InternalError", 500),
        ("InternalError", 500),
    ];
    refused(json!([{ "fault": "server_error" }]), ErrorKind::Transient, expected).await;
    let scene = Scene::new(&json!([{ "fault": "server_error", "status": 503, "body": false }])).await;
    for (service, operation) in READS {
        let error = scene.call(service, operation, json!({})).await.expect_err(service);
        assert_eq!(error.status(), Some(503), "{service}");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Transient, None), "{service}: {error}");
    }
}

#[tokio::test]
async fn only_what_matches_is_refused() {
    let scene = Scene::new(&json!([
        { "fault": "deny", "service": "sqs", "operation": "Delete*" },
        { "fault": "deny", "region": "us-*" },
    ]))
    .await;
    assert_eq!(scene.list().await.expect("listed"), 2);
    assert_eq!(scene.delete(0).await.expect_err("denied").kind(), ErrorKind::Denied);
    let far = scene.session.client("sqs", "us-east-1").expect("a client");
    assert_eq!(far.call("ListQueues", json!({})).await.expect_err("denied").kind(), ErrorKind::Denied);
    assert_eq!(scene.cloud.queues(), 2);
}

#[tokio::test]
async fn words_can_be_replaced() {
    let words = json!({ "fault": "deny", "code": "Strange", "status": 418, "message": "a <b> & c" });
    let scene = Scene::new(&json!([words])).await;
    for (service, operation) in READS {
        let error = scene.call(service, operation, json!({})).await.expect_err(service);
        let seen = (error.code(), error.status(), error.message());
        assert_eq!(seen, (Some("Strange"), Some(418), "a <b> & c"), "{service}");
    }
}

#[tokio::test]
async fn credentials_expire_after_so_many_calls_each() {
    let scene = Scene::new(&json!([{ "fault": "expired", "after": 2 }])).await;
    for _ in 0..2 {
        assert_eq!(scene.list().await.expect("fresh"), 2);
    }
    assert_eq!(scene.list().await.expect_err("expired").kind(), ErrorKind::Credentials);
    let fresh = session(scene.proxy.url(), "AKIDOTHER").await;
    let client = fresh.client("sqs", "eu-west-1").expect("a client");
    client.call("ListQueues", json!({})).await.expect("another key has its own calls");
}

#[tokio::test]
async fn calls_over_the_rate_are_throttled() {
    let scene =
        Scene::new(&json!([{ "fault": "throttle", "service": "sqs", "rate": 0.01, "burst": 3 }])).await;
    let mut kinds = Vec::new();
    for _ in 0..5 {
        kinds.push(scene.list().await.err().map(|error| error.kind()));
    }
    assert_eq!(kinds, [None, None, None, Some(ErrorKind::Throttled), Some(ErrorKind::Throttled)]);
    scene.call("iam", "ListAccountAliases", json!({})).await.expect("other services are not concerned");
    let far = scene.session.client("sqs", "us-east-1").expect("a client");
    far.call("ListQueues", json!({})).await.expect("other regions have their own limit");
    assert_eq!(scene.cloud.count("ListQueues"), 4);
}

#[tokio::test]
async fn limits_nobody_documents() {
    // One limit for all operations of all services, and one on calls under way.
    let scene = Scene::new(&json!([{ "fault": "throttle", "rate": 0.01, "burst": 1, "per": [] }])).await;
    scene.list().await.expect("the first");
    let error = scene.call("ec2", "DescribeRegions", json!({})).await.expect_err("over the limit");
    assert_eq!(error.kind(), ErrorKind::Throttled);
    let scene = Scene::new(&json!([
        { "fault": "latency", "delay": "100ms" },
        { "fault": "throttle", "in_flight": 2 },
    ]))
    .await;
    let (one, two, three) = tokio::join!(scene.list(), scene.list(), scene.list());
    let over = [one, two, three].into_iter().filter_map(Result::err).map(|error| error.kind());
    assert_eq!(over.collect::<Vec<_>>(), [ErrorKind::Throttled]);
    scene.list().await.expect("there is room again");
}
