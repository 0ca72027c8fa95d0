use aws_dynamic::model::Models;

use super::tables::{ACTIONS, DEPENDENTS};

/// What the HTTP methods of API Gateway's operations are told by: its actions are methods, not operations.
const METHODS: &[(&str, &str)] = &[
    ("Get", "GET"),
    ("Delete", "DELETE"),
    ("Flush", "DELETE"),
    ("Untag", "DELETE"),
    ("Update", "PATCH"),
    ("Put", "PUT"),
    ("Tag", "PUT"),
    ("", "POST"),
];

/// The actions that an operation needs, with all that AWS documents besides.
pub(crate) fn operation_actions(service: &str, operation: &str, models: &Models) -> Vec<String> {
    let own = match ACTIONS.operations.get(&format!("{service}:{operation}")) {
        Some(actions) => actions.clone(),
        None => vec![own_action(service, operation, models)],
    };
    own.iter().flat_map(|action| with_dependents(action)).collect()
}

/// An action, and what AWS documents as needed besides, as far as it is.
pub(crate) fn with_dependents(action: &str) -> impl Iterator<Item = String> {
    let dependents = DEPENDENTS.get(action).into_iter().flatten();
    let needed = dependents.filter(|dependent| !ACTIONS.not_needed.contains_key(*dependent));
    std::iter::once(action.to_owned()).chain(needed.cloned())
}

fn own_action(service: &str, operation: &str, models: &Models) -> String {
    let prefix = models.service(service).map_or(service, |service| service.iam_prefix());
    if prefix == "apigateway" {
        let method = METHODS.iter().find(|(start, _)| operation.starts_with(start));
        return format!("apigateway:{}", method.map_or("POST", |(_, method)| method));
    }
    format!("{prefix}:{operation}")
}
