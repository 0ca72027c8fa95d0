use std::sync::Arc;

use serde_json::{Value, json};

use crate::error::ErrorKind;
use crate::handler::{DynHandler, Emptying};
use crate::resource::{Region, Resource};
use crate::services::stub::{Answer, Request, Stub};

fn stream(name: &str) -> Resource {
    Resource::new("KinesisStream".into(), Region::from("eu-west-1"), name)
}

fn handler() -> Arc<dyn DynHandler> {
    crate::builtin().expect("the types fit together").get("KinesisStream").expect("it is there").clone()
}

/// Two shards: a closed one that ends, and an open one whose records are behind answers without any, if there are some.
fn shards() -> Stub {
    Stub::start(|request: &Request| {
        let input: Value = serde_json::from_str(&request.body).expect("a body of JSON");
        let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        let body = match request.operation() {
            "ListShards" => json!({ "Shards": [{ "ShardId": "closed" }, { "ShardId": "open" }] }),
            "GetShardIterator" => {
                assert_eq!(input["ShardIteratorType"], "TRIM_HORIZON");
                json!({ "ShardIterator": format!("{}/{}/0", text("StreamName"), text("ShardId")) })
            }
            "GetRecords" => match text("ShardIterator").as_str() {
                "full/open/0" => {
                    json!({ "Records": [], "NextShardIterator": "full/open/1", "MillisBehindLatest": 9000 })
                }
                "full/open/1" => json!({
                    "Records": [{ "SequenceNumber": "1", "Data": "", "PartitionKey": "p",
                                  "ApproximateArrivalTimestamp": 1767323045 }],
                    "NextShardIterator": "full/open/2", "MillisBehindLatest": 0,
                }),
                "mute/open/0" => json!({ "Records": [], "NextShardIterator": "mute/open/1" }),
                at if at.contains("closed") => json!({ "Records": [] }),
                at => json!({ "Records": [], "NextShardIterator": at, "MillisBehindLatest": 0 }),
            },
            "DescribeStreamSummary" => {
                json!({ "StreamDescriptionSummary": { "StreamName": "full", "RetentionPeriodHours": 24 } })
            }
            other => return Answer::json_error(400, "UnknownOperationException", other),
        };
        Answer::ok(body.to_string())
    })
}

#[tokio::test]
async fn a_stream_without_records_is_empty_and_nothing_is_written() {
    let (stub, handler) = (shards(), handler());
    let context = stub.context(&[]).await;
    assert_eq!(handler.empty(&context, &stream("bare")).await.expect("read"), Emptying::Done);
    assert_eq!(handler.contents(&context, &stream("bare")).await.expect("read"), None);
    let reads = ["ListShards", "GetShardIterator", "GetRecords"];
    assert!(stub.operations().iter().all(|operation| reads.contains(&operation.as_str())));
}

#[tokio::test]
async fn records_stay_until_their_time_and_the_reason_says_which() {
    let (stub, handler) = (shards(), handler());
    let context = stub.context(&[]).await;
    let error = handler.empty(&context, &stream("full")).await.expect_err("it holds a record");
    assert_eq!(error.kind, ErrorKind::Protected);
    assert!(error.message.contains("24 h") && error.message.contains("2026-01-02T03:04:05Z"), "{error}");
    let contents = handler.contents(&context, &stream("full")).await.expect("read");
    assert_eq!(contents.as_deref(), Some("records"));
}

#[tokio::test]
async fn where_nobody_tells_how_far_it_goes_nobody_knows() {
    let (stub, handler) = (shards(), handler());
    let error =
        handler.contents(&stub.context(&[]).await, &stream("mute")).await.expect_err("no end in sight");
    assert_eq!(error.kind, ErrorKind::Unexpected);
}
