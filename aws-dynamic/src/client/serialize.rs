//! Between values and HTTP messages.

use std::fmt;

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        endpoint::EndpointPrefix,
        interceptors::context::{Error as ErasedError, Input as ErasedInput, Output},
        orchestrator::{HttpRequest, HttpResponse, Metadata, OrchestratorError},
        ser_de::{DeserializeResponse, SerializeRequest},
    },
};
use aws_smithy_schema::{protocol::SharedClientProtocol, serde::SerdeError};
use aws_smithy_types::{
    base64,
    config_bag::{ConfigBag, Storable, StoreReplace},
    error::metadata::{ErrorMetadata, ProvideErrorMetadata},
    retry::{ErrorKind, ProvideErrorKind},
};
use serde_json::{Map, Value};

use crate::{
    model::{OperationModel, ServiceModel},
    quirks,
    schema::OperationSchemas,
    value::{Input, read},
};

/// One call's operation and input. `Debug` shows no input: it may hold a secret.
#[derive(Clone)]
pub(super) struct CallInput {
    pub(super) operation: OperationModel,
    pub(super) value: Value,
}

impl fmt::Debug for CallInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation.name())
    }
}

#[derive(Clone, Copy, Debug)]
struct Schemas(&'static OperationSchemas);

impl Storable for Schemas {
    type Storer = StoreReplace<Self>;
}

#[derive(Debug)]
pub(super) struct Serializer {
    pub(super) service: &'static ServiceModel,
    /// Whether host prefixes are used: emulators answer under one name only.
    pub(super) prefixes_host: bool,
}

impl SerializeRequest for Serializer {
    fn serialize_input(&self, input: ErasedInput, cfg: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        let CallInput { operation, value } = input.downcast().map_err(|_| "the input is not a call's")?;
        let schemas = operation.schemas();
        cfg.interceptor_state().store_put(Metadata::new(schemas.name, self.service.service_id()));
        cfg.interceptor_state().store_put(Schemas(schemas));
        if let Some(prefix) = schemas.host_prefix.filter(|_| self.prefixes_host) {
            cfg.interceptor_state().store_put(EndpointPrefix::new(host_prefix(prefix, &value))?);
        }
        let protocol = cfg.load::<SharedClientProtocol>().ok_or("the client has no protocol")?.clone();
        Ok(serialize(&protocol, operation, &value, cfg)?)
    }
}

/// Writes a request, but for its endpoint and signature.
pub(crate) fn serialize(
    protocol: &SharedClientProtocol,
    operation: OperationModel,
    value: &Value,
    cfg: &ConfigBag,
) -> Result<HttpRequest, SerdeError> {
    let input = operation.schemas().input;
    let mut request = protocol.serialize_request(&Input { node: input, value }, input.schema, "", cfg)?;
    for (name, value) in quirks::headers(operation.service()) {
        if !request.headers().contains_key(name) {
            request.headers_mut().insert(name, value);
        }
    }
    add_checksum(operation, &mut request);
    Ok(request)
}

fn host_prefix(template: &str, input: &Value) -> String {
    let members = input.as_object().into_iter().flatten();
    let texts = members.filter_map(|(name, value)| value.as_str().map(|text| (name, text)));
    texts.fold(template.to_owned(), |prefix, (name, text)| prefix.replace(&format!("{{{name}}}"), text))
}

/// Adds the checksum of the body where the model requires one.
fn add_checksum(operation: OperationModel, request: &mut HttpRequest) {
    let Some(checksum) = &operation.raw().checksum else { return };
    if request.headers().iter().any(|(name, _)| name.starts_with("x-amz-checksum-")) {
        return;
    }
    let mut crc = flate2::Crc::new();
    crc.update(request.body().bytes().unwrap_or_default());
    request.headers_mut().insert("x-amz-checksum-crc32", base64::encode(crc.sum().to_be_bytes()));
    let member = checksum.member.and_then(|member| {
        operation.schemas().input.members().iter().find(|known| known.name == member)?.schema.http_header()
    });
    if let Some(header) = member {
        request.headers_mut().insert(header.value().to_owned(), "CRC32");
    }
}

#[derive(Debug)]
pub(super) struct Deserializer;

impl DeserializeResponse for Deserializer {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        cfg: &ConfigBag,
    ) -> Result<Output, OrchestratorError<ErasedError>> {
        let other = |error: BoxError| OrchestratorError::other(error);
        let schemas = cfg.load::<Schemas>().ok_or_else(|| other("the call has no schemas".into()))?.0;
        let protocol =
            cfg.load::<SharedClientProtocol>().ok_or_else(|| other("the client has no protocol".into()))?;
        if !response.status().is_success() {
            let builder =
                protocol.parse_error_metadata(response, cfg).unwrap_or_else(|_| ErrorMetadata::builder());
            let builder = aws_types::request_id::apply_request_id(builder, response.headers());
            let error = ServiceError { status: response.status().as_u16(), meta: builder.build() };
            return Err(OrchestratorError::operation(ErasedError::erase(error)));
        }
        decode(&protocol.clone(), schemas, response, cfg)
            .map(Output::erase)
            .map_err(|error| other(error.into()))
    }
}

/// Reads the output of a call that succeeded.
pub(crate) fn decode(
    protocol: &SharedClientProtocol,
    schemas: &'static OperationSchemas,
    response: &HttpResponse,
    cfg: &ConfigBag,
) -> Result<Value, SerdeError> {
    let output = schemas.output;
    // An empty answer is an empty output, also where XML would need a root element.
    let is_empty = response.body().bytes().is_none_or(|body| body.iter().all(u8::is_ascii_whitespace));
    let in_body = output.members().iter().all(|member| {
        member.schema.http_header().is_none()
            && member.schema.http_prefix_headers().is_none()
            && member.schema.http_response_code().is_none()
            && member.schema.http_payload().is_none()
    });
    if output.members().is_empty() || is_empty && in_body {
        return Ok(Value::Object(Map::new()));
    }
    let mut deserializer = protocol.deserialize_response(response, output.schema, cfg)?;
    read(&mut *deserializer, output.schema, output)
}

/// What a service answered instead of an output.
#[derive(Debug)]
pub(super) struct ServiceError {
    status: u16,
    meta: ErrorMetadata,
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {} {}", self.status, self.meta.code().unwrap_or_default())
    }
}

impl std::error::Error for ServiceError {}

impl ProvideErrorMetadata for ServiceError {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

impl ProvideErrorKind for ServiceError {
    fn retryable_error_kind(&self) -> Option<ErrorKind> {
        None
    }

    fn code(&self) -> Option<&str> {
        self.meta.code()
    }
}
