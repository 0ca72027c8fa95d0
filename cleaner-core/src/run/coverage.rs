//! What an account still holds and no type of the run lists.
//!
//! Whoever lists by type sees what its types see. The Resource Groups Tagging API lists across types, as far as resources have, or
//! had, tags: what it shows and no listing found is something this tool does not know, or did not see.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use aws_dynamic::model::Models;
use serde_json::{Value, json};

use super::{Run, RunError};
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::handler::Registry;
use crate::lane::Purpose;
use crate::plan::{STACK_NAME_TAG, StackChoice, StackName};
use crate::report::UnsupportedReport;
use crate::resource::{Region, Resource, TypeName};

/// How many values one filter of the Tagging API takes.
const VALUES_PER_FILTER: usize = 20;

/// Says what is done about resources that no type of the run lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coverage {
    /// Nobody looks for them.
    #[default]
    Off,
    /// They are reported.
    Report,
    /// They are reported, and no run is clean while there are any, or if nobody could look for them.
    Strict,
}

impl Run<'_> {
    /// Asks across all types what is there, and reports what no listing found.
    ///
    /// A service of which types were left out says nothing: what is there may be what was left out.
    ///
    /// # Errors
    /// Credentials, or a run that was stopped. If something cannot be asked otherwise, nobody knows; that is reported.
    pub(super) async fn cover(&mut self, mut known: Known) -> Result<(), RunError> {
        self.report.all_entries().for_each(|entry| known.add(&entry.resource, self.cleaner.registry()));
        for (service, id) in self.leaving.drain(..) {
            known.names.entry(service).or_default().insert(id);
        }
        let left_out = left_out(self.cleaner.registry(), &self.types);
        let regions: Vec<Region> = self.regions.iter().cloned().collect();
        let inputs = inputs(&self.stacks);
        let questions = regions.iter().map(|region| async {
            let context = self.access.context(&TypeName::from(""), region, Purpose::List);
            let mut arns = Vec::new();
            for input in &inputs {
                let mut pages = context.pages("resourcegroupstaggingapi", "GetResources", input.clone())?;
                while let Some(page) = pages.next().await? {
                    let all = page.get("ResourceTagMappingList").and_then(Value::as_array);
                    let all = all.into_iter().flatten();
                    let all = all.filter_map(|one| one.get("ResourceARN").and_then(Value::as_str));
                    arns.extend(all.map(str::to_owned));
                }
            }
            Ok::<_, Error>(arns)
        });
        let answers = futures::future::join_all(questions).await;
        let mut unsupported: BTreeMap<String, UnsupportedReport> = BTreeMap::new();
        let mut unknown: Vec<(Region, Error)> = Vec::new();
        for (region, answer) in regions.into_iter().zip(answers) {
            match answer {
                Err(error) if error.kind == ErrorKind::Interrupted => return Err(error.into()),
                // A region that is off does not know the credentials; everywhere else that is the end.
                Err(error) if error.kind == ErrorKind::Credentials => {
                    if region.is_global() || !self.access.credentials_still_good().await {
                        return Err(error.into());
                    }
                }
                // Where there is no such service, nothing is tagged.
                Err(error) if error.kind == ErrorKind::UnsupportedRegion => {}
                Err(error) => unknown.push((region, error)),
                Ok(arns) => {
                    for arn in arns {
                        let Some(name) = ArnName::parse(&arn) else { continue };
                        // The place of global services answers for its region, too.
                        let is_here = name.region.is_empty() || name.region == region.as_str();
                        if is_here && !left_out.contains(name.namespace) && !known.holds(&arn) {
                            let region = region.as_str().to_owned();
                            let namespace = name.namespace.to_owned();
                            unsupported.entry(arn.clone()).or_insert(UnsupportedReport {
                                arn,
                                region,
                                service: namespace,
                            });
                        }
                    }
                }
            }
        }
        for resource in unsupported.into_values() {
            self.recorder.emit(EventKind::Unsupported { resource: resource.clone() });
            self.report.unsupported(resource);
        }
        for (region, error) in unknown {
            self.report.not_covered();
            self.recorder.emit(EventKind::NotCovered { region: region.clone(), error: error.clone() });
            self.warn(format!("what no type lists in {region} could not be looked for: {error}"));
        }
        Ok(())
    }
}

