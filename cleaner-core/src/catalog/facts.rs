use std::sync::Arc;

use jmespath::{Rcvar, Variable};

use super::entry::{Edge, Entry, Lookup, Tagged};
use super::json::{Root, null, scalar_text, share, text, unshare};
use super::path::Path;
use super::tags::tags;
use super::timestamp::timestamp;
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::resource::{Fact, Keep, Ref, Resource, State, ThinVec};

/// Reads the facts of one found thing; none if it is over.
///
/// # Errors
/// Invalid, if it has no id or a path cannot be evaluated: what is listed but cannot be named fails the listing.
pub(super) fn resource(entry: &Entry, context: &Context, thing: &Rcvar) -> Result<Option<Resource>, Error> {
    if holds(entry.gone.as_ref(), thing)? {
        return Ok(None);
    }
    let Some(id) = id(entry, thing)? else {
        let message = format!(
            "{} has no id: the path `{}` ({}) gives none for one of the listed things.",
            entry.name.value,
            entry.id.text(),
            entry.id.place(0),
        );
        let mut error = Error::new(ErrorKind::Invalid, message);
        error.operation = Some(entry.list.title());
        return Err(error);
    };
    let mut resource = Resource::new(entry.name.value.clone(), context.region().clone(), id);
    if let Some(label) = &entry.label
        && let Some(name) = scalar_text(&*label.eval(thing)?).filter(|name| !name.is_empty())
    {
        resource.name = name.into();
    }
    for (name, path) in &entry.properties {
        let value = path.eval(thing)?;
        if !value.is_null() {
            resource.properties.insert(name.value.as_str(), unshare(&value));
        }
    }
    resource.arn = arn(entry, context, &resource, thing)?;
    resource.created = created(entry, thing)?;
    resource.tags = listed_tags(entry, thing)?;
    resource.refs = refs(&entry.refs, thing)?;
    resource.owners = refs(&entry.owned_by, thing)?;
    resource.parts_of = refs(&entry.part_of, thing)?;
    resource.state = state(entry, thing)?;
    for managed in &entry.managed {
        if managed.when.holds(thing)? {
            resource.managed = Some(managed.why.as_str().into());
            break;
        }
    }
    for protect in &entry.protect {
        if protect.when.holds(thing)? {
            resource.protection =
                Some(Box::new(Keep { name: protect.name.as_str().into(), why: protect.why.as_str().into() }));
            break;
        }
    }
    Ok(Some(resource))
}

/// The id of a listed thing, if it has one.
pub(super) fn id(entry: &Entry, thing: &Rcvar) -> Result<Option<String>, Error> {
    Ok(scalar_text(&*entry.id.eval(thing)?).filter(|id| !id.is_empty()))
}

/// Adds to a resource what its details tell: the creation date and the properties that the list did not bring.
///
/// # Errors
/// Invalid, if a path cannot be evaluated.
pub(super) fn detail(
    entry: &Entry,
    lookup: &Lookup,
    output: &Rcvar,
    resource: &mut Resource,
    root: Root,
) -> Result<(), Error> {
    let more = lookup.at.as_ref().map_or_else(|| Ok(output.clone()), |at| at.eval(output))?;
    let root = root.merged(&more).share();
    if let (Some(created), true) = (&entry.created, resource.created.is_unread()) {
        resource.created = timestamp(&*created.eval(&root)?);
    }
    for (name, path) in &entry.properties {
        if !resource.properties.contains_key(&name.value) {
            // Null is an answer, too: read, and not there.
            resource.properties.insert(name.value.as_str(), unshare(&*path.eval(&root)?));
        }
    }
    Ok(())
}

/// What steps, and calls for one resource, know of it. Nothing else survives into a saved plan.
pub(super) fn root(resource: &Resource, ctx: Rcvar) -> Root {
    let properties =
        resource.properties.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    Root::default()
        .with("id", text(&resource.id))
        .with("name", text(&resource.name))
        .with("arn", resource.arn.as_deref().map_or_else(null, text))
        .with("properties", share(serde_json::Value::Object(properties)))
        .with("ctx", ctx)
}

