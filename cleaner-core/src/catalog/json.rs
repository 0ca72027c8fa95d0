use std::collections::BTreeMap;

use jmespath::{Rcvar, Variable};
use serde_json::{Map, Value};

/// Moves JSON into the shared form that paths are evaluated on: members are then handed around without copying them.
pub(super) fn share(value: Value) -> Rcvar {
    Rcvar::new(match value {
        Value::Null => Variable::Null,
        Value::Bool(value) => Variable::Bool(value),
        Value::Number(value) => Variable::Number(value),
        Value::String(value) => Variable::String(value),
        Value::Array(items) => Variable::Array(items.into_iter().map(share).collect()),
        Value::Object(members) => {
            Variable::Object(members.into_iter().map(|(name, value)| (name, share(value))).collect())
        }
    })
}

/// Copies a shared value back into plain JSON.
pub(super) fn unshare(value: &Variable) -> Value {
    match value {
        Variable::Null | Variable::Expref(_) => Value::Null,
        Variable::Bool(value) => Value::Bool(*value),
        Variable::Number(value) => Value::Number(value.clone()),
        Variable::String(value) => Value::String(value.clone()),
        Variable::Array(items) => items.iter().map(|item| unshare(item)).collect(),
        Variable::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (name.clone(), unshare(value))).collect::<Map<_, _>>(),
        ),
    }
}

/// The text of a scalar; none for null, lists and objects.
pub(super) fn scalar_text(value: &Variable) -> Option<String> {
    match value {
        Variable::String(text) => Some(text.clone()),
        Variable::Number(number) => Some(number.to_string()),
        Variable::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A text value.
pub(super) fn text(text: &str) -> Rcvar {
    Rcvar::new(Variable::String(text.to_owned()))
}

/// Null.
pub(super) fn null() -> Rcvar {
    Rcvar::new(Variable::Null)
}

/// The root that paths see: an object whose members are shared with where they came from.
#[derive(Clone, Debug, Default)]
pub(super) struct Root(BTreeMap<String, Rcvar>);

impl Root {
    /// The members of a found thing. A scalar `x` becomes `{ value: x }`.
    pub(super) fn of(thing: &Rcvar) -> Self {
        match &**thing {
            Variable::Object(members) => Self(members.clone()),
            _ => Self::default().with("value", thing.clone()),
        }
    }

    /// The same root with one more member.
    pub(super) fn with(mut self, name: &str, value: Rcvar) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// The same root with the members of an object; anything else adds nothing.
    pub(super) fn merged(mut self, other: &Rcvar) -> Self {
        if let Variable::Object(members) = &**other {
            self.0.extend(members.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        self
    }

    /// The object.
    pub(super) fn share(self) -> Rcvar {
        Rcvar::new(Variable::Object(self.0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_survives_the_round_trip() {
        let value = json!({"a": [1, 2.5, "x", null, true], "b": {"c": {}}});
        assert_eq!(unshare(&share(value.clone())), value);
    }

    #[test]
    fn scalars_become_a_root_with_a_value() {
        let root = Root::of(&share(json!("q1"))).with("ctx", share(json!({"region": "r"}))).share();
        assert_eq!(unshare(&root), json!({"ctx": {"region": "r"}, "value": "q1"}));
    }
}
