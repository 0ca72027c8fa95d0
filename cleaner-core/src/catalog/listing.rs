use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use jmespath::Rcvar;

use super::caller::{Caller, ctx};
use super::entry::{Call, Entry, Level, Lookup, Parents};
use super::facts;
use super::json::{Root, share};
use super::path::Path;
use crate::error::{Error, ErrorKind};
use crate::handler::Context;

/// How many parents of a listing are asked at once, and how many found things described at once.
const AT_ONCE: usize = 16;

/// Lists a type: the root of every found thing, its members with `parent` and `ctx`, in no order.
pub(super) fn found<'a>(entry: &'a Entry, context: &'a Context) -> BoxStream<'a, Result<Rcvar, Error>> {
    let listing = Listing { entry, caller: Caller::new(context, entry), ctx: ctx(context) };
    let mut parents = stream::once(async { Ok(None) }).boxed();
    for level in &entry.levels {
        parents = listing.clone().level(level, parents);
    }
    let things = listing.clone().children(&entry.list, &entry.items, parents);
    match &entry.describe {
        None => things,
        Some(lookup) => things
            .map_ok(move |thing| listing.clone().described(lookup, thing))
            .try_buffer_unordered(AT_ONCE)
            .try_filter_map(|thing| async { Ok(thing) })
            .boxed(),
    }
}

#[derive(Clone)]
struct Listing<'a> {
    entry: &'a Entry,
    caller: Caller<'a>,
    ctx: Rcvar,
}

/// A parent, if there is one, and whether AWS listed it: then it may be gone by the time its children are listed.
type Parent = Option<(Rcvar, bool)>;

impl<'a> Listing<'a> {
    fn level(
        self,
        level: &'a Level,
        parents: BoxStream<'a, Result<Parent, Error>>,
    ) -> BoxStream<'a, Result<Parent, Error>> {
        let (things, listed) = match &level.parents {
            Parents::Listed(each) => (self.children(&each.call, &each.items, parents), true),
            Parents::Fixed(values) => {
                let fixed = parents.map_ok(move |parent| {
                    let things =
                        values.iter().map(|value| Ok(self.root(&share(value.clone()), parent.as_ref())));
                    stream::iter(things.collect::<Vec<_>>())
                });
                (fixed.try_flatten().boxed(), false)
            }
        };
        things
            .try_filter_map(move |thing| async move {
                let wanted = level.when.as_ref().map_or(Ok(true), |when| when.holds(&thing))?;
                Ok(wanted.then_some(Some((thing, listed))))
            })
            .boxed()
    }

    /// Lists the things below each parent.
    fn children(
        self,
        call: &'a Call,
        items: &'a Path,
        parents: BoxStream<'a, Result<Parent, Error>>,
    ) -> BoxStream<'a, Result<Rcvar, Error>> {
        parents
            .map_ok(move |parent| {
                let listing = self.clone();
                let root = listing.root(&Root::default().share(), parent.as_ref());
                let vanishes = parent.as_ref().is_some_and(|(_, listed)| *listed);
                listing
                    .caller
                    .listed(call, items, &root)
                    .filter(move |thing| {
                        let skip = vanishes && matches!(thing, Err(error) if error.kind == ErrorKind::Gone);
                        async move { !skip }
                    })
                    .map_ok(move |thing| listing.root(&thing, parent.as_ref()))
                    .boxed()
            })
            .try_flatten_unordered(AT_ONCE)
            .boxed()
    }

    /// Adds what one more call tells of a thing; none if it has gone meanwhile.
    async fn described(self, lookup: &'a Lookup, thing: Rcvar) -> Result<Option<Rcvar>, Error> {
        let root = facts::listed_root(self.entry, &thing, self.ctx.clone())?.share();
        match self.caller.ask(&lookup.call, &root).await {
            Ok(output) => {
                let more = lookup.at.as_ref().map_or_else(|| Ok(output.clone()), |at| at.eval(&output))?;
                Ok(Some(Root::of(&thing).merged(&more).share()))
            }
            Err(error) if error.kind == ErrorKind::Gone => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn root(&self, thing: &Rcvar, parent: Option<&(Rcvar, bool)>) -> Rcvar {
        let root = Root::of(thing).with("ctx", self.ctx.clone());
        match parent {
            Some((parent, _)) => root.with("parent", parent.clone()),
            None => root,
        }
        .share()
    }
}
