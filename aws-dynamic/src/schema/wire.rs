//! Names and traits on the wire: where botocore's models say it differently from Smithy's.

use aws_smithy_schema::{Schema, ShapeType, traits::TimestampFormat};

use super::builder::Direction;
use crate::model::{Namespace, Protocol, RawReference, RawShape, RawType};

/// Copies `text` into memory that lives as long as the process, as schemas do.
pub(super) fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

pub(super) fn shape_type(raw: &RawShape) -> ShapeType {
    match raw.kind {
        RawType::Structure if raw.document => ShapeType::Document,
        RawType::Structure if raw.union => ShapeType::Union,
        RawType::Structure => ShapeType::Structure,
        RawType::List => ShapeType::List,
        RawType::Map => ShapeType::Map,
        RawType::Boolean => ShapeType::Boolean,
        RawType::Integer => ShapeType::Integer,
        RawType::Long => ShapeType::Long,
        RawType::Float => ShapeType::Float,
        RawType::Double => ShapeType::Double,
        RawType::Blob => ShapeType::Blob,
        RawType::Timestamp => ShapeType::Timestamp,
        RawType::String | RawType::Character => ShapeType::String,
    }
}

/// The traits that a reference and its target may both carry; the reference wins.
#[derive(Clone, Copy)]
pub(super) struct SharedTraits {
    timestamp: Option<&'static str>,
    namespace: Option<Namespace>,
    is_flattened: bool,
    is_attribute: bool,
}

impl SharedTraits {
    pub(super) fn new(
        protocol: Protocol,
        direction: Direction,
        target: &RawShape,
        reference: Option<&RawReference>,
    ) -> Self {
        let of = |get: fn(&RawReference) -> Option<&'static str>| reference.and_then(get);
        // EC2's requests know no nested lists: every list is flat.
        let ec2_flat =
            protocol == Protocol::Ec2 && direction == Direction::Input && target.kind == RawType::List;
        Self {
            timestamp: of(|reference| reference.timestamp_format).or(target.timestamp_format),
            namespace: reference
                .and_then(|reference| reference.xml_namespace.as_deref())
                .or(target.xml_namespace.as_deref())
                .copied(),
            is_flattened: ec2_flat
                || target.flattened
                || reference.is_some_and(|reference| reference.flattened),
            is_attribute: reference.is_some_and(|reference| reference.xml_attribute),
        }
    }

    pub(super) fn apply(self, mut schema: Schema<'static>) -> Schema<'static> {
        if let Some(format) = self.timestamp {
            schema = schema.with_timestamp_format(match format {
                "iso8601" => TimestampFormat::DateTime,
                "rfc822" => TimestampFormat::HttpDate,
                _ => TimestampFormat::EpochSeconds,
            });
        }
        if self.is_flattened {
            schema = schema.with_xml_flattened();
        }
        if let Some(namespace) = self.namespace {
            schema = schema.with_xml_namespace(namespace.uri, namespace.prefix);
        }
        if self.is_attribute {
            schema = schema.with_xml_attribute();
        }
        schema
    }
}

/// Returns the name of a body member in XML, query and EC2 messages, where it is not the member's own.
pub(super) fn xml_name(
    protocol: Protocol,
    direction: Direction,
    member: &'static str,
    reference: &RawReference,
    target: Option<&'static RawShape>,
) -> Option<&'static str> {
    if protocol == Protocol::Ec2 && direction == Direction::Input {
        let capitalized = || reference.location_name.map(|name| leak(&capitalize(name)));
        return Some(reference.query_name.or_else(capitalized).unwrap_or(member));
    }
    // A flattened list takes the name of its element.
    if let Some(target) = target.filter(|target| target.kind == RawType::List)
        && (target.flattened || reference.flattened)
        && let Some(name) = target.member.as_ref().and_then(|element| element.location_name)
    {
        return Some(name);
    }
    reference.location_name.or(target.and_then(|target| target.location_name))
}

fn capitalize(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// Rewrites a URI template from wire names to member names, which is what labels are bound by.
pub(super) fn uri_template(template: &'static str, members: &[(&'static str, RawReference)]) -> &'static str {
    let mut uri = template.to_owned();
    for (name, reference) in members {
        if reference.location == Some("uri")
            && let Some(wire) = reference.location_name.filter(|wire| wire != name)
        {
            uri = uri.replace(&format!("{{{wire}}}"), &format!("{{{name}}}"));
            uri = uri.replace(&format!("{{{wire}+}}"), &format!("{{{name}+}}"));
        }
    }
    if uri == template { template } else { leak(&uri) }
}
