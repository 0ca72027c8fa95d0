use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::error::ErrorKind;
use crate::handler::{Deletion, DynHandler, Emptying, Status};
use crate::resource::{Fact, Region, Resource};
use crate::services::stub::{Answer, Request, Stub, listed};

fn table(name: &str) -> Resource {
    Resource::new("DynamoDBTable".into(), Region::from("eu-west-1"), name)
}

fn input(request: &Request) -> Value {
    serde_json::from_str(&request.body).expect("a body of JSON")
}

#[tokio::test]
async fn tables_are_listed_in_all_pages_by_name_only() {
    let stub = Stub::start(|request: &Request| {
        let body = match input(request).get("ExclusiveStartTableName") {
            None => json!({ "TableNames": ["a"], "LastEvaluatedTableName": "a" }),
            Some(_) => json!({ "TableNames": ["b"] }),
        };
        Answer::ok(body.to_string())
    });
    let found = listed(&Tables::new(), &stub.context(&[]).await).await.expect("two pages");
    let [first, second] = &found[..] else { panic!("two tables") };
    assert_eq!(first.arn.as_deref(), Some("arn:aws:dynamodb:eu-west-1:111122223333:table/a"));
    assert_eq!((&first.created, &first.tags), (&Fact::Unread, &Fact::Unread));
    assert_eq!(&*second.name, "b");
    assert_eq!(stub.operations(), ["ListTables", "ListTables"]);
}

/// A table that is protected until somebody turns that off.
fn protected() -> Stub {
    let protected = AtomicBool::new(true);
    Stub::start(move |request: &Request| match request.operation() {
        "DeleteTable" if protected.load(Ordering::Relaxed) => Answer::json_error(
            400,
            "com.amazon.coral.validate#ValidationException",
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        ),
        "UpdateTable" => {
            assert_eq!(input(request)["DeletionProtectionEnabled"], false);
            protected.store(false, Ordering::Relaxed);
            Answer::ok("{}")
        }
        _ => Answer::ok("{}"),
    })
}

#[tokio::test]
async fn protected_tables_stay_and_the_setting_is_named() {
    let (stub, handler) = (protected(), Tables::new());
    let error =
        DynHandler::delete(&handler, &stub.context(&[]).await, &table("t")).await.expect_err("protected");
    assert_eq!(error.kind, ErrorKind::Protected);
    assert!(error.message.contains("disable_deletion_protection"), "{error}");
    assert_eq!(stub.operations(), ["DeleteTable"]);
}

#[tokio::test]
async fn protection_is_turned_off_where_the_setting_says_so() {
    let (stub, handler) = (protected(), Tables::new());
    let context = stub.context(&["disable_deletion_protection"]).await;
    let deleted = DynHandler::delete(&handler, &context, &table("t")).await.expect("deleted");
    assert_eq!(deleted, Deletion::Started);
    assert_eq!(stub.operations(), ["DeleteTable", "UpdateTable", "DeleteTable"]);
}

#[tokio::test]
async fn a_table_in_use_may_be_one_that_is_going() {
    let stub =
        Stub::start(|request: &Request| match (request.operation(), input(request)["TableName"].as_str()) {
            ("DeleteTable", Some("gone")) => {
                Answer::json_error(400, "ResourceNotFoundException", "Table: gone not found")
            }
            ("DeleteTable", Some("replica")) => Answer::json_error(
                400,
                "ValidationException",
                "Replica cannot be deleted because it has acted as a source region for new replica(s)",
            ),
            ("DeleteTable", Some("many")) => {
                Answer::json_error(400, "LimitExceededException", "Too many operations")
            }
            ("DeleteTable", _) => Answer::json_error(400, "ResourceInUseException", "Table is being changed"),
            (_, Some("going")) => Answer::ok(json!({ "Table": { "TableStatus": "DELETING" } }).to_string()),
            _ => Answer::ok(json!({ "Table": { "TableStatus": "UPDATING" } }).to_string()),
        });
    let (handler, context) = (Tables::new(), stub.context(&[]).await);
    let delete = async |name: &str| DynHandler::delete(&handler, &context, &table(name)).await;
    assert_eq!(delete("going").await.expect("somebody else deletes it"), Deletion::Started);
    assert_eq!(delete("busy").await.expect_err("in use").kind, ErrorKind::Dependency);
    assert_eq!(delete("gone").await.expect_err("gone").kind, ErrorKind::Gone);
    assert_eq!(delete("replica").await.expect_err("a source of replicas").kind, ErrorKind::Dependency);
}

