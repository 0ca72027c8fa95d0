//! What is there, what seems to be there, and when: stale, deferred, lost, vanished, elsewhere.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_dynamic::{Credentials, ErrorKind, SdkConfig, Session};
use aws_smithy_runtime_api::client::http::{
    HttpClient as _, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_types::region::Region;
use serde_json::json;

use crate::scene::{Scene, rules, until};

#[tokio::test]
async fn lists_are_old_for_a_while() {
    let scene = Scene::new(&json!([{ "fault": "stale", "for": "150ms" }])).await;
    assert_eq!(scene.list().await.expect("listed"), 2);
    scene.delete(0).await.expect("writes are carried out");
    assert_eq!((scene.list().await.expect("listed"), scene.cloud.queues()), (2, 1));
    assert_eq!(scene.last().fault, Some("stale"));
    assert_eq!(scene.delete(0).await.expect_err("it is gone").kind(), ErrorKind::Gone);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while scene.list().await.expect("listed") != 1 {
        assert!(std::time::Instant::now() < deadline, "the list stays old");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn errors_are_not_remembered() {
    let scene =
        Scene::new(&json!([{ "fault": "server_error", "times": 1 }, { "fault": "stale", "for": "1m" }]))
            .await;
    scene.list().await.expect_err("refused");
    assert_eq!(scene.list().await.expect("learned"), 2);
    scene.delete(0).await.expect("deleted");
    assert_eq!(scene.list().await.expect("old"), 2);
    scene.proxy.reset();
    scene.list().await.expect_err("the count of the first rule starts anew");
    assert_eq!(scene.list().await.expect("true"), 1);
}

#[tokio::test]
async fn deletions_are_answered_at_once_and_carried_out_later() {
    let scene = Scene::new(&json!([{ "fault": "defer", "delay": "100ms" }])).await;
    for _ in 0..2 {
        scene.delete(0).await.expect("answered");
    }
    assert_eq!((scene.list().await.expect("listed"), scene.proxy.deferred()), (2, 1));
    until("it is carried out", || scene.proxy.deferred() == 0).await;
    assert_eq!(scene.list().await.expect("listed"), 1);
    assert_eq!(scene.cloud.count("DeleteQueue"), 1, "the same call waits once");
    let trace = scene.proxy.trace();
    let late: Vec<_> = trace.iter().filter(|call| call.background).collect();
    assert_eq!((late.len(), late[0].status, late[0].fault), (1, 200, Some("defer")));
    let at_once = trace.iter().filter(|call| call.fault == Some("defer") && !call.background);
    assert!(at_once.clone().count() == 2 && at_once.clone().all(|call| call.upstream_ms == 0.0), "{trace:?}");
}

#[tokio::test]
async fn answers_without_content_are_right_in_every_protocol() {
    let scene = Scene::new(&json!([{ "fault": "defer", "delay": "1ms" }])).await;
    for (service, operation, input) in [
        ("dynamodb", "DeleteTable", json!({ "TableName": "t" })),
        ("sns", "DeleteTopic", json!({ "TopicArn": "arn:aws:sns:eu-west-1:1:t" })),
        ("iam", "DeleteRole", json!({ "RoleName": "r" })),
        ("ec2", "DeleteVpc", json!({ "VpcId": "vpc-1" })),
        ("lambda", "DeleteFunction", json!({ "FunctionName": "f" })),
        ("apigateway", "DeleteRestApi", json!({ "restApiId": "a" })),
        ("route53", "DeleteHostedZone", json!({ "Id": "Z1" })),
        ("s3", "DeleteBucket", json!({ "Bucket": "b" })),
        ("s3", "DeleteObjects", json!({ "Bucket": "b", "Delete": { "Objects": [{ "Key": "k" }] } })),
    ] {
        scene
            .call(service, operation, input)
            .await
            .unwrap_or_else(|error| panic!("{service} {operation}: {error}"));
    }
    until("all are carried out", || scene.proxy.deferred() == 0).await;
    assert_eq!(scene.proxy.trace().len(), 18);
}

#[tokio::test]
async fn a_reply_can_get_lost_after_the_deed() {
    let scene = Scene::new(&json!([{ "fault": "lost_reply", "operation": "Delete*", "times": 1 }])).await;
    assert_eq!(scene.delete(0).await.expect_err("no answer").kind(), ErrorKind::Transient);
    assert_eq!(scene.cloud.queues(), 1, "it is done all the same");
    assert_eq!(scene.delete(0).await.expect_err("again").kind(), ErrorKind::Gone);
}

#[tokio::test]
async fn somebody_else_is_faster() {
    let scene = Scene::new(&json!([{ "fault": "vanish", "times": 1 }])).await;
    assert_eq!(scene.delete(0).await.expect_err("too late").kind(), ErrorKind::Gone);
    assert_eq!((scene.cloud.count("DeleteQueue"), scene.cloud.queues()), (2, 1));
    scene.delete(1).await.expect("the second one is our own");
}

#[tokio::test]
async fn buckets_elsewhere_are_redirected() {
    let scene = Scene::new(&json!([{ "fault": "wrong_region", "home": "us-west-2" }])).await;
    let error =
        scene.call("s3", "ListObjectVersions", json!({ "Bucket": "b" })).await.expect_err("redirected");
    assert_eq!((error.code(), error.status()), (Some("PermanentRedirect"), Some(301)));
    scene.call("s3", "ListBuckets", json!({})).await.expect("the list of buckets is everywhere the same");
    // A client that is not bound to an endpoint follows.
    let free = unbound(scene.proxy.url());
    let client = free.client("s3", "eu-west-1").expect("a client");
    client
        .call("ListObjectVersions", json!({ "Bucket": "b" }))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let seen: Vec<_> = scene.proxy.trace().into_iter().map(|call| (call.region, call.status)).collect();
    assert_eq!(seen[2..], [("eu-west-1".to_owned(), 301), ("us-west-2".to_owned(), 200)]);
}

#[tokio::test]
async fn rules_can_change_while_it_runs() {
    let scene = Scene::new(&json!([{ "fault": "deny" }])).await;
    assert_eq!(scene.list().await.expect_err("denied").kind(), ErrorKind::Denied);
    scene.proxy.set_rules(rules(&json!([])));
    assert_eq!(scene.list().await.expect("allowed"), 2);
    assert_eq!(scene.proxy.trace().len(), 2, "the trace goes on");
}

/// A session that calls AWS's own host names, all of which lead to the proxy.
fn unbound(url: &str) -> Session {
    let inner = aws_smithy_http_client::Builder::new().build_http();
    let proxy = url.to_owned();
    let client: SharedHttpClient = http_client_fn(move |settings, components| {
        let inner = inner.http_connector(settings, components);
        SharedHttpConnector::new(Detour { inner, proxy: proxy.clone() })
    });
    let config = SdkConfig::builder()
        .http_client(client)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "AK", "secret", None, None, "test",
        )))
        .region(Region::from_static("eu-west-1"))
        .build();
    Session::from_config(config, None).expect("a session")
}

#[derive(Debug)]
struct Detour {
    inner: SharedHttpConnector,
    proxy: String,
}

impl HttpConnector for Detour {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let path = request.uri().splitn(4, '/').nth(3).unwrap_or_default().to_owned();
        request.set_uri(format!("{}/{path}", self.proxy)).expect("a URI");
        self.inner.call(request)
    }
}
