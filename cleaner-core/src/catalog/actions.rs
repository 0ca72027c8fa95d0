use std::collections::BTreeSet;

use aws_dynamic::model::Models;

use super::entry::{Call, Entry, Tagged};

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

/// The IAM actions that listing and deleting a type need, in alphabetical order.
pub(super) fn iam_actions(entry: &Entry, models: &Models) -> Vec<String> {
    let mut actions: BTreeSet<String> = entry.calls().into_iter().map(|call| action(call, models)).collect();
    if matches!(entry.tags, Tagged::Bulk) {
        actions.insert("tag:GetResources".to_owned());
    }
    actions.into_iter().collect()
}

fn action(call: &Call, models: &Models) -> String {
    let prefix = models.service(&call.service).map_or(call.service.as_str(), |service| service.iam_prefix());
    if prefix == "apigateway" {
        let method = METHODS.iter().find(|(start, _)| call.operation.starts_with(start));
        return format!("apigateway:{}", method.map_or("POST", |(_, method)| method));
    }
    format!("{prefix}:{}", call.operation)
}
