//! Time, bytes and connections.

use std::time::{Duration, Instant};

use aws_dynamic::{Credentials, ErrorKind, Session, SessionOptions, Timeouts};
use fault_proxy::FaultProxy;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::scene::{READS, Scene, rules, until};

#[tokio::test]
async fn without_rules_everything_passes_and_is_traced() {
    let scene = Scene::new(&json!([])).await;
    for (service, operation) in READS {
        let answer =
            scene.call(service, operation, json!({})).await.unwrap_or_else(|error| panic!("{error}"));
        assert!(answer.as_object().is_some_and(|answer| !answer.is_empty()), "{service}: {answer}");
        let last = scene.last();
        assert_eq!((last.service.as_str(), last.operation.as_str()), (service, operation));
        assert_eq!((last.status, last.fault, last.access_key.as_str()), (200, None, "AKIDEXAMPLE"));
        // Global services are signed for one region.
        assert_eq!(last.region, if matches!(service, "iam" | "route53") { "us-east-1" } else { "eu-west-1" });
        assert!(last.bytes_in > 100 && last.bytes_out > 50, "{last:?}");
        assert!(last.ms >= last.upstream_ms && last.upstream_ms > 0.0 && last.t > 1.7e9, "{last:?}");
    }
    let line: Value = serde_json::from_str(&scene.last().to_line()).expect("JSON");
    let keys: Vec<_> = line.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "t",
        "service",
        "region",
        "operation",
        "access_key",
        "status",
        "ms",
        "upstream_ms",
        "bytes_in",
        "bytes_out",
    ];
    assert_eq!(keys, expected);
}

#[tokio::test]
async fn latency_is_added_to_every_call() {
    let scene = Scene::new(&json!([{ "fault": "latency", "delay": "60ms", "jitter": "20ms" }])).await;
    let started = Instant::now();
    let (one, two) = tokio::join!(scene.list(), scene.list());
    let took = started.elapsed();
    assert_eq!((one.expect("listed"), two.expect("listed")), (2, 2));
    assert!(took >= Duration::from_millis(60), "{took:?}");
    let trace = scene.proxy.trace();
    assert!(trace.iter().all(|call| call.ms >= 60.0 && call.fault.is_none()), "{trace:?}");
    assert!(trace.iter().all(|call| call.upstream_ms < call.ms - 55.0), "{trace:?}");
}

#[tokio::test]
async fn bytes_trickle() {
    let scene = Scene::new(&json!([{ "fault": "bandwidth", "bytes_per_second": 20_000 }])).await;
    let started = Instant::now();
    scene.list().await.expect("listed");
    let (took, last) = (started.elapsed(), scene.last());
    let least = (last.bytes_in + last.bytes_out) as f64 / 20_000.0;
    assert!(took.as_secs_f64() >= least * 0.95, "{took:?} for {last:?}");
    assert!(last.ms / 1000.0 >= least * 0.95, "{last:?}");
}

#[tokio::test]
async fn broken_connections_are_transient() {
    for (fault, arrives) in [("reset", false), ("truncate", true), ("lost_reply", true)] {
        let scene = Scene::new(&json!([{ "fault": fault, "times": 6 }])).await;
        for (service, operation) in READS {
            let error = scene.call(service, operation, json!({})).await.expect_err(service);
            assert_eq!(error.kind(), ErrorKind::Transient, "{fault} {service}: {error}");
            assert_eq!(scene.last().fault, Some(fault));
        }
        assert_eq!(scene.cloud.count("ListQueues"), usize::from(arrives), "{fault}");
        assert_eq!(scene.list().await.expect("the seventh call passes"), 2);
    }
}

#[tokio::test]
async fn silence_lasts_until_the_client_gives_up() {
    let scene = Scene::new(&json!([{ "fault": "hang" }])).await;
    let hasty = Session::load(SessionOptions {
        endpoint_url: Some(scene.proxy.url().to_owned()),
        credentials: Some(Credentials::new("AK", "secret", None, None, "test")),
        timeouts: Timeouts { attempt: Duration::from_millis(80), ..Timeouts::default() },
        ..SessionOptions::default()
    })
    .await
    .expect("a session");
    let client = hasty.client("sqs", "eu-west-1").expect("a client");
    let error = client.call("ListQueues", json!({})).await.expect_err("no answer");
    assert_eq!(error.kind(), ErrorKind::Transient, "{error}");
    until("the call is traced", || !scene.proxy.trace().is_empty()).await;
    let last = scene.last();
    assert_eq!((last.status, last.fault), (0, Some("hang")));
    assert!(last.ms >= 20.0, "{last:?}");
    scene.proxy.set_rules(rules(&json!([{ "fault": "hang", "delay": "20ms" }])));
    let error = scene.list().await.expect_err("the connection ends without an answer");
    assert_eq!(error.kind(), ErrorKind::Transient, "{error}");
}

#[tokio::test]
async fn an_upstream_that_closes_idle_connections_is_called_again() {
    let scene = Scene::at(Cloud::start().curt(), &json!([])).await;
    for _ in 0..20 {
        assert_eq!(scene.list().await.expect("listed"), 2);
    }
    assert_eq!(scene.cloud.count("ListQueues"), 20);
}

#[tokio::test]
async fn an_upstream_that_is_gone_is_transient() {
    let gone =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
    let proxy = FaultProxy::start(&format!("http://{gone}"), rules(&json!([]))).expect("it starts");
    let client = crate::scene::session(proxy.url(), "AK").await.client("sqs", "eu-west-1").expect("a client");
    let error = client.call("ListQueues", json!({})).await.expect_err("nobody answers");
    assert_eq!((error.kind(), error.status()), (ErrorKind::Transient, Some(502)), "{error}");
    assert_eq!(proxy.trace()[0].fault, Some("upstream"));
}

#[tokio::test]
async fn it_ends_when_it_is_dropped() {
    let scene = Scene::new(&json!([{ "fault": "hang" }])).await;
    let address = scene.proxy.url().trim_start_matches("http://").to_owned();
    let waiting = tokio::spawn({
        let client = scene.session.client("sqs", "eu-west-1").expect("a client");
        async move { client.call("ListQueues", json!({})).await }
    });
    until("it listens", || std::net::TcpStream::connect(&address).is_ok()).await;
    drop(scene.proxy);
    assert!(std::net::TcpStream::connect(&address).is_err(), "nobody listens any more");
    assert_eq!(waiting.await.expect("no panic").expect_err("no answer").kind(), ErrorKind::Transient);
}