#[tokio::test]
async fn details_and_status_describe_the_table() {
    let stub = Stub::start(|request: &Request| {
        match input(request)["TableName"].as_str() {
        Some("gone") => Answer::json_error(400, "ResourceNotFoundException", "Table: gone not found"),
        Some("going") => Answer::ok(json!({ "Table": { "TableStatus": "DELETING" } }).to_string()),
        _ => Answer::ok(
            json!({ "Table": {
                "TableStatus": "ACTIVE", "CreationDateTime": 1767323045.5, "DeletionProtectionEnabled": true,
                "TableId": "id-1", "SSEDescription": { "KMSMasterKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k" },
            } })
            .to_string(),
        ),
    }
    });
    let (handler, context) = (Tables::new(), stub.context(&[]).await);
    let mut known = table("t");
    for _ in 0..2 {
        DynHandler::details(&handler, &context, &mut known).await.expect("described");
    }
    assert_eq!(known.created, Fact::Known("2026-01-02T03:04:05.5Z".parse().expect("a time")));
    assert_eq!(known.properties["deletion_protection"], true);
    assert_eq!(known.refs.len(), 1, "the key, once");
    let status =
        async |name: &str| DynHandler::status(&handler, &context, &table(name)).await.expect("a status");
    assert_eq!(status("t").await, Some(Status::Present));
    assert_eq!(status("going").await, Some(Status::Deleting));
    assert_eq!(status("gone").await, Some(Status::Gone));
}

#[tokio::test]
async fn backups_of_people_are_listed_and_deleted() {
    let arn = |name: &str| format!("arn:aws:dynamodb:eu-west-1:111122223333:table/t/backup/{name}");
    let stub = Stub::start(move |request: &Request| {
        let backup = |name: &str, kind: &str, status: &str| {
            json!({ "BackupArn": arn(name), "BackupName": name, "TableName": "t", "BackupType": kind,
                    "BackupStatus": status, "BackupCreationDateTime": 1767323045 })
        };
        let input = input(request);
        let body = match request.operation() {
            "DeleteBackup" if input["BackupArn"] == arn("busy") => {
                return Answer::json_error(400, "BackupInUseException", "a restore is running");
            }
            "DeleteBackup" => json!({}),
            _ if input.get("ExclusiveStartBackupArn").is_none() => json!({
                "BackupSummaries": [backup("mine", "USER", "AVAILABLE"), backup("theirs", "SYSTEM", "AVAILABLE")],
                "LastEvaluatedBackupArn": arn("theirs"),
            }),
            _ => {
                json!({ "BackupSummaries": [backup("old", "USER", "DELETED"), backup("busy", "USER", "AVAILABLE")] })
            }
        };
        Answer::ok(body.to_string())
    });
    let (handler, context) = (Backups::new(), stub.context(&[]).await);
    let found = listed(&handler, &context).await.expect("two pages");
    let [mine, busy] = &found[..] else { panic!("two backups, found {found:?}") };
    assert_eq!((&*mine.name, &*busy.name), ("mine", "busy"));
    assert_eq!(DynHandler::delete(&handler, &context, mine).await.expect("deleted"), Deletion::Done);
    let error = DynHandler::delete(&handler, &context, busy).await.expect_err("in use");
    assert_eq!(error.kind, ErrorKind::Dependency);
}

