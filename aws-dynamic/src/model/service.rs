//! One service.

use super::{OperationModel, RawOperation, RawShape, raw::RawService};
use crate::{endpoint, schema::SchemaCache};

/// The model of one service.
#[derive(Debug)]
pub struct ServiceModel {
    id: &'static str,
    raw: RawService,
    protocol: Option<Protocol>,
    schemas: SchemaCache,
}

/// The wire protocols AWS speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// AWS JSON 1.0: the operation is in a header.
    Json10,
    /// AWS JSON 1.1: the operation is in a header.
    Json11,
    /// Method and path tell the operation, bodies are JSON.
    RestJson,
    /// Method and path tell the operation, bodies are XML.
    RestXml,
    /// The operation is a field of a form, answers are XML.
    Query,
    /// EC2's own kind of [`Query`](Self::Query).
    Ec2,
}

/// Services whose IAM actions do not start with the name that requests are signed for.
const IAM_PREFIXES: [(&str, &str); 7] = [
    ("cloudcontrol", "cloudformation"),
    ("cloudwatch", "cloudwatch"),
    ("iot-data", "iot"),
    ("iotsecuretunneling", "iot"),
    ("opsworkscm", "opsworks-cm"),
    ("resourcegroupstaggingapi", "tag"),
    ("timestream-query", "timestream"),
];

/// What the IAM actions of a service start with, if not with the name that requests are signed for.
pub(super) fn iam_prefix(service: &str) -> Option<&'static str> {
    IAM_PREFIXES.iter().find(|(id, _)| *id == service).map(|(_, prefix)| *prefix)
}

impl ServiceModel {
    pub(super) fn new(id: &'static str, raw: RawService) -> Self {
        let protocol = match raw.metadata.protocol {
            "json" if raw.metadata.json_version == Some("1.0") => Some(Protocol::Json10),
            "json" => Some(Protocol::Json11),
            "rest-json" => Some(Protocol::RestJson),
            "rest-xml" => Some(Protocol::RestXml),
            "query" => Some(Protocol::Query),
            "ec2" => Some(Protocol::Ec2),
            _ => None,
        };
        Self { id, raw, protocol, schemas: SchemaCache::default() }
    }

    /// Returns the service's name as botocore spells it, such as `elbv2`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Returns the service's name as AWS spells it, such as `Elastic Load Balancing v2`.
    pub fn service_id(&self) -> &'static str {
        self.raw.metadata.service_id
    }

    /// Returns the name that requests are signed for.
    pub fn signing_name(&self) -> &'static str {
        self.raw.metadata.signing_name
    }

    /// Returns what IAM actions of this service start with.
    pub fn iam_prefix(&self) -> &'static str {
        iam_prefix(self.id).unwrap_or(self.raw.metadata.signing_name)
    }

    /// Returns the API version.
    pub fn api_version(&self) -> &'static str {
        self.raw.metadata.api_version
    }

    /// Returns the names of the operations, in no order.
    pub fn operations(&self) -> impl Iterator<Item = &'static str> {
        self.raw.operations.keys().copied()
    }

    /// Returns the model of `operation`, if there is one.
    pub fn operation(&'static self, operation: &str) -> Option<OperationModel> {
        let (name, raw) = self.raw.operations.get_key_value(operation)?;
        Some(OperationModel { service: self, name, raw })
    }

    /// Returns where the service answers in `region`.
    pub fn endpoint(&self, region: &str) -> endpoint::Endpoint {
        let meta = &self.raw.metadata;
        endpoint::resolve(self.id, meta.endpoint_prefix, meta.signing_name, region)
    }

    /// Returns the protocol the service is called by; `None` if this crate does not know it.
    pub fn protocol(&self) -> Option<Protocol> {
        self.protocol
    }

    /// Returns what the operation's name follows in the header of AWS JSON; empty for other protocols.
    pub fn target_prefix(&self) -> &'static str {
        self.raw.metadata.target_prefix.unwrap_or_default()
    }

    /// Whether requests are signed the way this crate can sign.
    pub(crate) fn is_signed(&self) -> bool {
        self.raw.metadata.signed
    }

    pub(crate) fn xml_namespace(&self) -> Option<&'static str> {
        self.raw.metadata.xml_namespace
    }

    pub(crate) fn is_query_compatible(&self) -> bool {
        self.raw.metadata.query_compatible
    }

    pub(crate) fn raw_operation(&'static self, name: &str) -> Option<(&'static str, &'static RawOperation)> {
        self.raw.operations.get_key_value(name).map(|(name, raw)| (*name, raw))
    }

    pub(crate) fn raw_shape(&'static self, name: &str) -> Option<(&'static str, &'static RawShape)> {
        self.raw.shape(name)
    }

    /// The names of all shapes, in no order.
    #[cfg(test)]
    pub(super) fn shapes(&self) -> impl Iterator<Item = &'static str> {
        self.raw.shapes.iter().map(|(name, _)| *name)
    }

    pub(crate) fn schemas(&self) -> &SchemaCache {
        &self.schemas
    }
}
