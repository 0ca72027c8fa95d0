use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use aws_dynamic::model::Models;
use futures::TryStreamExt as _;

use super::actions;
use super::caller::{Caller, ctx};
use super::entry::{Edge, Entry, Tagged};
use super::path::Path;
use super::step::{self, WhenGone};
use super::tags::tags;
use super::{facts, listing};
use crate::error::{Error, ErrorKind};
use crate::handler::{
    Actions, Context, Definition, Deletion, ProtectionReason, ResourceHandler, SettingSpec, Sink, Status,
    TagSource, TypeSpec,
};
use crate::resource::{Resource, Tags, TypeName};

/// Runs one entry of a catalog.
#[derive(Clone, Debug)]
pub struct CatalogHandler {
    entry: Arc<Entry>,
    spec: TypeSpec,
}

impl CatalogHandler {
    /// The handler of an entry. Its paths and operations are taken to be checked.
    pub fn new(entry: Entry, definition: Definition, models: &'static Models) -> Self {
        let entry = Arc::new(entry);
        let spec = spec(&entry, definition, models);
        Self { entry, spec }
    }

    fn root(&self, context: &Context, resource: &Resource) -> super::json::Root {
        facts::root(resource, ctx(context))
    }
}

impl ResourceHandler for CatalogHandler {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let mut found = listing::found(&self.entry, context);
        // A listing that changes while its pages are read may bring the same thing twice.
        let mut seen = HashSet::new();
        while let Some(thing) = found.try_next().await? {
            match facts::resource(&self.entry, context, &thing)? {
                Some(resource) if seen.insert(resource.id.clone()) => sink.push(resource).await?,
                Some(_) => {}
                None => facts::id(&self.entry, &thing)?.into_iter().for_each(|id| sink.leaving(id)),
            }
        }
        Ok(())
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let caller = Caller::new(context, &self.entry);
        let root = self.root(context, resource);
        let mut hindered = None;
        for before in &self.entry.before {
            match step::run(before, &caller, &root, WhenGone::GoOn).await {
                // Whether the step was needed is for the deletion to say: AWS refuses it if so.
                Err(error) if matches!(error.kind, ErrorKind::Unexpected | ErrorKind::UnsupportedRegion) => {
                    hindered.get_or_insert(error);
                }
                result => result?,
            }
        }
        match (step::run(&self.entry.delete, &caller, &root, WhenGone::Tell).await, hindered) {
            (Err(error), Some(hindered)) if error.kind != ErrorKind::Gone => {
                let message = format!("{} (and before that, {hindered})", error.message);
                return Err(error.with_message(message));
            }
            (result, _) => result?,
        }
        Ok(if self.entry.asynchronous { Deletion::Started } else { Deletion::Done })
    }

    async fn unlink(&self, context: &Context, resource: &Resource) -> Result<(), Error> {
        let caller = Caller::new(context, &self.entry);
        let root = self.root(context, resource);
        for unlink in &self.entry.unlink {
            step::run(unlink, &caller, &root, WhenGone::GoOn).await?;
        }
        Ok(())
    }

    async fn tags(&self, context: &Context, resource: &Resource) -> Result<Option<Tags>, Error> {
        let Tagged::Call(lookup) = &self.entry.tags else { return Ok(None) };
        let root = self.root(context, resource).share();
        let output = Caller::new(context, &self.entry).call(&lookup.call, &root).await?;
        let found = lookup.at.as_ref().map_or_else(|| Ok(output.clone()), |at| at.eval(&output))?;
        let Some(tags) = tags(&found) else {
            let message = format!("{} answers with no tags that can be read.", lookup.call.title());
            return Err(Error::new(ErrorKind::Invalid, message));
        };
        Ok(Some(tags))
    }

    async fn details(&self, context: &Context, resource: &mut Resource) -> Result<(), Error> {
        let Some(lookup) = &self.entry.details else { return Ok(()) };
        let root = self.root(context, resource);
        let output = Caller::new(context, &self.entry).call(&lookup.call, &root.clone().share()).await?;
        facts::detail(&self.entry, lookup, &output, resource, root)
    }

    async fn status(&self, context: &Context, resource: &Resource) -> Result<Option<Status>, Error> {
        let Some(status) = &self.entry.status else { return Ok(None) };
        let root = self.root(context, resource).share();
        let output = match Caller::new(context, &self.entry).call(&status.call, &root).await {
            Err(error) if error.kind == ErrorKind::Gone => return Ok(Some(Status::Gone)),
            output => output?,
        };
        if facts::holds(status.gone.as_ref(), &output)? {
            return Ok(Some(Status::Gone));
        }
        if let Some(path) = &status.failed {
            let failed = path.eval(&output)?;
            if failed.is_truthy() {
                return Ok(Some(Status::Failed(facts::reason(&failed))));
            }
        }
        Ok(Some(Status::Deleting))
    }
}

