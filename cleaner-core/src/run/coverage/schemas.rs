use std::collections::BTreeSet;

use futures::StreamExt as _;

use super::known::Known;
use super::left_out;
use crate::error::{Error, ErrorKind};
use crate::handler::{Access, Registry, TypeSpec};
use crate::lane::Purpose;
use crate::report::UnsupportedReport;
use crate::resource::{Region, Resource, TypeName};
use crate::services::cloud_control::{self, Schema};

/// How many types are asked for at once in a region.
const AT_ONCE: usize = 32;

/// The types that a run lists only to say what is there: those that nobody has described, and of whose services nothing was left
/// out.
pub(crate) fn cross_checked<'a>(
    registry: &'a Registry,
    chosen: &'a BTreeSet<TypeName>,
    excluded: &'a BTreeSet<TypeName>,
) -> impl Iterator<Item = (&'a TypeSpec, &'static Schema)> {
    let left_out = left_out(registry, chosen);
    let specs = registry.specs().filter(|spec| spec.is_via_cloud_control());
    specs
        .filter(|spec| !chosen.contains(&spec.name) && !excluded.contains(&spec.name))
        .filter_map(|spec| Some((spec, Schema::find(spec.name.as_str())?)))
        .filter(move |(_, schema)| {
            schema.is_looked_for() && !schema.namespaces().any(|namespace| left_out.contains(namespace))
        })
}

/// What Cloud Control shows in a region of these types, and what could not be asked.
pub(super) struct Shown {
    pub(super) unsupported: Vec<UnsupportedReport>,
    /// The first error of those that leave open what there is, in words that say of how many types.
    pub(super) error: Option<Error>,
}

/// Asks Cloud Control for all resources of some types in a region.
///
/// # Errors
/// Credentials, or a run that was stopped.
pub(super) async fn ask(
    access: &Access,
    region: &Region,
    types: Vec<&'static Schema>,
    known: &Known,
) -> Result<Shown, Error> {
    let questions: Vec<_> = types.into_iter().map(|schema| list(access, region, schema)).collect();
    let mut answers = futures::stream::iter(questions).buffer_unordered(AT_ONCE);
    let (mut unsupported, mut failed) = (Vec::new(), Vec::new());
    while let Some((schema, answer)) = answers.next().await {
        match answer {
            Ok(resources) => {
                let new = resources.into_iter().filter(|resource| !is_known(resource, schema, known));
                unsupported.extend(new.map(|resource| report(&resource, schema)));
            }
            Err(error) if matches!(error.kind, ErrorKind::Interrupted | ErrorKind::Credentials) => {
                return Err(error);
            }
            // Where there is no such type, there is nothing of it.
            Err(error) if error.kind == ErrorKind::UnsupportedRegion => {}
            // Who may not ask for one may ask for none.
            Err(error) if is_refused_altogether(&error) => {
                return Ok(Shown { unsupported, error: Some(error) });
            }
            Err(error) => failed.push((schema.name, error)),
        }
    }
    failed.sort_by_key(|(name, _)| *name);
    let count = failed.len();
    let error = failed.into_iter().next().map(|(name, error)| {
        let others = if count > 1 { format!(" (and {} types more)", count - 1) } else { String::new() };
        let message = format!("{name}: {}{others}", error.message);
        error.with_message(message)
    });
    Ok(Shown { unsupported, error })
}

async fn list(
    access: &Access,
    region: &Region,
    schema: &'static Schema,
) -> (&'static Schema, Result<Vec<Resource>, Error>) {
    let context = access.context(&TypeName::from(schema.name), region, Purpose::List);
    (schema, cloud_control::left(&context, schema).await)
}

fn is_known(resource: &Resource, schema: &Schema, known: &Known) -> bool {
    let by_arn = resource.arn.as_deref().is_some_and(|arn| known.holds(arn));
    by_arn || schema.namespaces().any(|namespace| known.holds_name(namespace, &resource.id))
}

fn report(resource: &Resource, schema: &Schema) -> UnsupportedReport {
    UnsupportedReport {
        arn: resource.arn.as_ref().unwrap_or(&resource.id).to_string(),
        region: resource.region.as_str().to_owned(),
        service: schema.namespaces().next().unwrap_or("cloudformation").to_owned(),
        type_name: Some(schema.name.to_owned()),
    }
}

/// Whether it is the list itself that the caller may not ask for, not what the list needs for a type.
fn is_refused_altogether(error: &Error) -> bool {
    error.kind == ErrorKind::Denied && error.message.contains("cloudformation:ListResources")
}
