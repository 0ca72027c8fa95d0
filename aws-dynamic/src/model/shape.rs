//! One shape: what a value looks like.

use super::{RawReference, RawShape, RawType, ServiceModel};

/// The shape of a value.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    service: &'static ServiceModel,
    name: &'static str,
    raw: &'static RawShape,
}

/// What sort of value a shape describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShapeKind {
    /// Named members, any of which may be absent.
    Structure,
    /// Named members, exactly one of which is there.
    Union,
    /// Elements of one shape.
    List,
    /// Values of one shape by name.
    Map,
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// Bytes, as base64 text.
    Blob,
    /// A moment, as RFC 3339 text.
    Timestamp,
    /// Any JSON.
    Document,
}

impl ShapeKind {
    /// Returns the kind in words, with its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Structure => "an object",
            Self::Union => "an object with one member",
            Self::List => "a list",
            Self::Map => "a map",
            Self::String => "text",
            Self::Boolean => "true or false",
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::Blob => "base64 text",
            Self::Timestamp => "a time",
            Self::Document => "any value",
        }
    }
}

impl Shape {
    pub(crate) fn new(service: &'static ServiceModel, name: &str) -> Option<Self> {
        service.raw_shape(name).map(|(name, raw)| Self { service, name, raw })
    }

    /// Returns the shape's name in the model.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns what sort of value this is.
    pub fn kind(&self) -> ShapeKind {
        match self.raw.kind {
            RawType::Structure if self.raw.document => ShapeKind::Document,
            RawType::Structure if self.raw.union => ShapeKind::Union,
            RawType::Structure => ShapeKind::Structure,
            RawType::List => ShapeKind::List,
            RawType::Map => ShapeKind::Map,
            RawType::String | RawType::Character => ShapeKind::String,
            RawType::Boolean => ShapeKind::Boolean,
            RawType::Integer | RawType::Long => ShapeKind::Integer,
            RawType::Float | RawType::Double => ShapeKind::Float,
            RawType::Blob => ShapeKind::Blob,
            RawType::Timestamp => ShapeKind::Timestamp,
        }
    }

    /// Returns the shape of one member of a structure or union.
    pub fn member(&self, name: &str) -> Option<Self> {
        let (_, reference) = self.raw.members.iter().find(|(member, _)| *member == name)?;
        self.refer(Some(reference))
    }

    /// Returns the names of the members of a structure or union, in the model's order.
    pub fn members(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.raw.members.iter().map(|(name, _)| *name)
    }

    /// Returns the members that must be given.
    pub fn required(&self) -> &'static [&'static str] {
        &self.raw.required
    }

    /// Returns how the query string spells the members that are sent in it and must be given.
    pub fn required_in_query(&self) -> impl Iterator<Item = &'static str> + use<> {
        let members = self.raw.members.iter().filter(|(name, _)| self.raw.required.contains(name));
        members
            .filter(|(_, reference)| reference.location == Some("querystring"))
            .map(|(name, reference)| reference.location_name.unwrap_or(name))
    }

    /// Returns the members that are filled in when they are not given.
    pub fn idempotency_tokens(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.raw.members.iter().filter(|(_, reference)| reference.idempotency_token).map(|(name, _)| *name)
    }

    /// Returns the shape of a list's elements or of a map's values.
    pub fn element(&self) -> Option<Self> {
        match self.raw.kind {
            RawType::List => self.refer(self.raw.member.as_deref()),
            RawType::Map => self.refer(self.raw.value.as_deref()),
            _ => None,
        }
    }

    fn refer(&self, reference: Option<&'static RawReference>) -> Option<Self> {
        Self::new(self.service, reference?.shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Models;

    #[test]
    fn shapes_lead_from_the_output_to_a_leaf() {
        let operation =
            Models::builtin().service("ec2").expect("ec2").operation("DescribeRegions").expect("listed");
        let regions = operation.output().expect("an output").member("Regions").expect("a member");
        assert_eq!(regions.kind(), ShapeKind::List);
        let region = regions.element().expect("an element");
        assert!(region.members().any(|name| name == "RegionName"));
        assert_eq!(region.member("RegionName").expect("a member").kind(), ShapeKind::String);
        assert!(region.member("Nonsense").is_none());
    }

    #[test]
    fn required_members_are_known() {
        let operation =
            Models::builtin().service("s3").expect("s3").operation("ListObjectVersions").expect("listed");
        assert_eq!(operation.input().expect("an input").required(), ["Bucket"]);
    }
}
