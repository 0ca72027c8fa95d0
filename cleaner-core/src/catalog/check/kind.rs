use std::collections::BTreeMap;
use std::rc::Rc;

use aws_dynamic::model::{Shape, ShapeKind};
use serde_json::Value;

/// What is known of a value before there is one.
#[derive(Clone, Debug)]
pub(in crate::catalog) enum Kind {
    /// Anything may be there: documents, parsed JSON.
    Any,
    Null,
    Bool,
    Number,
    Text,
    List(Box<Self>),
    /// A structure, union or map of a model.
    Shape(Shape),
    Record(Rc<Record>),
    /// Several kinds are possible.
    OneOf(Vec<Self>),
}

/// An object put together here: its own members hide those of what it is based on.
#[derive(Clone, Debug, Default)]
pub(in crate::catalog) struct Record {
    /// What messages call it.
    pub(super) title: String,
    pub(super) members: BTreeMap<String, Kind>,
    pub(super) bases: Vec<Kind>,
}

/// Says that a value has no such member.
#[derive(Debug)]
pub(super) struct Miss {
    /// What was asked: "`Subnet`", "text".
    pub(super) title: String,
    /// The members there are.
    pub(super) known: Vec<String>,
}

impl Kind {
    /// The kind of a shape.
    pub(super) fn of(shape: Shape) -> Self {
        match shape.kind() {
            ShapeKind::Structure | ShapeKind::Union | ShapeKind::Map => Self::Shape(shape),
            ShapeKind::List => Self::List(Box::new(shape.element().map_or(Self::Any, Self::of))),
            ShapeKind::String | ShapeKind::Blob | ShapeKind::Timestamp => Self::Text,
            ShapeKind::Boolean => Self::Bool,
            ShapeKind::Integer | ShapeKind::Float => Self::Number,
            _ => Self::Any,
        }
    }

