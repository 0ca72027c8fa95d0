//! One call: check, send, follow what AWS says about where to send it, record.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use aws_smithy_runtime::client::orchestrator::invoke;
use aws_smithy_runtime_api::{
    client::{
        interceptors::context::{Error as ErasedError, Input},
        orchestrator::HttpResponse,
        result::SdkError,
    },
    http::Headers,
};
use aws_smithy_types::{DateTime, date_time::Format};
use serde_json::{Value, json};

use super::{
    Client, ClientInner,
    serialize::{CallInput, ServiceError},
};
use crate::{
    CallRecord, Error, ErrorKind, Session, error::describe_failure, model::OperationModel, quirks,
    value::check,
};

/// Clocks further apart than this make signatures invalid.
const CLOCK_SKEW: Duration = Duration::from_secs(4 * 60);

/// Codes that a wrong clock can cause.
const CLOCK_CODES: [&str; 6] = [
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];

pub(super) async fn call(
    client: &Client,
    operation: OperationModel,
    mut input: Value,
) -> Result<Value, Error> {
    let (service, schemas) = (client.service(), operation.schemas());
    if input.is_null() {
        input = json!({});
    }
    quirks::prepare(service, operation.name(), schemas.input, &mut input);
    if let Err(problem) = check(schemas.input, &input) {
        let message = format!("invalid input: {problem}");
        return Err(Error::new(ErrorKind::Invalid, service, operation.name(), client.region(), message));
    }
    let mut target = Arc::clone(&client.inner);
    if target.custom.is_none() {
        if operation.raw().discovery {
            target = discover(client).await?;
        }
        let known =
            quirks::bucket(service, &input).and_then(|bucket| client.session.shared().bucket_region(bucket));
        if let Some(region) = known.filter(|region| *region != client.region()) {
            target = client.session.client(service, &region)?.inner;
        }
    }
    let mut outcome = send(&client.session, &target, operation, input.clone()).await;
    if let Err(failure) = &outcome {
        if let Some((bucket, region)) = other_region(&target, &input, failure) {
            client.session.shared().set_bucket_region(&bucket, &region);
            let there = client.session.client(service, &region)?;
            outcome = send(&client.session, &there.inner, operation, input).await;
        } else if failure.is_clock_skewed {
            // The client has learned the service's time from the answer.
            outcome = send(&client.session, &target, operation, input).await;
        }
    }
    let mut output = outcome.map_err(|failure| failure.error)?;
    quirks::restore(service, schemas.output, &mut output);
    Ok(output)
}

struct Failure {
    error: Error,
    /// What the answer says about the bucket's region.
    bucket_region: Option<String>,
    is_clock_skewed: bool,
}

async fn send(
    session: &Session,
    target: &ClientInner,
    operation: OperationModel,
    value: Value,
) -> Result<Value, Failure> {
    let started = Instant::now();
    let (service, name) = (target.service.id(), operation.name());
    let input = Input::erase(CallInput { operation, value });
    let result = invoke(service, name, input, &target.plugins).await;
    let result = result.map_err(|error| failure(target, name, error));
    if let Some(observer) = session.observer() {
        let error = result.as_ref().err().map(|failure| &failure.error);
        observer.finished(&CallRecord {
            service: service.to_owned(),
            operation: name.to_owned(),
            region: target.region.clone(),
            elapsed: started.elapsed(),
            status: error.map_or(Some(200), Error::status),
            code: error.and_then(Error::code).map(str::to_owned),
            kind: error.map(Error::kind),
        });
    }
    let output = result?;
    Ok(output.downcast().expect("the deserializer gives values"))
}

fn failure(target: &ClientInner, operation: &str, error: SdkError<ErasedError, HttpResponse>) -> Failure {
    let headers = error.raw_response().map(HttpResponse::headers);
    let bucket_region = headers.and_then(|headers| headers.get("x-amz-bucket-region")).map(str::to_owned);
    let is_off = headers.is_some_and(clock_is_off);
    let error = error.map_service_error(|error| {
        error.downcast::<ServiceError>().expect("the deserializer gives service errors")
    });
    let custom = target.custom.as_deref();
    let error = describe_failure(target.service.id(), operation, &target.region, custom, error);
    let is_clock_skewed = is_off && error.code().is_some_and(|code| CLOCK_CODES.contains(&code));
    Failure { error, bucket_region, is_clock_skewed }
}

fn clock_is_off(headers: &Headers) -> bool {
    let date = headers.get("date").and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
    let Some(there) = date.and_then(|date| SystemTime::try_from(date).ok()) else { return false };
    let here = SystemTime::now();
    let apart = here.duration_since(there).or_else(|_| there.duration_since(here)).unwrap_or_default();
    apart > CLOCK_SKEW
}

/// The bucket and its region, if the answer says that the bucket is elsewhere.
fn other_region(target: &ClientInner, input: &Value, failure: &Failure) -> Option<(String, String)> {
    let bucket = quirks::bucket(target.service.id(), input).filter(|_| target.custom.is_none())?;
    let region = failure.bucket_region.as_ref().filter(|region| **region != target.region)?;
    matches!(failure.error.status(), Some(301 | 307 | 400)).then(|| (bucket.to_owned(), region.clone()))
}

/// Asks the service for its address in the account, as the model says one must.
async fn discover(client: &Client) -> Result<Arc<ClientInner>, Error> {
    let (session, service, region) = (&client.session, client.service(), client.region());
    if let Some(found) = session.shared().discovered(service, region) {
        return Ok(found);
    }
    let operation = client.operation("DescribeEndpoints")?;
    let output = send(session, &client.inner, operation, json!({})).await.map_err(|failure| failure.error)?;
    let endpoint = &output["Endpoints"][0];
    let Some(address) = endpoint["Address"].as_str() else {
        let message = "the service gave out no endpoint";
        return Err(Error::new(ErrorKind::Unexpected, service, operation.name(), region, message));
    };
    let minutes = endpoint["CachePeriodInMinutes"].as_u64().unwrap_or(1).max(1);
    let found = Arc::new(session.build(service, region, Some(format!("https://{address}")))?);
    session.shared().set_discovered(&found, Duration::from_secs(60 * minutes));
    Ok(found)
}
