//! The wire format alone: a request that is not sent, an answer that was not received.
//!
//! For tests that compare with other implementations, or that play the service.

use aws_smithy_runtime_api::{client::orchestrator::Metadata, http};
use aws_smithy_types::{
    body::SdkBody,
    config_bag::{ConfigBag, Layer},
};
use serde_json::Value;

use crate::{
    client::{decode, serialize},
    error::WireError,
    model::OperationModel,
    protocol,
    value::check,
};

/// A request as it goes out, but for the endpoint and the signature.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WireRequest {
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub uri: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// An answer as it comes in.
#[derive(Clone, Debug)]
pub struct WireResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// Writes `input` as `operation`'s request.
///
/// # Errors
/// Says what is wrong with an input that does not fit the model.
pub fn request(operation: OperationModel, input: &Value) -> Result<WireRequest, String> {
    let protocol = protocol::of(operation.service()).ok_or("the service speaks an unknown protocol")?;
    check(operation.schemas().input, input)?;
    let request =
        serialize(&protocol, operation, input, &config(operation)).map_err(|error| error.to_string())?;
    Ok(WireRequest {
        method: request.method().to_owned(),
        uri: request.uri().to_owned(),
        headers: request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: request.body().bytes().unwrap_or_default().to_vec(),
    })
}

/// Reads `response` as `operation`'s output, or as the code and message of an error.
///
/// # Errors
/// Says why an answer cannot be read.
pub fn response(
    operation: OperationModel,
    response: WireResponse,
) -> Result<Result<Value, [Option<String>; 2]>, String> {
    let status = response.status.try_into().map_err(|_| format!("no HTTP status: {}", response.status))?;
    let mut answer = http::Response::new(status, SdkBody::from(response.body));
    for (name, value) in response.headers {
        answer.headers_mut().try_append(name, value).map_err(|error| error.to_string())?;
    }
    if !answer.status().is_success() {
        let error = WireError::read(answer.headers(), answer.body().bytes().unwrap_or_default());
        return Ok(Err([error.code, error.message]));
    }
    let protocol = protocol::of(operation.service()).ok_or("the service speaks an unknown protocol")?;
    decode(&protocol, operation.schemas(), &answer, &config(operation))
        .map(Ok)
        .map_err(|error| error.to_string())
}

fn config(operation: OperationModel) -> ConfigBag {
    let mut layer = Layer::new("codec");
    layer.store_put(Metadata::new(operation.name(), operation.service().service_id()));
    ConfigBag::of_layers(vec![layer])
}
