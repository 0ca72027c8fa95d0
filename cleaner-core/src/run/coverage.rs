//! What an account still holds and no type of the run lists.
//!
//! Whoever lists by type sees what its types see. The Resource Groups Tagging API lists across types, as far as resources have, or
//! had, tags: what it shows and no listing found is something this tool does not know, or did not see. A strict run also asks Cloud
//! Control, which lists by type, tags or no tags, for all types that nobody has described.

mod known;
mod schemas;

use std::collections::{BTreeMap, BTreeSet};

use super::choice::fits;
use super::{Run, RunError};
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::handler::{Access, Registry};
use crate::lane::Purpose;
use crate::plan::{STACK_NAME_TAG, StackChoice};
use crate::report::UnsupportedReport;
use crate::resource::{Region, TypeName};
use crate::scan::each_tagged;
use crate::services::arn::Arn;
use crate::services::cloud_control::Schema;

pub(super) use known::Known;
pub(crate) use schemas::cross_checked;

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

/// What was found, by ARN, or by identifier and region, and where nobody could look.
#[derive(Default)]
struct Findings {
    unsupported: BTreeMap<(String, Option<String>), UnsupportedReport>,
    unknown: Vec<(Region, Error)>,
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
            known.add_leaving(&service, &id);
        }
        let look = Look {
            access: &self.access,
            registry: self.cleaner.registry(),
            types: &self.types,
            excluded: self.excluded.types(),
            regions: &self.regions,
            stacks: &self.stacks,
            known: &known,
        };
        let mut findings = Findings::default();
        look.tagged(&mut findings).await?;
        // Cloud Control does not tell which stack made what it shows.
        if self.cleaner.options().coverage == Coverage::Strict && self.stacks.is_empty() {
            look.by_type(&mut findings).await?;
        }
        for resource in findings.unsupported.into_values() {
            self.recorder.emit(EventKind::Unsupported { resource: resource.clone() });
            self.report.unsupported(resource);
        }
        for (region, error) in findings.unknown {
            self.report.not_covered();
            self.recorder.emit(EventKind::NotCovered { region: region.clone(), error: error.clone() });
            self.warn(format!("what no type lists in {region} could not be looked for: {error}"));
        }
        Ok(())
    }
}

/// What somebody looks for, and where.
struct Look<'a> {
    access: &'a Access,
    registry: &'a Registry,
    types: &'a BTreeSet<TypeName>,
    excluded: &'a BTreeSet<TypeName>,
    regions: &'a BTreeSet<Region>,
    stacks: &'a StackChoice,
    known: &'a Known,
}

