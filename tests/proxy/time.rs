//! Things that take their time, or come back.

use std::time::Duration;

use serde_json::json;

use crate::behind::{Behind, MADE};

#[test]
fn latency_costs_time_and_nothing_else() {
    let behind = Behind::new(&json!([
        { "fault": "latency", "delay": "80ms", "jitter": "40ms" },
        { "fault": "bandwidth", "bytes_per_second": 200_000 },
    ]));
    let done = behind.clear(0).clean();
    assert_eq!((behind.left(), done.count("deleted")), (vec![0; 5], MADE));
    assert!(done.trace.iter().all(|call| call.ms >= 80.0), "every call took its time");
    let apart: f64 = done.trace.iter().map(|call| call.ms / 1000.0).sum();
    assert!(
        done.run.took.as_secs_f64() < apart.max(10.0),
        "calls wait side by side: {:?} for {apart} s",
        done.run.took
    );
}

#[test]
fn lists_that_are_old() {
    let behind = Behind::new(&json!([{ "fault": "stale", "for": "2s" }]));
    let done = behind.clear(0).clean();
    assert_eq!((behind.left(), done.gone()), (vec![0; 5], MADE));
    assert!(done.hits("stale") > 0, "an old list was seen");
}

#[test]
fn deletions_that_are_carried_out_later() {
    let behind = Behind::new(&json!([{ "fault": "defer", "operation": "Delete*", "delay": "1500ms" }]));
    // A bucket is only deferred if AWS would have deleted it: one with something in it is refused at once.
    behind.py("client('s3').delete_object(Bucket=f'b-0-{account}', Key='k')");
    let done = behind.clear(0).clean();
    assert_eq!(behind.left(), [0; 5], "clean is said when it is true, not before");
    assert_eq!(done.gone(), MADE, "{:#}", done.report["summary"]);
    assert!(done.hits("defer") >= 10);
    let carried_out = done.trace.iter().filter(|call| call.background).count();
    assert!(carried_out >= 10, "{carried_out} were carried out before the end");
    assert!(done.run.took >= Duration::from_millis(1500));
}

#[test]
fn tables_that_take_their_time() {
    let behind = Behind::empty();
    behind.py(
        "for n in range(3): client('dynamodb').create_table(TableName=f't-{n}', BillingMode='PAY_PER_REQUEST',\n\
         \x20   AttributeDefinitions=[{'AttributeName': 'k', 'AttributeType': 'S'}],\n\
         \x20   KeySchema=[{'AttributeName': 'k', 'KeyType': 'HASH'}])",
    );
    behind.proxy.set_rules(crate::behind::rules(
        &json!([{ "fault": "defer", "operation": "DeleteTable", "delay": "1s" }]),
    ));
    let done = behind.clear_types(0, "DynamoDBTable", "version: 1\n", &[]).clean();
    assert_eq!((behind.py("client('dynamodb').list_tables()['TableNames']"), done.gone()), (json!([]), 3));
}

#[test]
fn what_comes_back_is_deleted_again() {
    let behind = Behind::empty();
    behind.py("client('logs').create_log_group(logGroupName='/comes-back/f')");
    behind.proxy.set_rules(crate::behind::rules(&json!([{ "fault": "latency", "delay": "20ms" }])));
    let done = behind.clear_types(0, "CloudWatchLogsLogGroup", "version: 1\n", &[]).clean();
    assert_eq!(behind.py("client('logs').describe_log_groups()['logGroups']"), json!([]));
    assert_eq!(
        done.trace.iter().filter(|call| call.operation == "DeleteLogGroup").count(),
        2,
        "it came back once"
    );
}