/// A table of numbered items, read in pages of 40 per segment. Of each batch it leaves some unprocessed, twice in all.
fn filled(count: usize) -> Stub {
    let left: Mutex<BTreeSet<usize>> = Mutex::new((0..count).collect());
    let unprocessed = Mutex::new(2);
    Stub::start(move |request: &Request| {
        let input = input(request);
        let mut left = left.lock().expect("no panic in between");
        let body = match request.operation() {
            "DescribeTable" => json!({ "Table": { "KeySchema": [
                { "AttributeName": "hash", "KeyType": "HASH" }, { "AttributeName": "range", "KeyType": "RANGE" },
            ] } }),
            "Scan" if input["Select"] == "COUNT" => {
                assert_eq!(input["ConsistentRead"], true);
                json!({ "Count": left.len(), "ScannedCount": left.len() })
            }
            "Scan" => {
                assert_eq!(
                    (&input["ConsistentRead"], &input["ProjectionExpression"]),
                    (&json!(true), &json!("#k0, #k1"))
                );
                assert_eq!(input["ExpressionAttributeNames"], json!({ "#k0": "hash", "#k1": "range" }));
                let (segment, of) = (input["Segment"].as_u64(), input["TotalSegments"].as_u64());
                let after =
                    input["ExclusiveStartKey"]["range"]["N"].as_str().and_then(|text| text.parse().ok());
                let mut here: Vec<usize> = left
                    .iter()
                    .copied()
                    .filter(|item| Some(*item as u64 % of.expect("a count")) == segment)
                    .filter(|item| after.is_none_or(|after: usize| *item > after))
                    .collect();
                let more = here.len() > 40;
                here.truncate(40);
                let key = |item: &usize| json!({ "hash": { "S": "h" }, "range": { "N": item.to_string() } });
                let mut body =
                    json!({ "Items": here.iter().map(key).collect::<Vec<_>>(), "Count": here.len() });
                if more {
                    body["LastEvaluatedKey"] = key(here.last().expect("a full page"));
                }
                body
            }
            "BatchWriteItem" => {
                let requests = input["RequestItems"]["t"].as_array().expect("a list").clone();
                assert!(requests.len() <= 25, "{} at once", requests.len());
                let mut unprocessed = unprocessed.lock().expect("no panic in between");
                let skipped = if *unprocessed > 0 { requests.len().min(3) } else { 0 };
                *unprocessed -= usize::from(skipped > 0);
                for request in &requests[skipped..] {
                    let number = request["DeleteRequest"]["Key"]["range"]["N"].as_str().expect("a number");
                    left.remove(&number.parse().expect("a number"));
                }
                match &requests[..skipped] {
                    [] => json!({ "UnprocessedItems": {} }),
                    rest => json!({ "UnprocessedItems": { "t": rest } }),
                }
            }
            other => panic!("{other} is not called"),
        };
        Answer::ok(body.to_string())
    })
}

#[tokio::test]
async fn a_table_is_emptied_in_batches_until_nothing_is_unprocessed() {
    let (stub, handler) = (filled(400), Tables::new());
    let context = stub.context(&[]).await;
    assert_eq!(
        DynHandler::contents(&handler, &context, &table("t")).await.expect("read").as_deref(),
        Some("items")
    );
    assert_eq!(DynHandler::empty(&handler, &context, &table("t")).await.expect("emptied"), Emptying::Done);
    assert_eq!(DynHandler::contents(&handler, &context, &table("t")).await.expect("read"), None);
    let writes = stub.operations().iter().filter(|operation| *operation == "BatchWriteItem").count();
    assert!((400 / 25 + 2..40).contains(&writes), "{writes} batches");
    assert!(!stub.operations().iter().any(|operation| operation.starts_with("Delete")));
}

#[tokio::test]
async fn a_bare_table_is_written_to_by_nobody() {
    let (stub, handler) = (filled(0), Tables::new());
    let context = stub.context(&[]).await;
    assert_eq!(DynHandler::empty(&handler, &context, &table("t")).await.expect("emptied"), Emptying::Done);
    assert!(!stub.operations().contains(&"BatchWriteItem".to_owned()));
}

#[tokio::test]
async fn an_empty_page_is_not_the_end() {
    let stub = Stub::start(|request: &Request| {
        let body = match input(request).get("ExclusiveStartKey") {
            None => json!({ "Count": 0, "LastEvaluatedKey": { "hash": { "S": "a" } } }),
            Some(_) => json!({ "Count": 1 }),
        };
        Answer::ok(body.to_string())
    });
    let contents = DynHandler::contents(&Tables::new(), &stub.context(&[]).await, &table("t")).await;
    assert_eq!(contents.expect("two pages").as_deref(), Some("items"));
}

#[tokio::test]
async fn who_may_not_write_empties_nothing_and_hears_why() {
    let stub = Stub::start(|request: &Request| match request.operation() {
        "BatchWriteItem" => Answer::json_error(400, "AccessDeniedException", "not authorized to perform"),
        "Scan" => Answer::ok(json!({ "Items": [{ "id": { "S": "a" } }], "Count": 1 }).to_string()),
        _ => Answer::ok(
            json!({ "Table": { "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }] } }).to_string(),
        ),
    });
    let error =
        DynHandler::empty(&Tables::new(), &stub.context(&[]).await, &table("t")).await.expect_err("denied");
    assert_eq!(
        (error.kind, error.operation.as_deref()),
        (ErrorKind::Denied, Some("dynamodb:BatchWriteItem"))
    );
}