/// The questions about a region: one about everything, or some about what chosen stacks made.
fn inputs(stacks: &StackChoice) -> Vec<Value> {
    if stacks.is_empty() {
        return vec![json!({ "ResourcesPerPage": 100 })];
    }
    let names: Vec<&str> = stacks.iter().map(StackName::name).collect();
    let input = |names: &[&str]| json!({ "TagFilters": [{ "Key": STACK_NAME_TAG, "Values": names }], "ResourcesPerPage": 100 });
    names.chunks(VALUES_PER_FILTER).map(input).collect()
}

/// The namespaces of ARNs of which the user left out types that are there by default.
fn left_out(registry: &Registry, chosen: &BTreeSet<TypeName>) -> BTreeSet<&'static str> {
    let specs = registry.specs().filter(|spec| spec.default && !chosen.contains(&spec.name));
    specs.flat_map(|spec| namespaces(&spec.service)).collect()
}

/// What ARNs of a service may call it.
fn namespaces(service: &str) -> impl Iterator<Item = &'static str> {
    let model = Models::builtin().service(service);
    model.into_iter().flat_map(|model| [model.signing_name(), model.iam_prefix()])
}

/// What a run knows to be there, or to have been there.
#[derive(Debug, Default)]
pub(super) struct Known {
    arns: HashSet<Arc<str>>,
    /// Ids and names, by service.
    names: BTreeMap<String, HashSet<Arc<str>>>,
}

impl Known {
    pub(super) fn add(&mut self, resource: &Resource, registry: &Registry) {
        self.arns.extend(resource.arn.clone());
        let Some(handler) = registry.get(resource.type_name.as_str()) else { return };
        let names = self.names.entry(handler.spec().service.clone()).or_default();
        names.extend([resource.id.clone(), resource.name.clone()]);
    }

    /// Whether an ARN is of something known, or of a part of it: its name, or that of what it is a part of, is one of its service.
    fn holds(&self, arn: &str) -> bool {
        let whole = |end: usize| self.arns.contains(&arn[..end]);
        if self.arns.contains(arn) || cuts(arn).any(|(end, _)| whole(end)) {
            return true;
        }
        let Some(ArnName { namespace, resource, .. }) = ArnName::parse(arn) else { return true };
        let of_service =
            self.names.iter().filter(|(service, _)| namespaces(service).any(|name| name == namespace));
        let names: Vec<&HashSet<Arc<str>>> = of_service.map(|(_, names)| names).collect();
        let mut starts = std::iter::once(0).chain(cuts(resource).map(|(_, start)| start));
        starts.any(|start| {
            let ends = cuts(resource).map(|(end, _)| end).chain([resource.len()]);
            ends.filter(|end| *end > start)
                .any(|end| names.iter().any(|names| names.contains(&resource[start..end])))
        })
    }
}

/// Where the parts of a text that colons and slashes divide end and begin.
fn cuts(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.match_indices([':', '/']).map(|(at, _)| (at, at + 1))
}

/// The parts of an ARN that tell what it names.
struct ArnName<'a> {
    namespace: &'a str,
    region: &'a str,
    resource: &'a str,
}

impl<'a> ArnName<'a> {
    fn parse(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let (_arn, _partition) = (parts.next().filter(|arn| *arn == "arn")?, parts.next()?);
        let (namespace, region, _account) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { namespace, region, resource: parts.next()? })
    }
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
        ]);
        for arn in [
            bus,
            "arn:aws:events:eu-west-1:123456789012:event-bus/mine/part",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/jobs",
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/jobs:log-stream:one",
            "arn:aws:s3:::media",
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
}