/// The facts of the type.
fn spec(entry: &Arc<Entry>, definition: Definition, models: &'static Models) -> TypeSpec {
    let targets =
        |edges: &[Edge]| edges.iter().map(|edge| edge.target.value.clone()).collect::<Vec<TypeName>>();
    let mut spec = TypeSpec::new(entry.name.value.as_str(), &entry.service.value);
    if let Some(name) = &entry.cloudformation {
        spec = spec.cloudformation(name);
    }
    spec.aliases.extend(entry.aliases.iter().cloned());
    spec.scope = entry.scope;
    spec.delete_after = entry.delete_after.iter().map(|name| name.value.clone()).collect();
    spec.refs = targets(&entry.refs);
    spec.owned_by = targets(&entry.owned_by);
    spec.part_of = targets(&entry.part_of);
    spec.settings = entry
        .settings
        .iter()
        .map(|(name, doc)| {
            let setting = name.value.clone();
            let iam_actions =
                later(entry, models, move |entry, models| actions::of_setting(entry, &setting, models));
            SettingSpec { name: name.value.clone(), doc: doc.clone(), iam_actions }
        })
        .collect();
    for protect in &entry.protect {
        if !spec.protections.contains(&protect.name) {
            spec.protections.push(protect.name.clone());
        }
        let reason = ProtectionReason { name: protect.name.clone(), why: protect.why.clone() };
        if !spec.protection_reasons.contains(&reason) {
            spec.protection_reasons.push(reason);
        }
    }
    spec.properties = entry.properties.iter().map(|(name, _)| name.value.clone()).collect();
    spec.tags = match entry.tags {
        Tagged::Nowhere => TagSource::None,
        Tagged::Listed(_) => TagSource::Listed,
        Tagged::Bulk => TagSource::Bulk,
        Tagged::Call(_) => TagSource::Call,
    };
    spec.listing_actions = later(entry, models, actions::of_listing);
    spec.iam_actions = later(entry, models, actions::of_all);
    spec.before = entry.before.iter().map(|step| step.to_string()).collect();
    spec.dated_by_change = entry.created.as_ref().is_some_and(is_of_change);
    spec.by_product = entry.by_product;
    spec.bills_idle = entry.bills_idle;
    spec.default = entry.default;
    spec.why_off = entry.why_off.clone().or_else(|| goes_with(&spec).filter(|_| !entry.default));
    spec.definition = definition;
    spec.model_checked = true;
    spec.emulator_tested = entry.emulator_tested;
    spec
}

/// What names of dates hold that move while a thing stays the same.
const MOVING: [&str; 6] = ["chang", "enable", "latest", "launch", "modif", "updat"];

/// Whether a path of a creation date leads to one that moves, by the name that AWS gave it.
fn is_of_change(created: &Path) -> bool {
    let text = created.text().to_ascii_lowercase();
    MOVING.iter().any(|word| text.contains(word))
}

/// The actions of a type, worked out from the models when somebody asks for them.
fn later(
    entry: &Arc<Entry>,
    models: &'static Models,
    work: impl FnOnce(&Entry, &Models) -> Vec<String> + Send + 'static,
) -> Actions {
    let entry = entry.clone();
    Actions::later(move || work(&entry, models))
}

/// What takes a resource of the type along, in words.
fn goes_with(spec: &TypeSpec) -> Option<String> {
    let wholes = spec.owned_by.iter().chain(&spec.part_of).map(TypeName::as_str);
    let wholes: BTreeSet<&str> = wholes.filter(|name| spec.name != *name).collect();
    let wholes: Vec<&str> = wholes.into_iter().collect();
    (!wholes.is_empty()).then(|| format!("it goes with its {}", wholes.join(" or ")))
}

#[cfg(test)]
mod tests;
