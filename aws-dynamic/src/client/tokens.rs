//! Page tokens: where they are, and the bit of JMESPath that paginators use.

use serde_json::Value;

use crate::{
    model::{OperationModel, Paginator, Shape, ShapeKind},
    quirks,
};

/// Pairs of members by which operations are paged whose model says nothing: input, output.
const WELL_KNOWN: [(&str, &str); 16] = [
    ("nextToken", "nextToken"),
    ("NextToken", "NextToken"),
    ("Marker", "NextMarker"),
    ("Marker", "Marker"),
    ("marker", "nextMarker"),
    ("marker", "marker"),
    ("NextMarker", "NextMarker"),
    ("nextMarker", "nextMarker"),
    ("position", "position"),
    ("pageToken", "nextPageToken"),
    ("PageToken", "NextPageToken"),
    ("nextPageToken", "nextPageToken"),
    ("NextPageToken", "NextPageToken"),
    ("PaginationToken", "PaginationToken"),
    ("paginationToken", "paginationToken"),
    ("Cursor", "NextCursor"),
];

/// How one operation is paged.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// Input member and output path of each token.
    pairs: Vec<(&'static str, &'static str)>,
    more: Option<&'static str>,
}

/// What a page says about the next.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// There is none.
    End,
    /// The input members to set; `None` removes one.
    Page(Vec<(&'static str, Option<Value>)>),
    /// There is one, but no way to ask for it.
    Lost,
}

impl Tokens {
    pub(super) fn of(operation: OperationModel) -> Self {
        if let Some(paginator) = operation.paginator() {
            return Self::modelled(paginator);
        }
        match quirks::paging(operation.service().id(), operation.name()) {
            Some((pairs, more)) => Self { pairs: pairs.to_vec(), more: *more },
            None => Self::guessed(operation),
        }
    }

    pub(super) fn are_known(&self) -> bool {
        !self.pairs.is_empty()
    }

    fn modelled(paginator: Paginator) -> Self {
        let pairs = paginator.input_tokens().iter().copied().zip(paginator.output_tokens().iter().copied());
        Self { pairs: pairs.collect(), more: paginator.more_results() }
    }

    fn guessed(operation: OperationModel) -> Self {
        let (Some(input), Some(output)) = (operation.input(), operation.output()) else {
            return Self::default();
        };
        let is_text = |shape: Option<Shape>| shape.is_some_and(|shape| shape.kind() == ShapeKind::String);
        let fits = |(given, got): &&(&str, &str)| is_text(input.member(given)) && is_text(output.member(got));
        Self { pairs: WELL_KNOWN.iter().find(fits).copied().into_iter().collect(), more: None }
    }

    pub(super) fn next(&self, output: &Value) -> Next {
        if self.pairs.is_empty() {
            return Next::End;
        }
        if self.more.is_some_and(|path| !search(output, path).is_some_and(is_truthy)) {
            return Next::End;
        }
        let found = |path| search(output, path).filter(|token| is_truthy(token)).cloned();
        let tokens: Vec<_> = self.pairs.iter().map(|(member, path)| (*member, found(path))).collect();
        match tokens.iter().any(|(_, token)| token.is_some()) {
            true => Next::Page(tokens),
            false if self.more.is_some() => Next::Lost,
            false => Next::End,
        }
    }
}

fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// The part of JMESPath that paginators use: `a.b`, `a[-1].b`, `x || y`.
fn search<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split("||").find_map(|path| {
        let found = path.trim().split('.').try_fold(value, |value, part| match part.strip_suffix("[-1]") {
            Some(name) => value.get(name)?.as_array()?.last(),
            None => value.get(part),
        });
        found.filter(|value| !value.is_null())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Models;

    fn tokens(service: &str, operation: &str) -> Tokens {
        Tokens::of(
            Models::builtin()
                .service(service)
                .expect("a service")
                .operation(operation)
                .expect("an operation"),
        )
    }

    #[test]
    fn the_model_decides_where_it_says_something() {
        let iam = tokens("iam", "GetAccountAuthorizationDetails");
        assert_eq!(iam.next(&json!({"IsTruncated": false, "Marker": "m"})), Next::End);
        assert_eq!(
            iam.next(&json!({"IsTruncated": true, "Marker": "m"})),
            Next::Page(vec![("Marker", Some(json!("m")))])
        );
        assert_eq!(iam.next(&json!({"IsTruncated": true})), Next::Lost);
    }

    #[test]
    fn tokens_that_are_not_given_are_taken_back() {
        let next =
            tokens("s3", "ListObjectVersions").next(&json!({"IsTruncated": true, "NextKeyMarker": "k"}));
        assert_eq!(next, Next::Page(vec![("KeyMarker", Some(json!("k"))), ("VersionIdMarker", None)]));
    }

    #[test]
    fn well_known_names_are_used_where_the_model_is_silent() {
        let tokens = Tokens { pairs: vec![("NextToken", "NextToken")], more: None };
        assert_eq!(tokens.next(&json!({"NextToken": ""})), Next::End);
        assert_eq!(tokens.next(&json!({"NextToken": null})), Next::End);
        assert_eq!(
            tokens.next(&json!({"NextToken": "t"})),
            Next::Page(vec![("NextToken", Some(json!("t")))])
        );
    }

    #[test]
    fn some_operations_have_ways_of_their_own() {
        let apps = tokens("pinpoint", "GetApps").next(&json!({"ApplicationsResponse": {"NextToken": "t"}}));
        assert_eq!(apps, Next::Page(vec![("Token", Some(json!("t")))]));
        let streams = tokens("firehose", "ListDeliveryStreams");
        let page = json!({"DeliveryStreamNames": ["a", "b"], "HasMoreDeliveryStreams": true});
        let next = vec![("ExclusiveStartDeliveryStreamName", Some(json!("b")))];
        assert_eq!(streams.next(&page), Next::Page(next));
        let page = json!({"DeliveryStreamNames": ["c"], "HasMoreDeliveryStreams": false});
        assert_eq!(streams.next(&page), Next::End);
        let policies = tokens("route53", "ListTrafficPolicies");
        assert_eq!(policies.next(&json!({"IsTruncated": false, "TrafficPolicyIdMarker": "m"})), Next::End);
    }

    #[test]
    fn paths_of_paginators() {
        let value = json!({"a": {"b": 1}, "list": [{"k": "x"}, {"k": "y"}], "none": null});
        assert_eq!(search(&value, "a.b"), Some(&json!(1)));
        assert_eq!(search(&value, "none || list[-1].k"), Some(&json!("y")));
        assert_eq!(search(&value, "nope[-1].k"), None);
    }
}
