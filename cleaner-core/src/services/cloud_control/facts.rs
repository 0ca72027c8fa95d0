use serde_json::{Map, Value};

use super::handler::Target;
use super::managed;
use super::schema::{Schema, TagPlace};
use crate::catalog::{tags_of, time_of};
use crate::handler::Context;
use crate::resource::{Fact, Resource, Tags, TypeName};

/// One thing that Cloud Control shows: its identifier and what is known of its properties.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) identifier: String,
    pub(super) properties: Map<String, Value>,
}

impl Model {
    /// Reads a description, which may hold nothing but the identifier. What `known` says holds for it as well.
    pub(super) fn read(schema: &Schema, known: &Map<String, Value>, description: &Value) -> Option<Self> {
        let identifier = description.get("Identifier").and_then(Value::as_str)?.to_owned();
        if identifier.is_empty() {
            return None;
        }
        let mut model = Self { identifier, properties: known.clone() };
        let names: Vec<&str> = schema.identifier().collect();
        let parts: Vec<String> = match names.len() {
            1 => vec![model.identifier.clone()],
            _ => model.identifier.split('|').map(str::to_owned).collect(),
        };
        if parts.len() == names.len() {
            model
                .properties
                .extend(names.iter().zip(parts).map(|(name, part)| ((*name).to_owned(), part.into())));
        }
        model.learn(description);
        Some(model)
    }

    /// Adds the properties of a description.
    pub(super) fn learn(&mut self, description: &Value) {
        let text = description.get("Properties").and_then(Value::as_str).unwrap_or_default();
        if let Ok(Value::Object(more)) = serde_json::from_str(text) {
            self.properties.extend(more);
        }
    }

    /// Whether nothing is missing of what a resource of the type is judged and ordered by.
    pub(super) fn is_whole(&self, schema: &Schema, targets: &[Target]) -> bool {
        let plain = schema.arn().into_iter().chain(schema.label()).chain(schema.created());
        let tops = targets.iter().map(|target| target.path.split('.').next().unwrap_or_default());
        // A list that shows no tags may show them of nothing.
        let tagged = match schema.tags() {
            TagPlace::Property(name) => self.properties.get(name).is_some_and(is_full),
            TagPlace::Nowhere | TagPlace::Hidden => true,
        };
        tagged && plain.chain(tops).all(|name| self.properties.contains_key(name))
    }

    /// The resource, as far as it is known. Of one that is not whole, tags are unread.
    pub(super) fn resource(
        &self,
        context: &Context,
        schema: &Schema,
        type_name: &TypeName,
        targets: &[Target],
        is_whole: bool,
    ) -> Resource {
        let text = |name: Option<&str>| {
            name.and_then(|name| self.properties.get(name))
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let mut resource =
            Resource::new(type_name.clone(), context.region().clone(), self.identifier.as_str());
        if let Some(name) = text(schema.label()) {
            resource.name = name.into();
        }
        let own = Some(self.identifier.as_str()).filter(|id| id.starts_with("arn:") && !id.contains('|'));
        resource.arn = text(schema.arn()).filter(|arn| arn.starts_with("arn:")).or(own).map(Into::into);
        resource.created =
            schema.created().and_then(|name| self.properties.get(name)).map_or(Fact::Absent, time_of);
        resource.tags = self.tags(schema, is_whole);
        for target in targets {
            for value in at(&self.properties, target.path) {
                resource.uses(target.type_name.as_str(), value);
            }
        }
        resource.managed = managed::managed(context, &resource).map(Into::into);
        resource.protection = managed::protection(&resource, &self.properties).map(Box::new);
        resource
    }

    fn tags(&self, schema: &Schema, is_whole: bool) -> Fact<Tags> {
        match schema.tags() {
            TagPlace::Nowhere => Fact::Absent,
            TagPlace::Hidden => Fact::Unreadable("AWS shows the tags of this type to nobody".into()),
            TagPlace::Property(name) => match self.properties.get(name) {
                None | Some(Value::Null) if is_whole => Fact::Known(Tags::new()),
                None | Some(Value::Null) => Fact::Unread,
                Some(value) => tags_of(value)
                    .map_or_else(|| Fact::Unreadable(format!("`{name}` holds no tags").into()), Fact::Known),
            },
        }
    }
}

/// The texts at a path: parts divided by dots, `*` for each element, and a list at the end stands for its elements.
pub(super) fn at<'a>(properties: &'a Map<String, Value>, path: &str) -> Vec<&'a str> {
    let mut parts = path.split('.');
    let first = parts.next().and_then(|name| properties.get(name));
    let mut values: Vec<&Value> = first.into_iter().collect();
    for part in parts {
        values = values
            .into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect(),
                (name, Value::Object(members)) => members.get(name).into_iter().collect(),
                _ => Vec::new(),
            })
            .collect();
    }
    let elements = values.into_iter().flat_map(|value| match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    });
    elements.filter_map(Value::as_str).filter(|text| !text.is_empty()).collect()
}

fn is_full(tags: &Value) -> bool {
    match tags {
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => false,
    }
}
