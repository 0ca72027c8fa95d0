//! The wire format alone: a request that is not sent, an answer that was not received.
//!
//! For tests that compare with other implementations, or that play the service.

use aws_smithy_json::codec::{JsonCodec, JsonCodecSettings};
use aws_smithy_runtime_api::{client::orchestrator::Metadata, http};
use aws_smithy_schema::{
    Schema,
    codec::{Codec, FinishSerializer as _},
    serde::ShapeSerializer as _,
};
use aws_smithy_types::{
    body::SdkBody,
    config_bag::{ConfigBag, Layer},
    date_time::Format,
};
use aws_smithy_xml::codec::{XmlCodec, XmlCodecSettings};
use serde_json::Value;

use crate::{
    client::{decode, serialize},
    error::WireError,
    model::{OperationModel, Protocol},
    protocol,
    value::{Input, check},
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

/// Writes `output` as `operation`'s answer, as the service does.
///
/// Members that the model does not know are left out: whoever plays a service reads back what was written.
///
/// # Errors
/// Says what does not fit the model, and which bodies cannot be written: those that are no structure.
pub fn answer(operation: OperationModel, output: &Value) -> Result<WireResponse, String> {
    let node = operation.schemas().output;
    let mut output = output.clone();
    let members = output.as_object_mut().ok_or("an output is an object")?;
    let mut headers = Vec::new();
    for member in node.members() {
        if let Some(header) = member.schema.http_header()
            && let Some(value) = members.remove(member.name)
        {
            let text =
                value.as_str().ok_or_else(|| format!("{}: only text goes into headers", member.name))?;
            headers.push((header.value().to_owned(), text.to_owned()));
        }
    }
    let payload = node.members().iter().find(|member| member.schema.http_payload().is_some());
    let body = match payload {
        None => body(operation, node.schema, &Input { node, value: &output })?,
        Some(member) => match (output.get(member.name), member.payload) {
            (None, _) => Vec::new(),
            (Some(value), Some(schema)) => body(operation, schema, &Input { node: member.target, value })?,
            (Some(_), None) => return Err(format!("{}: only structures can be written", member.name)),
        },
    };
    Ok(WireResponse { status: 200, headers, body })
}

fn body(operation: OperationModel, schema: &Schema<'_>, output: &Input<'_>) -> Result<Vec<u8>, String> {
    let json = |names| {
        let settings = JsonCodecSettings::builder().use_json_name(names);
        JsonCodec::new(settings.default_timestamp_format(Format::EpochSeconds).build())
    };
    let xml =
        || XmlCodec::new(XmlCodecSettings::builder().default_timestamp_format(Format::DateTime).build());
    match operation.service().protocol().ok_or("the service speaks an unknown protocol")? {
        Protocol::Json10 | Protocol::Json11 => written(&json(false), schema, output),
        Protocol::RestJson => written(&json(true), schema, output),
        Protocol::RestXml | Protocol::Ec2 => written(&xml(), schema, output),
        Protocol::Query => {
            let mut serializer = xml().create_serializer();
            serializer.set_next_root_xml_name(format!("{}Result", operation.name()));
            serializer.write_struct(schema, output).map_err(|error| error.to_string())?;
            let envelope = |tag: &str| format!("<{tag}{}Response>", operation.name()).into_bytes();
            Ok([envelope(""), serializer.finish(), envelope("/")].concat())
        }
    }
}

fn written(codec: &impl Codec, schema: &Schema<'_>, output: &Input<'_>) -> Result<Vec<u8>, String> {
    let mut serializer = codec.create_serializer();
    serializer.write_struct(schema, output).map_err(|error| error.to_string())?;
    Ok(serializer.finish())
}

fn config(operation: OperationModel) -> ConfigBag {
    let mut layer = Layer::new("codec");
    layer.store_put(Metadata::new(operation.name(), operation.service().service_id()));
    ConfigBag::of_layers(vec![layer])
}
