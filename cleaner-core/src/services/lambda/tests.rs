use serde_json::json;

use super::*;
use crate::error::ErrorKind;
use crate::handler::{Deletion, DynHandler};
use crate::resource::{Fact, Region, Resource, State};
use crate::services::stub::{Answer, Request, Stub, listed};

fn resource(handler: &dyn DynHandler, id: &str) -> Resource {
    Resource::new(handler.spec().name.clone(), Region::from("eu-west-1"), id)
}

fn targets<'a>(resource: &'a Resource, kind: &str) -> Vec<&'a str> {
    resource.refs.iter().filter(|used| used.type_name == *kind).map(|used| &*used.target).collect()
}

#[tokio::test]
async fn functions_are_listed_in_all_pages_with_what_they_use() {
    let stub = Stub::start(|request: &Request| {
        Answer::ok(
            match request.query("Marker") {
                None => json!({ "NextMarker": "2", "Functions": [{
                    "FunctionName": "a", "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:a",
                    "Runtime": "python3.13", "LastModified": "2026-01-02T03:04:05.678+0000",
                    "Role": "arn:aws:iam::111122223333:role/a", "Layers": [{ "Arn": "arn:aws:lambda:eu-west-1:111122223333:layer:l:1" }],
                    "VpcConfig": { "SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"], "VpcId": "vpc-1" },
                    "DeadLetterConfig": { "TargetArn": "arn:aws:sqs:eu-west-1:111122223333:q" },
                    "LoggingConfig": { "LogGroup": "/shared" },
                }] }),
                Some(_) => json!({ "Functions": [{ "FunctionName": "b", "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:b" }] }),
            }
            .to_string(),
        )
    });
    let found = listed(&Functions::new(), &stub.context(&[]).await).await.expect("two pages");
    assert_eq!(found.iter().map(|function| &*function.id).collect::<Vec<_>>(), ["a", "b"]);
    let [first, second] = &found[..] else { panic!("two functions") };
    assert_eq!((&first.created, &first.tags), (&Fact::Absent, &Fact::Unread));
    assert_eq!(first.properties["last_modified"], "2026-01-02T03:04:05.678+0000");
    assert_eq!(first.properties["runtime"], "python3.13");
    assert_eq!(targets(first, "IAMRole"), ["arn:aws:iam::111122223333:role/a"]);
    assert_eq!(targets(first, "LambdaLayer"), ["arn:aws:lambda:eu-west-1:111122223333:layer:l:1"]);
    assert_eq!(targets(first, "EC2Subnet"), ["subnet-1", "subnet-2"]);
    assert_eq!(targets(first, "EC2SecurityGroup"), ["sg-1"]);
    assert_eq!(targets(first, "SQSQueue"), ["arn:aws:sqs:eu-west-1:111122223333:q"]);
    assert_eq!(targets(first, "CloudWatchLogsLogGroup"), ["/shared"]);
    assert_eq!(targets(second, "CloudWatchLogsLogGroup"), ["/aws/lambda/b"]);
}

#[tokio::test]
async fn a_repeated_page_token_fails_the_list() {
    let stub = Stub::start(|_| Answer::ok(json!({ "NextMarker": "2", "Functions": [] }).to_string()));
    let error = listed(&Functions::new(), &stub.context(&[]).await).await.expect_err("no end");
    assert_eq!(error.kind, ErrorKind::Unexpected);
}

#[tokio::test]
async fn functions_are_deleted_or_say_why_not() {
    let stub = Stub::start(|request: &Request| match request.path().rsplit('/').next() {
        Some("plain") => Answer::status(204, ""),
        Some("slow") => Answer::status(202, ""),
        Some("edge") => Answer::json_error(
            400,
            "InvalidParameterValueException",
            "Lambda was unable to delete edge because it is a replicated function.",
        ),
        _ => Answer::json_error(404, "ResourceNotFoundException", "Function not found"),
    });
    let (handler, context) = (Functions::new(), stub.context(&[]).await);
    let delete = async |id: &str| DynHandler::delete(&handler, &context, &resource(&handler, id)).await;
    assert_eq!(delete("plain").await.expect("deleted"), Deletion::Done);
    assert_eq!(delete("slow").await.expect("accepted"), Deletion::Started);
    assert_eq!(delete("edge").await.expect_err("replicas").kind, ErrorKind::Dependency);
    let gone = delete("nope").await.expect_err("gone");
    assert_eq!(gone.kind, ErrorKind::Gone);
    assert_eq!(gone.operation.as_deref(), Some("lambda:DeleteFunction"));
}

#[tokio::test]
async fn throttled_calls_are_repeated_by_the_lane() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let calls = AtomicU32::new(0);
    let stub = Stub::start(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::json_error(429, "TooManyRequestsException", "Rate exceeded"),
        _ => Answer::status(204, ""),
    });
    let handler = Functions::new();
    let deleted = DynHandler::delete(&handler, &stub.context(&[]).await, &resource(&handler, "f")).await;
    assert_eq!(deleted.expect("deleted"), Deletion::Done);
    assert_eq!(stub.requests().len(), 2, "neither less nor more: the client itself does not retry");
}