impl Look<'_> {
    /// Asks the Tagging API: about everything, or about what chosen stacks made.
    async fn tagged(&self, findings: &mut Findings) -> Result<(), RunError> {
        let left_out = left_out(self.registry, self.types);
        let questions = self.regions.iter().map(|region| async {
            let context = self.access.context(&TypeName::from(""), region, Purpose::List);
            let mut arns = Vec::new();
            let key = (!self.stacks.is_empty()).then_some(STACK_NAME_TAG);
            let is_theirs = |tags: &[(String, String)]| {
                let names = tags.iter().filter(|(key, _)| key == STACK_NAME_TAG).map(|(_, name)| name);
                names.into_iter().any(|name| self.stacks.iter().any(|stack| stack.name() == name))
            };
            let take = |arn: &str, tags: Vec<_>| {
                if key.is_none() || is_theirs(&tags) {
                    arns.push(arn.to_owned());
                }
            };
            each_tagged(&context, key, take).await?;
            Ok::<_, Error>(arns)
        });
        let answers = futures::future::join_all(questions).await;
        for (region, answer) in self.regions.iter().zip(answers) {
            for arn in self.answered(region, answer, findings).await?.unwrap_or_default() {
                let Some(parts) = Arn::parse(&arn) else { continue };
                // The place of global services answers for its region, too.
                let is_here = parts.region.is_empty() || parts.region == region.as_str();
                if is_here && !left_out.contains(parts.service) && !self.known.holds(&arn) {
                    let service = parts.service.to_owned();
                    findings.add(UnsupportedReport {
                        arn,
                        region: region.as_str().to_owned(),
                        service,
                        type_name: None,
                    });
                }
            }
        }
        Ok(())
    }

    /// Asks Cloud Control.
    async fn by_type(&self, findings: &mut Findings) -> Result<(), RunError> {
        let types: Vec<_> = cross_checked(self.registry, self.types, self.excluded).collect();
        let here = |region: &Region| -> Vec<&'static Schema> {
            types.iter().filter(|(spec, _)| fits(spec, region)).map(|(_, schema)| *schema).collect()
        };
        let questions: Vec<_> = self
            .regions
            .iter()
            .map(|region| schemas::ask(self.access, region, here(region), self.known))
            .collect();
        let answers = futures::future::join_all(questions).await;
        for (region, answer) in self.regions.iter().zip(answers) {
            let Some(shown) = self.answered(region, answer, findings).await? else { continue };
            shown.unsupported.into_iter().for_each(|one| findings.add(one));
            findings.unknown.extend(shown.error.map(|error| (region.clone(), error)));
        }
        Ok(())
    }

    /// What a region answered; none if it did not, and what that means is noted.
    ///
    /// # Errors
    /// Credentials, or a run that was stopped.
    async fn answered<T>(
        &self,
        region: &Region,
        answer: Result<T, Error>,
        findings: &mut Findings,
    ) -> Result<Option<T>, RunError> {
        let error = match answer {
            Ok(answer) => return Ok(Some(answer)),
            Err(error) => error,
        };
        match error.kind {
            ErrorKind::Interrupted => return Err(error.into()),
            ErrorKind::Credentials if !self.access.is_off(region).await? => return Err(error.into()),
            // Where there is no such service, nothing is there.
            ErrorKind::Credentials | ErrorKind::UnsupportedRegion => {}
            _ => findings.unknown.push((region.clone(), error)),
        }
        Ok(None)
    }
}

impl Findings {
    /// Notes something that is there. What both APIs show is noted once, with its type; Cloud Control may show no more of an ARN
    /// than its end.
    fn add(&mut self, one: UnsupportedReport) {
        let region = (!one.arn.starts_with("arn:")).then(|| one.region.clone());
        let ends_so = |other: &UnsupportedReport| {
            let is_end = |rest: &str| rest.ends_with(['/', ':']);
            other.service == one.service && other.arn.strip_suffix(&*one.arn).is_some_and(is_end)
        };
        let same = match &region {
            Some(_) => self.unsupported.values_mut().find(|other| ends_so(other)),
            None => self.unsupported.get_mut(&(one.arn.clone(), None)),
        };
        match same {
            Some(same) => same.type_name = same.type_name.take().or(one.type_name),
            None => {
                self.unsupported.insert((one.arn.clone(), region), one);
            }
        }
    }
}

/// The namespaces of ARNs of which the user left out types that are there by default.
fn left_out(registry: &Registry, chosen: &BTreeSet<TypeName>) -> BTreeSet<&'static str> {
    let specs = registry.specs().filter(|spec| spec.default && !chosen.contains(&spec.name));
    specs.flat_map(|spec| known::namespaces(&spec.service)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_apis_show_is_noted_once_with_its_type() {
        let one = |arn: &str, region: &str, type_name: Option<&str>| UnsupportedReport {
            arn: arn.to_owned(),
            region: region.to_owned(),
            service: "groundstation".to_owned(),
            type_name: type_name.map(str::to_owned),
        };
        let mut findings = Findings::default();
        findings.add(one("arn:aws:groundstation:eu-west-1:1:config/a", "eu-west-1", None));
        findings.add(one("a", "eu-west-1", Some("AWS::GroundStation::Config")));
        findings.add(one("b", "eu-west-1", Some("AWS::GroundStation::Config")));
        let noted: Vec<_> =
            findings.unsupported.values().map(|one| (&*one.arn, one.type_name.is_some())).collect();
        assert_eq!(noted, [("arn:aws:groundstation:eu-west-1:1:config/a", true), ("b", true)]);
    }
}
