use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::error::ErrorKind;
use crate::handler::{Deletion, DynHandler, Status};
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
