use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use aws_dynamic::model::Models;

use crate::handler::{Registry, TypeSpec};
use crate::resource::{Resource, TypeName};
use crate::services::arn::Arn;
use crate::services::cloud_control::Schema;

/// What ARNs may call a service.
pub(super) fn namespaces(service: &str) -> impl Iterator<Item = &'static str> + use<> {
    Models::builtin().namespaces(service).into_iter().flatten()
}

/// What ARNs may call the service of a type.
fn namespaces_of(spec: &TypeSpec) -> Vec<&'static str> {
    match Schema::find(spec.name.as_str()).filter(|_| spec.is_via_cloud_control()) {
        Some(schema) => schema.namespaces().collect(),
        None => namespaces(&spec.service).collect(),
    }
}

/// What a run knows to be there, or to have been there.
#[derive(Debug, Default)]
pub(in crate::run) struct Known {
    arns: HashSet<Arc<str>>,
    /// Ids and names, by what ARNs call the service.
    names: HashMap<&'static str, HashSet<Arc<str>>>,
    /// What ARNs call the services of types, each looked up once.
    namespaces: BTreeMap<TypeName, Vec<&'static str>>,
}

impl Known {
    pub(in crate::run) fn add(&mut self, resource: &Resource, registry: &Registry) {
        self.arns.extend(resource.arn.clone());
        let Some(handler) = registry.get(resource.type_name.as_str()) else { return };
        let spec = handler.spec();
        let namespaces = self.namespaces.entry(spec.name.clone()).or_insert_with(|| namespaces_of(spec));
        for namespace in namespaces.iter() {
            let names = self.names.entry(namespace).or_default();
            names.extend([resource.id.clone(), resource.name.clone()]);
        }
    }

    /// Adds what was listed and counts as gone: its service and its id.
    pub(super) fn add_leaving(&mut self, service: &str, id: &Arc<str>) {
        for namespace in namespaces(service) {
            self.names.entry(namespace).or_default().insert(id.clone());
        }
    }

    /// Whether an ARN is of something known, or of a part of it: its name, or that of what it is a part of, is one of its service.
    pub(super) fn holds(&self, arn: &str) -> bool {
        let whole = |end: usize| self.arns.contains(&arn[..end]);
        if self.arns.contains(arn) || cuts(arn).any(|(end, _)| whole(end)) {
            return true;
        }
        let Some(arn) = Arn::parse(arn) else { return true };
        self.holds_name(arn.service, arn.resource)
    }

    /// Whether a piece of a text, between colons, slashes and bars, is the id or the name of something known of a service.
    pub(super) fn holds_name(&self, namespace: &str, text: &str) -> bool {
        let Some(names) = self.names.get(namespace) else { return false };
        let mut starts = std::iter::once(0).chain(cuts(text).map(|(_, start)| start));
        starts.any(|start| {
            let ends = cuts(text).map(|(end, _)| end).chain([text.len()]);
            ends.filter(|end| *end > start).any(|end| names.contains(&text[start..end]))
        })
    }
}

/// Where the parts of a text that colons, slashes and bars divide end and begin.
fn cuts(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.match_indices([':', '/', '|']).map(|(at, _)| (at, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(resources: &[(&str, &str, Option<&str>)]) -> Known {
        let registry = crate::builtin().expect("the library's own types");
        let mut known = Known::default();
        for (type_name, id, arn) in resources {
            let mut resource = Resource::new((*type_name).into(), "eu-west-1".into(), *id);
            resource.arn = arn.map(Into::into);
            known.add(&resource, &registry);
        }
        known
    }

    #[test]
    fn what_was_listed_and_its_parts_are_known_and_nothing_else() {
        let bus = "arn:aws:events:eu-west-1:123456789012:event-bus/mine";
        let known = known(&[
            ("SQSQueue", "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs", None),
            ("CloudWatchLogsLogGroup", "/aws/lambda/jobs", None),
            ("EventBridgeEventBus", "mine", Some(bus)),
            ("S3Bucket", "media", None),
            ("AWS::GroundStation::DataflowEndpointGroup", "group-1", None),
        ]);
        for arn in [
            bus,
            "arn:aws:events:eu-west-1:123456789012:event-bus/mine/part",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/jobs",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/jobs:log-stream:one",
            "arn:aws:s3:::media",
            "arn:aws:groundstation:eu-west-1:123456789012:dataflow-endpoint-group/group-1",
            "this is no ARN",
        ] {
            assert!(known.holds(arn), "{arn}");
        }
        for arn in [
            "arn:aws:events:eu-west-1:123456789012:event-bus/mine-too",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/jobs-too",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda",
            // The name of a bucket says nothing of a queue.
            "arn:aws:sqs:eu-west-1:123456789012:media",
            "arn:aws:groundstation:eu-west-1:123456789012:config/media",
        ] {
            assert!(!known.holds(arn), "{arn}");
        }
    }

    #[test]
    fn identifiers_of_parts_are_cut_like_arns() {
        let known =
            known(&[("S3Bucket", "media", None), ("CloudWatchLogsLogGroup", "/aws/lambda/jobs", None)]);
        assert!(known.holds_name("s3", "media") && known.holds_name("logs", "/aws/lambda/jobs|filter"));
        assert!(!known.holds_name("logs", "media") && !known.holds_name("s3", "media-2|filter"));
    }
}
