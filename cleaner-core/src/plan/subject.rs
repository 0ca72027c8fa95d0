use resource_filters::{Field, Known, Subject};
use serde_json::Value;

use super::Relations;
use crate::account::AccountId;
use crate::resource::{Fact, Resource, Tags};

/// A resource as rules see it: with its account, and the stacks above it.
pub(super) struct Judged<'a> {
    pub(super) resource: &'a Resource,
    pub(super) account: &'a AccountId,
    /// The stacks it belongs to, itself among them if it is one; or why nobody knows.
    pub(super) stacks: Result<Vec<&'a Resource>, String>,
}

impl<'a> Judged<'a> {
    pub(super) fn new(
        place: u32,
        resources: &[&'a Resource],
        relations: &Relations,
        account: &'a AccountId,
        stacks_unknown: Option<String>,
    ) -> Self {
        let stacks = match stacks_unknown {
            Some(why) => Err(why),
            None => Ok(std::iter::once(place)
                .chain(relations.ancestors(place))
                .filter(|place| relations.stacks.contains(place))
                .map(|place| resources[place as usize])
                .collect()),
        };
        Self { resource: resources[place as usize], account, stacks }
    }
}

impl Subject for Judged<'_> {
    fn resource_type(&self) -> &str {
        self.resource.type_name.as_str()
    }

    fn field(&self, field: &Field) -> Known {
        let resource = self.resource;
        match field {
            Field::Name => Known::Text(resource.name.as_ref().to_owned()),
            Field::Id => Known::Text(resource.id.as_ref().to_owned()),
            Field::Arn => resource.arn.as_deref().map_or(Known::Absent, |arn| Known::Text(arn.to_owned())),
            Field::Region => Known::Text(resource.region.as_str().to_owned()),
            Field::Account => Known::Text(self.account.as_str().to_owned()),
            Field::Created => match &resource.created {
                Fact::Known(time) => Known::Time(*time),
                Fact::Absent => Known::Absent,
                Fact::Unread => Known::Unknown("its creation date was not read".to_owned()),
                Fact::Unreadable(why) => Known::Unknown(why.to_string()),
            },
            Field::Tag(key) => tag(&resource.tags, key),
            Field::Stack => match &self.stacks {
                Err(why) => Known::Unknown(why.clone()),
                Ok(stacks) if stacks.is_empty() => Known::Absent,
                Ok(stacks) => {
                    Known::Texts(stacks.iter().map(|stack| stack.name.as_ref().to_owned()).collect())
                }
            },
            Field::StackTag(key) => match &self.stacks {
                Err(why) => Known::Unknown(why.clone()),
                Ok(stacks) => stack_tag(stacks, key),
            },
            Field::Property(name) => match resource.properties.get(name) {
                None if resource.unreadable.is_some() => {
                    Known::Unknown(resource.unreadable.as_deref().unwrap_or_default().to_owned())
                }
                None | Some(Value::Null) => Known::Absent,
                Some(Value::Bool(value)) => Known::Bool(*value),
                Some(Value::Number(value)) => value.as_f64().map_or(Known::Absent, Known::Number),
                Some(Value::String(value)) => Known::Text(value.clone()),
                Some(Value::Array(values)) => Known::Texts(
                    values
                        .iter()
                        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                        .collect(),
                ),
                Some(other) => Known::Text(other.to_string()),
            },
        }
    }
}

fn tag(tags: &Fact<Tags>, key: &str) -> Known {
    match tags {
        Fact::Known(tags) => tags.get(key).map_or(Known::Absent, |value| Known::Text(value.to_owned())),
        Fact::Absent => Known::Absent,
        Fact::Unread => Known::Unknown("its tags were not read".to_owned()),
        Fact::Unreadable(why) => Known::Unknown(why.to_string()),
    }
}

fn stack_tag(stacks: &[&Resource], key: &str) -> Known {
    let mut values = Vec::new();
    for stack in stacks {
        match tag(&stack.tags, key) {
            Known::Text(value) => values.push(value),
            Known::Unknown(why) => return Known::Unknown(format!("stack {}: {why}", stack.name)),
            _ => {}
        }
    }
    if values.is_empty() { Known::Absent } else { Known::Texts(values) }
}
