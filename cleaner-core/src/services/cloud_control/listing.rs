use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value, json};

use super::SERVICE;
use super::facts::Model;
use super::handler::Target;
use super::schema::{Listing, Schema};
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::resource::{Resource, TypeName};

/// How many parents of a listing are asked at once, and how many found things looked at.
pub(super) const AT_ONCE: usize = 16;

/// Lists what there is of a type, as far as the list tells: all pages, below all parents, in no order.
pub(super) fn models<'a>(
    context: &'a Context,
    schema: &'static Schema,
) -> BoxStream<'a, Result<Model, Error>> {
    match schema.listing() {
        Listing::Whole => pages(context, schema, Map::new()),
        Listing::Below(parent, links) => models(context, parent)
            .map_ok(move |above| {
                let links = links.clone();
                async move { input(context, parent, &links, above).await }
            })
            .try_buffer_unordered(AT_ONCE)
            .try_filter_map(|input| async { Ok(input) })
            .map_ok(move |input| {
                // A parent that was listed may be gone by now.
                pages(context, schema, input)
                    .filter(|model| {
                        let is_there = !matches!(model, Err(error) if error.kind == ErrorKind::Gone);
                        async move { is_there }
                    })
                    .boxed()
            })
            .try_flatten_unordered(AT_ONCE)
            .boxed(),
        Listing::Unknown(needed) => {
            let message = format!("{} is only listed for who gives {needed}.", schema.name);
            stream::once(async { Err(Error::new(ErrorKind::Invalid, message)) }).boxed()
        }
    }
}

/// What a list below this parent needs; none if the parent has gone.
async fn input(
    context: &Context,
    parent: &'static Schema,
    links: &[(&'static str, &'static str)],
    mut above: Model,
) -> Result<Option<Map<String, Value>>, Error> {
    if !links.iter().all(|(_, source)| above.properties.contains_key(*source))
        && !learn(context, parent, &mut above).await?
    {
        return Ok(None);
    }
    let mut input = Map::new();
    for (name, source) in links {
        let Some(value) = above.properties.get(*source) else {
            let message = format!(
                "{} {} shows no {source}, without which nothing below it is listed.",
                parent.name, above.identifier
            );
            return Err(Error::new(ErrorKind::Unexpected, message));
        };
        input.insert((*name).to_owned(), value.clone());
    }
    Ok(Some(input))
}

fn pages<'a>(
    context: &'a Context,
    schema: &'static Schema,
    known: Map<String, Value>,
) -> BoxStream<'a, Result<Model, Error>> {
    let mut input = json!({ "TypeName": schema.name });
    if !known.is_empty() {
        input["ResourceModel"] = Value::String(Value::Object(known.clone()).to_string());
    }
    let pager = match context.pages(SERVICE, "ListResources", input) {
        Ok(pager) => pager,
        Err(error) => return stream::once(async { Err(error) }).boxed(),
    };
    let pages = stream::try_unfold(pager, |mut pager| async move {
        let page = pager.next().await?;
        Ok::<_, Error>(page.map(|page| (page, pager)))
    });
    pages
        .map_ok(move |page| {
            let described =
                page.get("ResourceDescriptions").and_then(Value::as_array).cloned().unwrap_or_default();
            let read = |one: &Value| {
                Model::read(schema, &known, one).ok_or_else(|| {
                    let message = format!("a listed {} has no identifier.", schema.name);
                    Error::new(ErrorKind::Invalid, message)
                })
            };
            stream::iter(described.iter().map(read).collect::<Vec<_>>())
        })
        .try_flatten()
        .boxed()
}

/// Asks for all properties of one thing; tells whether it is still there.
pub(super) async fn learn(context: &Context, schema: &Schema, model: &mut Model) -> Result<bool, Error> {
    let input = json!({ "TypeName": schema.name, "Identifier": model.identifier });
    match context.call(SERVICE, "GetResource", input).await {
        Ok(answer) => {
            model.learn(answer.get("ResourceDescription").unwrap_or(&Value::Null));
            Ok(true)
        }
        Err(error) if error.kind == ErrorKind::Gone => Ok(false),
        Err(error) => Err(error),
    }
}

/// What there is of a type, for who only wants to know that: with as few calls as can be, and without AWS's own.
///
/// # Errors
/// Whatever keeps AWS from listing all of it.
pub(crate) async fn left(context: &Context, schema: &'static Schema) -> Result<Vec<Resource>, Error> {
    let name = TypeName::from(schema.name);
    let targets: [Target; 0] = [];
    let found: Vec<Model> = models(context, schema).try_collect().await?;
    let resources = found.iter().map(|model| model.resource(context, schema, &name, &targets, false));
    Ok(resources.filter(|one| one.managed.is_none() && one.protection.is_none()).collect())
}
