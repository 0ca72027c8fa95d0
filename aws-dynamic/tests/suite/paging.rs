//! Lists are read to the end, or fail.

use aws_dynamic::{Error, ErrorKind, Session};
use serde_json::{Value, json};

use crate::fake::{Fake, ok, status};

async fn all(session: &Session, service: &str, operation: &str, input: Value) -> Result<Vec<Value>, Error> {
    let mut pages = session.client(service, "eu-west-1")?.pages(operation, input);
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.push(page?);
    }
    Ok(all)
}

#[tokio::test]
async fn every_page_is_asked_for_with_the_token_of_the_one_before() {
    let fake = Fake::new([
        ok(r#"{"ResourceTagMappingList":[{"ResourceARN":"a"}],"PaginationToken":"t1"}"#),
        ok(r#"{"ResourceTagMappingList":[{"ResourceARN":"b"}],"PaginationToken":"t2"}"#),
        ok(r#"{"ResourceTagMappingList":[],"PaginationToken":""}"#),
    ]);
    let input = json!({"ResourceTypeFilters": ["sqs"]});
    let pages =
        all(&fake.session(), "resourcegroupstaggingapi", "GetResources", input).await.expect("three pages");
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[1]["ResourceTagMappingList"][0]["ResourceARN"], "b");
    let bodies: Vec<Value> =
        fake.seen().iter().map(|seen| serde_json::from_str(&seen.body).expect("JSON")).collect();
    assert_eq!(bodies[0], json!({"ResourceTypeFilters": ["sqs"]}));
    assert_eq!(bodies[2], json!({"ResourceTypeFilters": ["sqs"], "PaginationToken": "t2"}));
}

#[tokio::test]
async fn a_token_that_comes_again_is_an_error() {
    let page = |token: &str| ok(&format!(r#"{{"ResourceTagMappingList":[],"PaginationToken":"{token}"}}"#));
    for tokens in [["t", "t", "-"], ["t", "u", "t"]] {
        let fake = Fake::new(tokens.map(page));
        let error = all(&fake.session(), "resourcegroupstaggingapi", "GetResources", json!({}))
            .await
            .expect_err("a loop");
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        assert_eq!(
            error.to_string(),
            "resourcegroupstaggingapi:GetResources in eu-west-1 failed: repeated page token"
        );
    }
}

#[tokio::test]
async fn what_says_that_there_is_more_decides() {
    let body = |more: &str, marker: &str| {
        let inner = format!(
            "<IsTruncated>{more}</IsTruncated>{marker}<AccountAliases><member>a</member></AccountAliases>"
        );
        ok(&format!(
            "<ListAccountAliasesResponse><ListAccountAliasesResult>{inner}</ListAccountAliasesResult></ListAccountAliasesResponse>"
        ))
    };
    let fake = Fake::new([body("true", "<Marker>m</Marker>"), body("false", "<Marker>stale</Marker>")]);
    let pages = all(&fake.session(), "iam", "ListAccountAliases", json!({})).await.expect("two pages");
    assert_eq!(pages.len(), 2);
    assert!(fake.seen()[1].body.contains("Marker=m"), "{:?}", fake.seen());
    let fake = Fake::new([body("true", "")]);
    let error = all(&fake.session(), "iam", "ListAccountAliases", json!({})).await.expect_err("no token");
    assert!(error.to_string().ends_with("there is more, but no page token"), "{error}");
}

#[tokio::test]
async fn a_page_that_failed_is_asked_for_again() {
    let last = ok(r#"{"ResourceTagMappingList":[],"PaginationToken":""}"#);
    let first = ok(r#"{"ResourceTagMappingList":[],"PaginationToken":"t"}"#);
    let slow = status(400, r#"{"__type":"ThrottlingException"}"#);
    let fake = Fake::new([first, slow, last]);
    let client = fake.session().client("resourcegroupstaggingapi", "eu-west-1").expect("a client");
    let mut pages = client.pages("GetResources", json!({}));
    pages.next().await.expect("a page").expect("an answer");
    assert_eq!(pages.next().await.expect("a page").expect_err("slow").kind(), ErrorKind::Throttled);
    pages.next().await.expect("a page").expect("an answer");
    assert!(pages.next().await.is_none());
    assert_eq!(fake.seen()[1].body, fake.seen()[2].body);
}

#[tokio::test]
async fn an_operation_without_pages_has_one() {
    let fake = Fake::new([ok("<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>")]);
    assert_eq!(all(&fake.session(), "ec2", "DescribeRegions", json!({})).await.expect("one page").len(), 1);
}
