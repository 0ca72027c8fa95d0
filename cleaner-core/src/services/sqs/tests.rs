use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use crate::error::ErrorKind;
use crate::handler::{DynHandler, Emptying};
use crate::resource::{Region, Resource};
use crate::services::stub::{Answer, Request, Stub};

fn queue() -> Resource {
    Resource::new("SQSQueue".into(), Region::from("eu-west-1"), "http://sqs/111122223333/jobs")
}

fn handler() -> std::sync::Arc<dyn DynHandler> {
    crate::builtin().expect("the types fit together").get("SQSQueue").expect("it is there").clone()
}

#[tokio::test]
async fn a_purge_is_begun_once_and_waited_for_while_another_one_runs() {
    let purges = AtomicU32::new(0);
    let stub = Stub::start(move |_: &Request| {
        if purges.fetch_add(1, Ordering::Relaxed) > 0 {
            return Answer::ok("{}");
        }
        let message = "Only one PurgeQueue operation on jobs is allowed every 60 seconds.";
        Answer::json_error(403, "com.amazonaws.sqs#PurgeQueueInProgress", message)
            .with_header("x-amzn-query-error", "AWS.SimpleQueueService.PurgeQueueInProgress;Sender")
    });
    let (handler, context) = (handler(), stub.context(&[]).await);
    let error = handler.empty(&context, &queue()).await.expect_err("somebody purges it");
    assert_eq!(error.kind, ErrorKind::Dependency, "{error}: the engine waits for what is in the way");
    assert_eq!(handler.empty(&context, &queue()).await.expect("taken"), Emptying::Started);
    assert_eq!(stub.operations(), ["PurgeQueue", "PurgeQueue"]);
}

#[tokio::test]
async fn a_queue_is_empty_when_aws_counts_none_of_any_sort() {
    let stub = Stub::start(|request: &Request| {
        let looked = request.body.contains("/jobs");
        let counts = json!({
            "ApproximateNumberOfMessages": "0",
            "ApproximateNumberOfMessagesNotVisible": if looked { "2" } else { "0" },
            "ApproximateNumberOfMessagesDelayed": "0",
        });
        match request.body.contains("/odd") {
            true => Answer::ok(json!({ "Attributes": { "ApproximateNumberOfMessages": "0" } }).to_string()),
            false => Answer::ok(json!({ "Attributes": counts }).to_string()),
        }
    });
    let (handler, context) = (handler(), stub.context(&[]).await);
    let at = |name: &str| {
        Resource::new("SQSQueue".into(), Region::from("eu-west-1"), format!("http://sqs/1/{name}"))
    };
    let contents = async |name: &str| handler.contents(&context, &at(name)).await;
    assert_eq!(contents("jobs").await.expect("counted"), Some("about 2 messages".to_owned()));
    assert_eq!(contents("done").await.expect("counted"), None);
    assert_eq!(contents("odd").await.expect_err("nobody knows").kind, ErrorKind::Unexpected);
}
