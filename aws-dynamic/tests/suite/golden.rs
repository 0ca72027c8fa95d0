//! Requests and responses that were verified against botocore, over all protocols; see `cargo xtask fuzz-client`.

use std::{env, fs, path::PathBuf};

use aws_dynamic::{
    codec,
    model::{Models, OperationModel},
};
use serde_json::{Value, json};

fn cases(prefix: &str) -> Vec<Value> {
    // Asked at run time: builds may be shared by checkouts.
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs tests"));
    let folder = package.join("tests/golden");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).expect("golden cases are committed") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        if name.starts_with(prefix) {
            let text = fs::read_to_string(&path).expect("readable");
            let file: Vec<Value> = serde_json::from_str(&text).expect("golden cases are JSON");
            assert!(!file.is_empty(), "{name} holds no case");
            cases.extend(file);
        }
    }
    cases
}

fn operation(case: &Value) -> OperationModel {
    let (service, name) =
        (case["service"].as_str().expect("text"), case["operation"].as_str().expect("text"));
    let model = Models::builtin().service(service).and_then(|service| service.operation(name));
    model.unwrap_or_else(|| panic!("{service}:{name} is not packed; run `cargo xtask fuzz-client --golden`"))
}

#[test]
fn requests_are_written_as_verified() {
    let cases = cases("requests-");
    assert!(cases.len() > 100, "only {} cases", cases.len());
    for case in cases {
        let request = codec::request(operation(&case), &case["input"]).expect("verified");
        let headers: serde_json::Map<_, _> =
            request.headers.into_iter().map(|(name, value)| (name, value.into())).collect();
        let body = aws_smithy_types::base64::encode(request.body);
        let written = json!({"method": request.method, "uri": request.uri, "headers": headers, "body": body});
        assert_eq!(written, case["request"], "{} {}", case["service"], case["operation"]);
    }
}

#[test]
fn responses_are_read_as_verified() {
    let cases = cases("responses-");
    assert!(cases.len() > 100, "only {} cases", cases.len());
    for case in cases {
        let given = &case["response"];
        let headers = given["headers"].as_object().into_iter().flatten();
        let response = codec::WireResponse {
            status: given["status"].as_u64().and_then(|status| status.try_into().ok()).expect("a status"),
            headers: headers
                .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
                .collect(),
            body: aws_smithy_types::base64::decode(given["body"].as_str().expect("text")).expect("base64"),
        };
        let output = codec::response(operation(&case), response).expect("verified").expect("a success");
        assert_eq!(output, case["output"], "{} {}", case["service"], case["operation"]);
    }
}

#[test]
fn what_a_played_service_answers_is_read_as_it_was_meant() {
    for case in cases("responses-") {
        let operation = operation(&case);
        let answer = codec::answer(operation, &case["output"])
            .unwrap_or_else(|error| panic!("{} {}: {error}", case["service"], case["operation"]));
        let output = codec::response(operation, answer).expect("readable").expect("a success");
        assert_eq!(output, case["output"], "{} {}", case["service"], case["operation"]);
    }
}

#[test]
fn errors_of_each_protocol_are_read() {
    let error = |service: &str, name: &str, headers: &[(&str, &str)], body: &str| {
        let operation =
            Models::builtin().service(service).and_then(|model| model.operation(name)).expect("packed");
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let response = codec::WireResponse { status: 400, headers, body: body.into() };
        codec::response(operation, response).expect("readable").expect_err("an error")
    };
    let expected = |code: &str| [Some(code.to_owned()), Some("m".to_owned())];
    let query =
        "<ErrorResponse><Error><Code>DeleteConflict</Code><Message>m</Message></Error></ErrorResponse>";
    assert_eq!(error("iam", "GetAccountAuthorizationDetails", &[], query), expected("DeleteConflict"));
    let ec2 = "<Response><Errors><Error><Code>DependencyViolation</Code><Message>m</Message></Error></Errors></Response>";
    assert_eq!(error("ec2", "DescribeRegions", &[], ec2), expected("DependencyViolation"));
    let s3 = "<?xml version=\"1.0\"?><Error><Code>BucketNotEmpty</Code><Message>m</Message></Error>";
    assert_eq!(error("s3", "ListObjectsV2", &[], s3), expected("BucketNotEmpty"));
    let json = r#"{"__type":"a.b#ConflictException","message":"m"}"#;
    assert_eq!(error("resourcegroupstaggingapi", "GetResources", &[], json), expected("ConflictException"));
    let header = [("x-amzn-errortype", "TooManyRequestsException:http://x/")];
    assert_eq!(
        error("account", "ListRegions", &header, r#"{"message":"m"}"#),
        expected("TooManyRequestsException")
    );
}
