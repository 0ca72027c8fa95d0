//! Finds the operation of a REST call by its method and path.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_dynamic::model::{Models, OperationModel, Protocol};

use super::scope::parameters;
use super::signing_names::models_signed_as;
use crate::http::Request;

/// Where one operation is called.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) model: &'static str,
    pub(super) operation: &'static str,
    pub(super) protocol: Protocol,
    method: &'static str,
    path: Vec<Segment>,
    /// Parameters that the query must have, with their value where it is fixed.
    query: Vec<(&'static str, Option<&'static str>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment {
    Literal(&'static str),
    /// One segment.
    Label,
    /// One or more.
    Greedy,
}

/// Operations whose method and path are those of another one, from which only the name they are signed for tells them.
const SIGNED_OTHERWISE: [&str; 1] = ["ListDirectoryBuckets"];

/// All routes of the services that are signed for under one name.
#[derive(Debug)]
pub(super) struct Routes(Vec<Route>);

impl Routes {
    /// The routes of a signing name, read from the models on first use.
    pub(super) fn of(signing_name: &str) -> Arc<Self> {
        static KNOWN: Mutex<Option<HashMap<String, Arc<Routes>>>> = Mutex::new(None);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        if let Some(routes) = known.get(signing_name) {
            return Arc::clone(routes);
        }
        let routes = Arc::new(Self::read(signing_name));
        known.insert(signing_name.to_owned(), Arc::clone(&routes));
        routes
    }

    fn read(signing_name: &str) -> Self {
        let services = models_signed_as(signing_name).iter().filter_map(|id| Models::builtin().service(id));
        let mut routes = Vec::new();
        for service in services {
            let Some(protocol @ (Protocol::RestJson | Protocol::RestXml)) = service.protocol() else {
                continue;
            };
            let names = service.operations().filter(|name| !SIGNED_OTHERWISE.contains(name));
            let operations = names.filter_map(|name| service.operation(name));
            routes.extend(operations.map(|operation| Route::new(service.id(), protocol, operation)));
        }
        Self(routes)
    }

    /// The route of a request whose path starts with the bucket, if it has one.
    pub(super) fn find(&self, request: &Request, path: &str) -> Option<&Route> {
        let mut segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
        let query: Vec<(String, Option<String>)> = parameters(request.query()).collect();
        let best = |segments: &[&str]| {
            let fitting = self.0.iter().filter(|route| route.method == request.method);
            let scored = fitting.filter_map(|route| Some((route.score(segments, &query)?, route)));
            // Of two names for the same call the longer one is the newer one.
            scored.max_by_key(|(score, route)| (*score, route.operation.len(), route.operation))
        };
        let found = best(&segments);
        if found.is_none() && segments.len() > 1 && segments.last() == Some(&"") {
            segments.pop();
            return best(&segments).map(|(_, route)| route);
        }
        found.map(|(_, route)| route)
    }

    /// The protocol that the services of the name speak, going by the first.
    pub(super) fn protocol(&self) -> Option<Protocol> {
        self.0.first().map(|route| route.protocol)
    }
}

impl Route {
    fn new(model: &'static str, protocol: Protocol, operation: OperationModel) -> Self {
        let (path, constants) = operation.uri().split_once('?').unwrap_or((operation.uri(), ""));
        let segments = path.strip_prefix('/').unwrap_or(path).split('/').map(|segment| {
            match segment.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
                Some(label) if label.ends_with('+') => Segment::Greedy,
                Some(_) => Segment::Label,
                None => Segment::Literal(segment),
            }
        });
        let constants = constants.split('&').filter(|pair| !pair.is_empty());
        let constants = constants
            .map(|pair| pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value))));
        let required = operation.input().map(|input| input.required_in_query().map(|name| (name, None)));
        Self {
            model,
            operation: operation.name(),
            protocol,
            method: operation.method(),
            path: segments.collect(),
            query: constants.chain(required.into_iter().flatten()).collect(),
        }
    }

    /// How closely the route fits a request; none if it does not.
    fn score(&self, segments: &[&str], query: &[(String, Option<String>)]) -> Option<(usize, usize)> {
        let literals = self.path.iter().filter(|segment| matches!(segment, Segment::Literal(_))).count();
        let fits = fits(&self.path, segments)
            && self.query.iter().all(|(name, value)| {
                query.iter().any(|(own, given)| {
                    own == name && value.is_none_or(|value| given.as_deref() == Some(value))
                })
            });
        fits.then_some((literals, self.query.len()))
    }
}

