//! Proxy, cloud and client, put together.

use std::time::{Duration, Instant};

use aws_dynamic::{Credentials, Error, Session, SessionOptions, Timeouts};
use fault_proxy::{FaultProxy, Rules, Traced};
use serde_json::{Value, json};

use crate::cloud::Cloud;

pub(crate) struct Scene {
    pub(crate) cloud: Cloud,
    pub(crate) proxy: FaultProxy,
    pub(crate) session: Session,
}

/// One call that reads, per protocol: service, operation, and the operation as the trace calls it.
pub(crate) const READS: [(&str, &str); 6] = [
    ("sqs", "ListQueues"),
    ("iam", "ListAccountAliases"),
    ("ec2", "DescribeRegions"),
    ("lambda", "ListFunctions"),
    ("s3", "ListBuckets"),
    ("route53", "ListHostedZones"),
];

impl Scene {
    pub(crate) async fn new(rules: &Value) -> Self {
        Self::at(Cloud::start(), rules).await
    }

    pub(crate) async fn at(cloud: Cloud, rules: &Value) -> Self {
        let proxy = FaultProxy::start(&cloud.url, self::rules(rules)).expect("it starts");
        let session = session(proxy.url(), "AKIDEXAMPLE").await;
        Self { cloud, proxy, session }
    }

    pub(crate) async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, Error> {
        self.session.client(service, "eu-west-1")?.call(operation, input).await
    }

    pub(crate) async fn list(&self) -> Result<usize, Error> {
        let answer = self.call("sqs", "ListQueues", json!({})).await?;
        Ok(answer["QueueUrls"].as_array().map_or(0, Vec::len))
    }

    pub(crate) async fn delete(&self, number: usize) -> Result<Value, Error> {
        self.call("sqs", "DeleteQueue", json!({ "QueueUrl": self.cloud.queue(number) })).await
    }

    /// The last call of the trace.
    pub(crate) fn last(&self) -> Traced {
        self.proxy.trace().pop().expect("there was a call")
    }
}

pub(crate) async fn session(url: &str, access_key: &str) -> Session {
    Session::load(SessionOptions {
        endpoint_url: Some(url.to_owned()),
        region: Some("eu-west-1".to_owned()),
        credentials: Some(Credentials::new(access_key, "secret", None, None, "test")),
        timeouts: Timeouts { attempt: Duration::from_secs(5), ..Timeouts::default() },
        ..SessionOptions::default()
    })
    .await
    .expect("a session")
}

pub(crate) fn rules(rules: &Value) -> Rules {
    Rules::from_json(rules).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