/// The same of a found thing before it is described: what the list alone tells.
pub(super) fn listed_root(entry: &Entry, thing: &Rcvar, ctx: Rcvar) -> Result<Root, Error> {
    let or_null = |path: Option<&Path>| path.map_or_else(|| Ok(null()), |path| path.eval(thing));
    let id = entry.id.eval(thing)?;
    let name = or_null(entry.label.as_ref())?;
    let mut properties = Root::default();
    for (name, path) in &entry.properties {
        properties = properties.with(&name.value, path.eval(thing)?);
    }
    Ok(Root::default()
        .with("name", if name.is_null() { id.clone() } else { name })
        .with("id", id)
        .with("arn", or_null(entry.arn.as_ref())?)
        .with("properties", properties.share())
        .with("ctx", ctx))
}

fn arn(
    entry: &Entry,
    context: &Context,
    resource: &Resource,
    thing: &Rcvar,
) -> Result<Option<Arc<str>>, Error> {
    let arn = if let Some(path) = &entry.arn {
        path.eval(thing)?.as_string().cloned()
    } else if let Some(template) = &entry.arn_template {
        template.render_text(&root(resource, super::caller::ctx(context)).share())?
    } else {
        None
    };
    Ok(arn.filter(|arn| !arn.is_empty()).map(Into::into))
}

fn created(entry: &Entry, thing: &Rcvar) -> Result<Fact<jiff::Timestamp>, Error> {
    let Some(path) = &entry.created else { return Ok(Fact::Absent) };
    Ok(match timestamp(&*path.eval(thing)?) {
        Fact::Absent if entry.details.is_some() => Fact::Unread,
        fact => fact,
    })
}

fn listed_tags(entry: &Entry, thing: &Rcvar) -> Result<Fact<crate::resource::Tags>, Error> {
    match &entry.tags {
        Tagged::Nowhere => Ok(Fact::Absent),
        Tagged::Bulk | Tagged::Call(_) => Ok(Fact::Unread),
        Tagged::Listed(path) => {
            let found = path.eval(thing)?;
            let unreadable = || Fact::Unreadable(format!("`{}` gives no tags", path.text()).into());
            Ok(tags(&found).map_or_else(unreadable, Fact::Known))
        }
    }
}

fn refs(edges: &[Edge], thing: &Rcvar) -> Result<ThinVec<Ref>, Error> {
    let mut refs = ThinVec::new();
    for edge in edges {
        let found = edge.path.eval(thing)?;
        let targets = match &*found {
            Variable::Array(targets) => targets.as_slice(),
            _ => std::slice::from_ref(&found),
        };
        for target in targets {
            match &**target {
                // `condition && path` gives false where the condition does not hold.
                Variable::Null | Variable::Bool(false) => {}
                Variable::String(text) if text.is_empty() => {}
                Variable::String(text) => {
                    let target = Ref { type_name: edge.target.value.clone(), target: text.as_str().into() };
                    if !refs.contains(&target) {
                        refs.push(target);
                    }
                }
                other => {
                    let message = format!(
                        "the path `{}` ({}) gives {other}, not the id, name or ARN of a {}.",
                        edge.path.text(),
                        edge.path.place(0),
                        edge.target.value,
                    );
                    return Err(Error::new(ErrorKind::Invalid, message));
                }
            }
        }
    }
    Ok(refs)
}

fn state(entry: &Entry, thing: &Rcvar) -> Result<State, Error> {
    if let Some(path) = &entry.failed {
        let failed = path.eval(thing)?;
        if failed.is_truthy() {
            return Ok(State::Failed(reason(&failed).into()));
        }
    }
    Ok(if holds(entry.deleting.as_ref(), thing)? { State::Deleting } else { State::Present })
}

/// The reason a path gives for a failure, if it gives one.
pub(super) fn reason(failed: &Variable) -> String {
    match failed {
        Variable::String(reason) => reason.clone(),
        _ => "the deletion failed".to_owned(),
    }
}

/// Whether a path is there and holds.
pub(super) fn holds(path: Option<&Path>, root: &Rcvar) -> Result<bool, Error> {
    path.map_or(Ok(false), |path| path.holds(root))
}
