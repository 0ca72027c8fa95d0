//! Generated SDK crates in a session: same identity, same observer, same error table.

use aws_dynamic::{Error, ErrorKind};

use crate::fake::{Fake, ok, status};

#[tokio::test]
async fn a_generated_client_shares_the_session() {
    let identity = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error><RequestId>r-9</RequestId></ErrorResponse>";
    let fake = Fake::new([ok(identity), status(403, denied)]);
    let session = fake.session();
    session.check_credentials().await.expect("credentials");
    let config = aws_sdk_sts::config::Builder::from(&session.sdk_config("sts", "eu-north-1"))
        .interceptor(session.interceptor("sts", "eu-north-1"))
        .build();
    let client = aws_sdk_sts::Client::from_conf(config);
    client.get_caller_identity().send().await.expect("an identity");
    let error = client.get_caller_identity().send().await.expect_err("denied");
    let error = Error::from_sdk("sts", "GetCallerIdentity", "eu-north-1", error);
    assert_eq!(
        (error.kind(), error.code(), error.request_id()),
        (ErrorKind::Denied, Some("AccessDenied"), Some("r-9"))
    );
    assert_eq!(fake.resolved(), 1);
    let facts: Vec<_> =
        fake.records().into_iter().map(|record| (record.operation, record.region, record.kind)).collect();
    let (operation, region) = ("GetCallerIdentity".to_owned(), "eu-north-1".to_owned());
    assert_eq!(
        facts,
        [(operation.clone(), region.clone(), None), (operation, region, Some(ErrorKind::Denied))]
    );
}

#[tokio::test]
async fn a_generated_client_does_not_retry() {
    let fake = Fake::new([status(
        503,
        "<ErrorResponse><Error><Code>ServiceUnavailable</Code></Error></ErrorResponse>",
    )]);
    let client = aws_sdk_sts::Client::new(&fake.session().sdk_config("sts", "eu-north-1"));
    let error = client.get_caller_identity().send().await.expect_err("unavailable");
    assert_eq!(Error::from_sdk("sts", "GetCallerIdentity", "eu-north-1", error).kind(), ErrorKind::Transient);
    assert_eq!(fake.seen().len(), 1);
}