    /// The kind of a known value.
    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::Text,
            Value::Array(items) => Self::list(Self::one_of(items.iter().map(Self::of_value))),
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.clone(), Self::of_value(value)));
                Self::record("the literal", members, [])
            }
        }
    }

    pub(super) fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    pub(in crate::catalog) fn record(
        title: &str,
        members: impl IntoIterator<Item = (String, Self)>,
        bases: impl IntoIterator<Item = Self>,
    ) -> Self {
        Self::Record(Rc::new(Record {
            title: title.to_owned(),
            members: members.into_iter().collect(),
            bases: bases.into_iter().collect(),
        }))
    }

    /// Any of several kinds; none of them is an unknown one (the element of an empty list).
    pub(super) fn one_of(kinds: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for kind in kinds {
            match kind {
                Self::Any => return Self::Any,
                Self::OneOf(kinds) => flat.extend(kinds),
                kind => flat.push(kind),
            }
        }
        // Null is always possible, and a kind that is there twice says no more than once.
        flat.retain(|kind| !matches!(kind, Self::Null));
        let mut kinds: Vec<Self> = Vec::new();
        for kind in flat {
            if !kind.is_scalar()
                || !kinds.iter().any(|other| other.is_scalar() && other.noun() == kind.noun())
            {
                kinds.push(kind);
            }
        }
        if kinds.len() > 1 { Self::OneOf(kinds) } else { kinds.pop().unwrap_or(Self::Any) }
    }

    /// Whether this is text, a number, true or false.
    pub(super) fn is_scalar(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::Text)
    }

    /// The kinds that are possible, null apart: every member may be missing.
    pub(super) fn alternatives(&self) -> Vec<&Self> {
        match self {
            Self::OneOf(kinds) => kinds.iter().flat_map(Self::alternatives).collect(),
            Self::Null => Vec::new(),
            kind => vec![kind],
        }
    }

    /// The kind of a member.
    pub(super) fn member(&self, name: &str) -> Result<Self, Miss> {
        match self {
            Self::Any => Ok(Self::Any),
            Self::Null => Ok(Self::Null),
            Self::Shape(shape) => {
                let found = if shape.kind() == ShapeKind::Map { shape.element() } else { shape.member(name) };
                found.map(Self::of).ok_or_else(|| Miss {
                    title: format!("`{}`", shape.name()),
                    known: shape.members().map(str::to_owned).collect(),
                })
            }
            Self::Record(record) => record.member(name),
            Self::OneOf(kinds) => {
                let mut found = Vec::new();
                let mut misses = Vec::new();
                for kind in kinds {
                    match kind.member(name) {
                        Ok(kind) => found.push(kind),
                        Err(miss) => misses.push(miss),
                    }
                }
                if found.is_empty() { Err(merged(misses)) } else { Ok(Self::one_of(found)) }
            }
            Self::Bool | Self::Number | Self::Text | Self::List(_) => {
                Err(Miss { title: self.noun().to_owned(), known: Vec::new() })
            }
        }
    }

    /// The kinds of all members: what `.*` yields. None, if there are no members.
    pub(super) fn values(&self) -> Option<Self> {
        match self {
            Self::Any | Self::Null => Some(Self::Any),
            Self::Shape(shape) if shape.kind() == ShapeKind::Map => {
                Some(shape.element().map_or(Self::Any, Self::of))
            }
            Self::Shape(shape) => {
                Some(Self::one_of(shape.members().filter_map(|name| shape.member(name)).map(Self::of)))
            }
            Self::Record(record) => {
                let own = record.members.values().cloned();
                Some(Self::one_of(own.chain(record.bases.iter().filter_map(Self::values))))
            }
            Self::OneOf(kinds) => {
                let found: Vec<Self> = kinds.iter().filter_map(Self::values).collect();
                (!found.is_empty()).then(|| Self::one_of(found))
            }
            _ => None,
        }
    }

    /// The kind of the elements; none, if this cannot be a list.
    pub(super) fn element(&self) -> Option<Self> {
        match self {
            Self::Any | Self::Null => Some(Self::Any),
            Self::List(element) => Some((**element).clone()),
            Self::OneOf(kinds) => {
                let found: Vec<Self> = kinds.iter().filter_map(Self::element).collect();
                (!found.is_empty()).then(|| Self::one_of(found))
            }
            _ => None,
        }
    }

    /// The kind in words.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
            Self::List(_) => "a list",
            Self::Shape(_) | Self::Record(_) => "an object",
            Self::OneOf(kinds) => kinds.first().map_or("nothing", Self::noun),
        }
    }

    /// The same object with more members on top: what a root is made of. A scalar becomes `{ value }`.
    pub(super) fn extended(self, title: &str, members: impl IntoIterator<Item = (String, Self)>) -> Self {
        if self.is_scalar() {
            let value = [("value".to_owned(), self)];
            return Self::record(title, members.into_iter().chain(value), []);
        }
        Self::record(title, members, [self])
    }
}

impl Record {
    fn member(&self, name: &str) -> Result<Kind, Miss> {
        if let Some(kind) = self.members.get(name) {
            return Ok(kind.clone());
        }
        let mut misses = Vec::new();
        for base in &self.bases {
            match base.member(name) {
                Ok(kind) => return Ok(kind),
                Err(miss) => misses.push(miss),
            }
        }
        let mut miss = merged(misses);
        if miss.title.is_empty() {
            miss.title.clone_from(&self.title);
        }
        miss.known.extend(self.members.keys().cloned());
        Err(miss)
    }
}

fn merged(misses: Vec<Miss>) -> Miss {
    let mut titles: Vec<String> = Vec::new();
    let mut known = Vec::new();
    for miss in misses {
        if !titles.contains(&miss.title) {
            titles.push(miss.title);
        }
        known.extend(miss.known);
    }
    Miss { title: titles.join(" or "), known }
}
