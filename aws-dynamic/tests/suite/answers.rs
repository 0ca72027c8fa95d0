//! What answers become: outputs, errors, records.

use aws_dynamic::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::fake::{Answer, Fake, SECRET, TOKEN, ok, status};

async fn call(answer: Answer, service: &str, operation: &str, input: Value) -> Result<Value, Error> {
    Fake::new([answer]).session().client(service, "eu-west-1")?.call(operation, input).await
}

async fn kind(answer: Answer, service: &str, operation: &str, input: Value) -> ErrorKind {
    call(answer, service, operation, input).await.expect_err("a failure").kind()
}

#[tokio::test]
async fn throttling_is_told_in_every_protocol() {
    let query = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    assert_eq!(kind(status(400, query), "iam", "ListAccountAliases", json!({})).await, ErrorKind::Throttled);
    let ec2 = "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors><RequestID>r</RequestID></Response>";
    assert_eq!(kind(status(503, ec2), "ec2", "DescribeRegions", json!({})).await, ErrorKind::Throttled);
    let json = r#"{"__type":"ThrottlingException","message":"slow"}"#;
    assert_eq!(
        kind(status(400, json), "cloudcontrol", "ListResources", json!({"TypeName": "t"})).await,
        ErrorKind::Throttled
    );
    let rest = status(429, r#"{"message":"m"}"#).header("x-amzn-errortype", "TooManyRequestsException");
    assert_eq!(kind(rest, "account", "ListRegions", json!({})).await, ErrorKind::Throttled);
    let s3 = "<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>";
    assert_eq!(kind(status(503, s3), "s3", "ListBuckets", json!({})).await, ErrorKind::Throttled);
}

#[tokio::test]
async fn an_error_carries_what_aws_said() {
    let body = r#"{"__type":"com.amazonaws.x#ResourceNotFoundException","message":"no such thing"}"#;
    let answer = status(400, body).header("x-amzn-requestid", "req-7");
    let error =
        call(answer, "cloudcontrol", "GetResource", json!({"TypeName": "t", "Identifier": "i"})).await;
    let error = error.expect_err("gone");
    assert_eq!((error.kind(), error.status()), (ErrorKind::Gone, Some(400)));
    assert_eq!((error.code(), error.request_id()), (Some("ResourceNotFoundException"), Some("req-7")));
    assert_eq!(
        error.to_string(),
        "cloudcontrol:GetResource in eu-west-1 failed: ResourceNotFoundException: no such thing (request id req-7)"
    );
}

#[tokio::test]
async fn a_page_of_html_is_not_taken_for_aws() {
    let page = "<!doctype html><html><title>500 Internal Server Error</title></html>";
    let error = call(status(500, page), "ec2", "DescribeRegions", json!({})).await.expect_err("a failure");
    assert_eq!(error.kind(), ErrorKind::Unexpected);
    assert!(error.message().starts_with("the endpoint did not answer like AWS: <!doctype html>"), "{error}");
    assert_eq!(
        kind(
            status(501, r#"{"__type":"NotImplementedByEmulator"}"#),
            "cloudcontrol",
            "ListResources",
            json!({"TypeName": "t"})
        )
        .await,
        ErrorKind::UnsupportedRegion
    );
    let error = call(ok("garbage"), "iam", "ListAccountAliases", json!({})).await.expect_err("a failure");
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unexpected, Some(200)));
}

#[tokio::test]
async fn an_empty_answer_is_an_empty_output() {
    assert_eq!(call(ok(""), "iam", "ListAccountAliases", json!({})).await.expect("empty"), json!({}));
    assert_eq!(call(ok(""), "s3", "DeleteBucket", json!({"Bucket": "b"})).await.expect("empty"), json!({}));
    assert_eq!(call(ok(""), "account", "ListRegions", json!({})).await.expect("empty"), json!({}));
}

