//! awsQuery with error metadata, and EC2's flavour of it, both of which the official crate lacks.
//!
//! EC2 requests are awsQuery requests: the *schemas* carry EC2's names and flat lists. EC2 responses have no
//! `...Result` element around the output.

use aws_smithy_query::protocol::AwsQueryProtocol;
use aws_smithy_runtime_api::http::{Request, Response};
use aws_smithy_schema::{
    Schema, ShapeId,
    codec::Codec as _,
    protocol::{ClientProtocolInner, apply_http_endpoint},
    serde::{SerdeError, SerializableStruct, ShapeDeserializer},
    shape_id,
};
use aws_smithy_types::{
    config_bag::ConfigBag,
    date_time::Format,
    endpoint::Endpoint,
    error::metadata::{Builder, ErrorMetadata},
};
use aws_smithy_xml::codec::{XmlCodec, XmlCodecSettings};

use crate::error::WireError;

#[derive(Debug)]
pub(super) struct QueryProtocol {
    inner: AwsQueryProtocol,
    is_ec2: bool,
    id: ShapeId<'static>,
}

impl QueryProtocol {
    pub(super) fn query(version: &str) -> Self {
        let inner = AwsQueryProtocol::new().with_service_version(version);
        Self { inner, is_ec2: false, id: shape_id!("aws.protocols", "awsQuery") }
    }

    pub(super) fn ec2(version: &str) -> Self {
        let inner = AwsQueryProtocol::new().with_service_version(version);
        Self { inner, is_ec2: true, id: shape_id!("aws.protocols", "ec2Query") }
    }
}

impl ClientProtocolInner for QueryProtocol {
    type Request = Request;
    type Response = Response;

    fn protocol_id(&self) -> &ShapeId<'static> {
        &self.id
    }

    fn serialize_request(
        &self,
        input: &dyn SerializableStruct,
        schema: &Schema<'_>,
        endpoint: &str,
        cfg: &ConfigBag,
    ) -> Result<Request, SerdeError> {
        self.inner.serialize_request(input, schema, endpoint, cfg)
    }

    fn deserialize_response<'a>(
        &self,
        response: &'a Response,
        schema: &Schema<'_>,
        cfg: &'a ConfigBag,
    ) -> Result<Box<dyn ShapeDeserializer + 'a>, SerdeError> {
        if !self.is_ec2 {
            return self.inner.deserialize_response(response, schema, cfg);
        }
        let settings = XmlCodecSettings::builder().default_timestamp_format(Format::DateTime).build();
        let body = response.body().bytes().unwrap_or_default();
        Ok(Box::new(XmlCodec::new(settings).create_deserializer(body)))
    }

    fn parse_error_metadata(&self, response: &Response, _: &ConfigBag) -> Result<Builder, SerdeError> {
        let WireError { code, message, .. } =
            WireError::read(response.headers(), response.body().bytes().unwrap_or_default());
        let builder = code.into_iter().fold(ErrorMetadata::builder(), Builder::code);
        Ok(message.into_iter().fold(builder, Builder::message))
    }

    fn update_endpoint(
        &self,
        request: &mut Request,
        endpoint: &Endpoint,
        cfg: &ConfigBag,
    ) -> Result<(), SerdeError> {
        apply_http_endpoint(request, endpoint, cfg)
    }
}