fn fits(path: &[Segment], segments: &[&str]) -> bool {
    match (path, segments) {
        ([], []) => true,
        ([Segment::Literal(literal), path @ ..], [segment, segments @ ..]) => {
            literal == segment && fits(path, segments)
        }
        ([Segment::Label, path @ ..], [segment, segments @ ..]) => {
            !segment.is_empty() && fits(path, segments)
        }
        ([Segment::Greedy, path @ ..], [first, rest @ ..]) => {
            // An object's key may hold empty segments, but is not empty.
            (!first.is_empty() || !rest.is_empty())
                && (0..=rest.len()).any(|taken| fits(path, &rest[taken..]))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(service: &str, method: &str, target: &str) -> String {
        let request = Request { method: method.into(), target: target.into(), ..Request::default() };
        let routes = Routes::of(service);
        routes
            .find(&request, request.path())
            .map_or_else(String::new, |route| format!("{}:{}", route.model, route.operation))
    }

    #[test]
    fn method_path_and_query_tell_the_operation() {
        for (service, method, target, expected) in [
            ("s3", "GET", "/", "s3:ListBuckets"),
            ("s3", "GET", "/?x-id=ListBuckets", "s3:ListBuckets"),
            ("s3", "GET", "/b?list-type=2&prefix=x%2F", "s3:ListObjectsV2"),
            ("s3", "GET", "/b/?list-type=2", "s3:ListObjectsV2"),
            ("s3", "GET", "/b?versions&encoding-type=url", "s3:ListObjectVersions"),
            ("s3", "GET", "/b?uploads", "s3:ListMultipartUploads"),
            ("s3", "GET", "/b?notification", "s3:GetBucketNotificationConfiguration"),
            ("s3", "POST", "/b?delete", "s3:DeleteObjects"),
            ("s3", "DELETE", "/b", "s3:DeleteBucket"),
            ("s3", "DELETE", "/b?policy", "s3:DeleteBucketPolicy"),
            ("s3", "DELETE", "/b/a//b?versionId=1", "s3:DeleteObject"),
            ("s3", "DELETE", "/b/a/b?uploadId=1", "s3:AbortMultipartUpload"),
            ("s3", "HEAD", "/b", "s3:HeadBucket"),
            ("s3", "GET", "/v20180820/accesspoint", "s3control:ListAccessPoints"),
            ("lambda", "GET", "/2015-03-31/functions/", "lambda:ListFunctions"),
            ("lambda", "DELETE", "/2015-03-31/functions/arn%3Aaws%3Alambda%2Ff", "lambda:DeleteFunction"),
            ("apigateway", "DELETE", "/restapis/abc", "apigateway:DeleteRestApi"),
            ("apigateway", "DELETE", "/v2/apis/abc", "apigatewayv2:DeleteApi"),
            ("route53", "GET", "/2013-04-01/hostedzone", "route53:ListHostedZones"),
            ("route53", "POST", "/2013-04-01/hostedzone/Z1/rrset/", "route53:ChangeResourceRecordSets"),
            ("cloudfront", "GET", "/2020-05-31/distribution", "cloudfront:ListDistributions"),
            ("elasticfilesystem", "GET", "/2015-02-01/file-systems", "efs:DescribeFileSystems"),
            ("lambda", "PATCH", "/nowhere", ""),
            ("no-such", "GET", "/", ""),
        ] {
            assert_eq!(operation(service, method, target), expected, "{service} {method} {target}");
        }
    }

    #[test]
    fn greedy_labels_take_any_number_of_segments() {
        let path = [Segment::Label, Segment::Greedy, Segment::Literal("x")];
        for (given, expected) in
            [("a/b/x", true), ("a/b/c/x", true), ("a/x", false), ("a/b/c", false), ("/b/x", false)]
        {
            assert_eq!(fits(&path, &given.split('/').collect::<Vec<_>>()), expected, "{given}");
        }
    }
}
