//! Where requests go, and with what.

use aws_dynamic::ErrorKind;
use serde_json::json;

use crate::fake::{Fake, ok, status};

#[tokio::test]
async fn a_bucket_elsewhere_is_followed_and_remembered() {
    let moved = status(301, "<Error><Code>PermanentRedirect</Code></Error>")
        .header("x-amz-bucket-region", "eu-central-1");
    let list = "<ListBucketResult><Name>b</Name></ListBucketResult>";
    let fake = Fake::new([moved, ok(list), ok(list)]);
    let client = fake.session().client("s3", "us-east-1").expect("a client");
    for _ in 0..2 {
        client.call("ListObjectsV2", json!({"Bucket": "b"})).await.expect("a list");
    }
    let hosts: Vec<_> =
        fake.seen().iter().map(|seen| seen.uri.split('/').nth(2).unwrap_or_default().to_owned()).collect();
    assert_eq!(
        hosts,
        ["s3.us-east-1.amazonaws.com", "s3.eu-central-1.amazonaws.com", "s3.eu-central-1.amazonaws.com"]
    );
    assert!(fake.seen()[1].header("authorization").contains("/eu-central-1/s3/"));
}

#[tokio::test]
async fn a_redirect_at_a_custom_endpoint_is_an_error() {
    let moved = status(301, "<Error><Code>PermanentRedirect</Code></Error>")
        .header("x-amz-bucket-region", "eu-central-1");
    let fake = Fake::new([moved]);
    let client = fake.session_at("http://127.0.0.1:1").client("s3", "us-east-1").expect("a client");
    client.call("ListObjectsV2", json!({"Bucket": "b"})).await.expect_err("a redirect");
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn a_service_that_must_be_asked_for_its_address_is_asked_once() {
    let found = r#"{"Endpoints":[{"Address":"ingest-cell2.timestream.us-east-1.amazonaws.com","CachePeriodInMinutes":10}]}"#;
    let fake = Fake::new([ok(found), ok(r#"{"Databases":[]}"#), ok(r#"{"Databases":[]}"#)]);
    let client = fake.session().client("timestream-write", "us-east-1").expect("a client");
    for _ in 0..2 {
        client.call("ListDatabases", json!({})).await.expect("a list");
    }
    let seen = fake.seen();
    assert!(seen[0].uri.starts_with("https://ingest.timestream.us-east-1.amazonaws.com"), "{}", seen[0].uri);
    for seen in &seen[1..] {
        assert!(
            seen.uri.starts_with("https://ingest-cell2.timestream.us-east-1.amazonaws.com"),
            "{}",
            seen.uri
        );
    }
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_by_the_answer() {
    let late = "Sat, 02 Jan 2100 00:00:00 GMT";
    let body = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired</Message></Error></ErrorResponse>";
    let fake = Fake::new([status(403, body).header("date", late), ok("").header("date", late)]);
    let client = fake.session().client("iam", "us-east-1").expect("a client");
    client.call("ListAccountAliases", json!({})).await.expect("signed at the service's time");
    assert!(fake.seen()[1].header("x-amz-date").starts_with("2100010"), "{:?}", fake.seen()[1]);
    assert!(!fake.seen()[0].header("x-amz-date").starts_with("2100"));
}

#[tokio::test]
async fn a_wrong_signature_is_not_sent_again() {
    let body = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>";
    let fake = Fake::new([status(403, body)]);
    let client = fake.session().client("iam", "us-east-1").expect("a client");
    let error = client.call("ListAccountAliases", json!({})).await.expect_err("wrong");
    assert_eq!(error.kind(), ErrorKind::Credentials);
}

#[tokio::test]
async fn host_prefixes_are_for_aws_only() {
    let input = json!({"AccountId": "111122223333"});
    let fake = Fake::new([ok(""), ok("")]);
    let client = fake.session().client("s3control", "eu-west-1").expect("a client");
    client.call("ListAccessPoints", input.clone()).await.expect("empty");
    let client = fake.session_at("http://127.0.0.1:1").client("s3control", "eu-west-1").expect("a client");
    client.call("ListAccessPoints", input).await.expect("empty");
    assert!(
        fake.seen()[0].uri.starts_with("https://111122223333.s3-control.eu-west-1.amazonaws.com/"),
        "{:?}",
        fake.seen()
    );
    assert!(fake.seen()[1].uri.starts_with("http://127.0.0.1:1/"), "{:?}", fake.seen());
}

#[tokio::test]
async fn bodies_that_need_a_checksum_have_one() {
    let fake = Fake::new([ok("<DeleteResult/>")]);
    let client = fake.session().client("s3", "eu-west-1").expect("a client");
    let input = json!({"Bucket": "b", "Delete": {"Objects": [{"Key": "k"}]}});
    client.call("DeleteObjects", input).await.expect("deleted");
    let seen = &fake.seen()[0];
    // CRC-32 of the body, big endian.
    assert_eq!(seen.header("x-amz-checksum-crc32").len(), 8, "{seen:?}");
    assert_eq!(seen.header("x-amz-sdk-checksum-algorithm"), "CRC32");
}

#[tokio::test]
async fn global_services_are_signed_for_their_own_region() {
    let fake = Fake::new([ok("")]);
    let client = fake.session().client("iam", "eu-west-1").expect("a client");
    client.call("ListAccountAliases", json!({})).await.expect("empty");
    let seen = &fake.seen()[0];
    assert!(seen.uri.starts_with("https://iam.amazonaws.com"), "{}", seen.uri);
    assert!(
        seen.header("authorization").contains("/us-east-1/iam/aws4_request"),
        "{}",
        seen.header("authorization")
    );
}