#[tokio::test]
async fn each_version_of_a_layer_is_a_resource() {
    let arn =
        |layer: &str, version: u32| format!("arn:aws:lambda:eu-west-1:111122223333:layer:{layer}:{version}");
    let stub = Stub::start(move |request: &Request| {
        let version = |layer: &str, version: u32| json!({ "LayerVersionArn": arn(layer, version), "Version": version, "CreatedDate": "2026-01-02T03:04:05.000+0000" });
        let body = match (request.path(), request.query("Marker")) {
            ("/2018-10-31/layers", None) => json!({ "Layers": [{ "LayerName": "a" }], "NextMarker": "2" }),
            ("/2018-10-31/layers", _) => json!({ "Layers": [{ "LayerName": "b" }, { "LayerName": "gone" }] }),
            ("/2018-10-31/layers/a/versions", None) => {
                json!({ "LayerVersions": [version("a", 2)], "NextMarker": "x" })
            }
            ("/2018-10-31/layers/a/versions", _) => json!({ "LayerVersions": [version("a", 1)] }),
            ("/2018-10-31/layers/b/versions", _) => json!({ "LayerVersions": [version("b", 7)] }),
            ("/2018-10-31/layers/b/versions/7", _) => return Answer::status(204, ""),
            _ => return Answer::json_error(404, "ResourceNotFoundException", "no such layer"),
        };
        Answer::ok(body.to_string())
    });
    let (handler, context) = (Layers::new(), stub.context(&[]).await);
    let mut found = listed(&handler, &context).await.expect("all versions");
    found.sort_by(|one, other| one.id.cmp(&other.id));
    let names: Vec<_> =
        found.iter().map(|layer| (&*layer.name, layer.properties["version"].as_i64())).collect();
    assert_eq!(names, [("a", Some(1)), ("a", Some(2)), ("b", Some(7))]);
    assert_eq!(found[0].created, Fact::Known("2026-01-02T03:04:05Z".parse().expect("a time")));
    assert_eq!(DynHandler::delete(&handler, &context, &found[2]).await.expect("deleted"), Deletion::Done);
    let error = DynHandler::delete(&handler, &context, &resource(&handler, "b")).await.expect_err("no ARN");
    assert_eq!(error.kind, ErrorKind::Invalid);
}

#[tokio::test]
async fn mappings_name_both_ends_without_qualifiers() {
    let stub = Stub::start(|request: &Request| {
        match request.method.as_str() {
        "GET" => Answer::ok(
            json!({ "EventSourceMappings": [
                { "UUID": "1", "State": "Enabled", "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f:live",
                  "EventSourceArn": "arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2026-01-01T00:00:00.000", "LastModified": 1767323045 },
                { "UUID": "2", "State": "Deleting", "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f",
                  "EventSourceArn": "arn:aws:kinesis:eu-west-1:111122223333:stream/s/consumer/c:1" },
                { "UUID": "3", "State": "Enabled", "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f",
                  "EventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:q" },
            ] })
            .to_string(),
        ),
        _ if request.path().ends_with("/2") => {
            Answer::json_error(400, "ResourceInUseException", "Cannot delete the mapping while it is in state Creating")
        }
        _ => Answer::status(202, json!({ "UUID": "1", "State": "Deleting" }).to_string()),
    }
    });
    let (handler, context) = (EventSourceMappings::new(), stub.context(&[]).await);
    let found = listed(&handler, &context).await.expect("a page");
    let [table, stream, queue] = &found[..] else { panic!("three mappings") };
    assert_eq!(targets(table, "LambdaFunction"), ["arn:aws:lambda:eu-west-1:111122223333:function:f"]);
    assert_eq!(targets(table, "DynamoDBTable"), ["arn:aws:dynamodb:eu-west-1:111122223333:table/t"]);
    let arn = "arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:1";
    assert_eq!((table.arn.as_deref(), &table.tags), (Some(arn), &Fact::Unread));
    assert_eq!(table.properties["last_modified"], "2026-01-02T03:04:05Z");
    assert_eq!(targets(stream, "KinesisStream"), ["arn:aws:kinesis:eu-west-1:111122223333:stream/s"]);
    assert_eq!(stream.state, State::Deleting);
    assert_eq!(targets(queue, "SQSQueue"), ["arn:aws:sqs:eu-west-1:111122223333:q"]);
    assert_eq!(DynHandler::delete(&handler, &context, table).await.expect("started"), Deletion::Started);
    let busy = DynHandler::delete(&handler, &context, stream).await.expect_err("still being made");
    assert_eq!(busy.kind, ErrorKind::Dependency);
}