#[tokio::test]
async fn policy_documents_are_decoded() {
    let role = "<Path>/</Path><AssumeRolePolicyDocument>%7B%22a%22%3A1%7D</AssumeRolePolicyDocument>";
    let inner = format!("<RoleDetailList><member>{role}</member></RoleDetailList>");
    let body = format!(
        "<R><GetAccountAuthorizationDetailsResult>{inner}</GetAccountAuthorizationDetailsResult></R>"
    );
    let output =
        call(ok(&body), "iam", "GetAccountAuthorizationDetails", json!({})).await.expect("an output");
    assert_eq!(output["RoleDetailList"][0]["AssumeRolePolicyDocument"], r#"{"a":1}"#);
}

#[tokio::test]
async fn keys_with_control_characters_survive() {
    let body = "<ListVersionsResult><EncodingType>url</EncodingType><Version><Key>a%01%2Bb+c</Key></Version></ListVersionsResult>";
    let fake = Fake::new([ok(body)]);
    let client = fake.session().client("s3", "eu-west-1").expect("a client");
    let output = client.call("ListObjectVersions", json!({"Bucket": "b"})).await.expect("an output");
    assert_eq!(output["Versions"][0]["Key"], "a\u{1}+b c");
    assert!(fake.seen()[0].uri.contains("encoding-type=url"), "{}", fake.seen()[0].uri);
}

#[tokio::test]
async fn a_wrong_input_is_never_sent() {
    for (input, message) in [
        (json!({}), "invalid input: TypeName is required"),
        (
            json!({"TypeNmae": "t"}),
            "invalid input: TypeNmae is no member of ListResourcesInput, did you mean \"TypeName\"?",
        ),
    ] {
        let fake = Fake::new([]);
        let client = fake.session().client("cloudcontrol", "eu-west-1").expect("a client");
        let error = client.call("ListResources", input).await.expect_err("invalid");
        assert_eq!((error.kind(), error.message()), (ErrorKind::Invalid, message));
        assert!(fake.seen().is_empty() && fake.records().is_empty());
    }
    let client = Fake::new([]).session().client("sts", "eu-west-1").expect("a client");
    assert_eq!(client.call("Nonsense", json!({})).await.expect_err("unknown").kind(), ErrorKind::Invalid);
    assert_eq!(
        Fake::new([]).session().client("nonsense", "x").expect_err("unknown").kind(),
        ErrorKind::Invalid
    );
}

#[tokio::test]
async fn the_observer_hears_of_every_call() {
    let denied = status(403, r#"{"__type":"AccessDeniedException"}"#);
    let fake = Fake::new([ok(r#"{"TypeName":"t","ResourceDescriptions":[]}"#), denied]);
    let client = fake.session().client("cloudcontrol", "eu-west-1").expect("a client");
    client.call("ListResources", json!({"TypeName": "t"})).await.expect("an output");
    client.call("ListResources", json!({"TypeName": "t"})).await.expect_err("denied");
    let records = fake.records();
    let facts: Vec<_> =
        records.iter().map(|record| (record.status, record.code.as_deref(), record.kind)).collect();
    assert_eq!(
        facts,
        [(Some(200), None, None), (Some(403), Some("AccessDeniedException"), Some(ErrorKind::Denied))]
    );
    assert_eq!((records[0].service.as_str(), records[0].region.as_str()), ("cloudcontrol", "eu-west-1"));
}

#[tokio::test]
async fn credentials_are_resolved_once_for_all_clients() {
    let fake = Fake::new((0..6).map(|_| ok("")));
    let session = fake.session();
    session.check_credentials().await.expect("credentials");
    for region in ["eu-west-1", "us-east-1", "eu-north-1"] {
        for (service, operation) in [("iam", "ListAccountAliases"), ("account", "ListRegions")] {
            session
                .client(service, region)
                .expect("a client")
                .call(operation, json!({}))
                .await
                .expect("empty");
        }
    }
    assert_eq!(fake.resolved(), 1);
}

#[tokio::test]
async fn missing_credentials_have_their_own_kind() {
    let fake = Fake::new([]);
    let session = fake.session_without_credentials();
    let error = session.check_credentials().await.expect_err("none");
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.to_string().contains("the SSO session has expired"), "{error}");
    let client = session.client("iam", "eu-west-1").expect("a client");
    let error = client.call("ListAccountAliases", json!({})).await.expect_err("none");
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert!(fake.seen().is_empty());
}

#[tokio::test]
async fn secrets_are_never_shown() {
    let echo =
        format!("The Canonical String for this request should have been 'x-amz-security-token:{TOKEN}'");
    let body = format!(
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>bad. {echo}</Message></Error></ErrorResponse>"
    );
    let fake = Fake::new([status(403, &body)]);
    let session = fake.session();
    let client = session.client("sts", "eu-west-1").expect("a client");
    let input = json!({"RoleArn": "r", "RoleSessionName": "s", "ExternalId": "hush"});
    let error = client.call("AssumeRole", input).await.expect_err("a failure");
    for text in [format!("{error}"), format!("{error:?}"), format!("{session:?} {client:?}")] {
        for secret in [SECRET, TOKEN, "hush"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
