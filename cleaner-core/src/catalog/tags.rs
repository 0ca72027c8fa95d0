use jmespath::{Rcvar, Variable};

use super::json::{scalar_text, share};
use crate::resource::Tags;

/// The names services give the two halves of a tag, in lower case.
const KEYS: [&str; 2] = ["key", "tagkey"];
const VALUES: [&str; 2] = ["value", "tagvalue"];

/// Reads tags: a map, or a list of `{Key, Value}`, `{key, value}` or `{TagKey, TagValue}`. None, if it is neither.
pub(super) fn tags(value: &Variable) -> Option<Tags> {
    match value {
        Variable::Null => Some(Tags::new()),
        Variable::Object(members) => {
            members.iter().map(|(key, value)| Some((key.clone(), tag_value(Some(value))?))).collect()
        }
        Variable::Array(items) => items.iter().map(|item| tag(item)).collect(),
        _ => None,
    }
}

/// The same of plain JSON.
pub(crate) fn tags_of(value: &serde_json::Value) -> Option<Tags> {
    tags(&share(value.clone()))
}

fn tag(item: &Variable) -> Option<(String, String)> {
    let members = item.as_object()?;
    let member = |names: [&str; 2]| {
        members.iter().find(|(name, _)| names.contains(&name.to_lowercase().as_str())).map(|(_, value)| value)
    };
    Some((scalar_text(member(KEYS)?)?, tag_value(member(VALUES))?))
}

/// A tag without a value has the empty one.
fn tag_value(value: Option<&Rcvar>) -> Option<String> {
    match value {
        None => Some(String::new()),
        Some(value) if value.is_null() => Some(String::new()),
        Some(value) => scalar_text(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::json::share;

    #[test]
    fn every_form_aws_uses_is_read() {
        let expected = Tags::from([("env".to_owned(), "dev".to_owned()), ("team".to_owned(), String::new())]);
        for value in [
            json!([{"Key": "env", "Value": "dev"}, {"Key": "team", "Value": ""}]),
            json!([{"key": "env", "value": "dev"}, {"key": "team"}]),
            json!([{"TagKey": "env", "TagValue": "dev"}, {"TagKey": "team", "TagValue": null}]),
            json!({"env": "dev", "team": ""}),
        ] {
            assert_eq!(tags(&share(value.clone())), Some(expected.clone()), "{value}");
        }
        assert_eq!(tags(&share(json!(null))), Some(Tags::new()));
        assert_eq!(tags(&share(json!([]))), Some(Tags::new()));
    }

    #[test]
    fn other_forms_are_not_guessed_at() {
        for value in
            [json!("env=dev"), json!(["env"]), json!([{"Name": "env"}]), json!({"env": {"a": 1}}), json!(1)]
        {
            assert_eq!(tags(&share(value.clone())), None, "{value}");
        }
    }
}
