use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use jmespath::Rcvar;

use super::entry::{Call, Entry, ErrorRule};
use super::json::{Root, share, text};
use super::path::Path;
use super::refused;
use crate::error::{Error, ErrorKind};
use crate::handler::Context;

/// Makes the calls of a type in one context, and reads their errors as the type wants them read.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) context: &'a Context,
    pub(super) errors: &'a [ErrorRule],
}

impl<'a> Caller<'a> {
    pub(super) fn new(context: &'a Context, entry: &'a Entry) -> Self {
        Self { context, errors: &entry.errors }
    }

    /// Makes one call whose input is filled in from a root.
    pub(super) async fn call(&self, call: &Call, root: &Rcvar) -> Result<Rcvar, Error> {
        let input = call.with.render(root)?;
        let client = self.context.session()?.client(&call.service, self.context.call_region())?;
        // Read within the lane, so that what a type calls throttled or transient is repeated like any other.
        let output = self.context.paced(&call.service, &call.operation, || {
            let (client, input) = (client.clone(), input.clone());
            async move {
                let answer = client.call(&call.operation, input).await;
                let refused = |answer| match refused::refusal(call, self.context.call_region(), &answer) {
                    Some(error) => Err(error),
                    None => Ok(answer),
                };
                answer.and_then(refused).map_err(|error| self.reread(error.into()))
            }
        });
        Ok(share(output.await?))
    }

    /// Makes one call that only asks for more about a resource.
    ///
    /// Where the operation does not exist, nothing does that it could tell of: the answer is an empty object.
    pub(super) async fn ask(&self, call: &Call, root: &Rcvar) -> Result<Rcvar, Error> {
        match self.call(call, root).await {
            Err(error) if error.kind == ErrorKind::UnsupportedRegion => Ok(Root::default().share()),
            answer => answer,
        }
    }

    /// Reads all pages of a listing, page by page: what is listed on each.
    pub(super) fn listed(
        self,
        call: &'a Call,
        items: &'a Path,
        root: &Rcvar,
    ) -> BoxStream<'a, Result<Rcvar, Error>> {
        let pager = call
            .with
            .render(root)
            .and_then(|input| self.context.pages(&call.service, &call.operation, input));
        let pages = match pager {
            Ok(pager) => stream::try_unfold(pager, move |mut pager| async move {
                let page = pager.next().await.map_err(|error| self.reread(error))?;
                Ok::<_, Error>(page.map(|page| (page, pager)))
            })
            .boxed(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        };
        pages
            .map(move |page| Ok::<_, Error>(stream::iter(items.list(&share(page?))?.into_iter().map(Ok))))
            .try_flatten()
            .boxed()
    }

    /// The error as the rules of the type see it.
    fn reread(&self, error: Error) -> Error {
        let rule = self.errors.iter().find(|rule| {
            error.is_code(&rule.code) && rule.message.as_ref().is_none_or(|part| error.message.contains(part))
        });
        match rule {
            Some(rule) => error.with_kind(rule.kind),
            None => error,
        }
    }
}

/// What paths and templates know of where they are: `ctx`.
pub(super) fn ctx(context: &Context) -> Rcvar {
    Root::default()
        .with("account", text(context.account().as_str()))
        .with("region", text(context.call_region()))
        .with("partition", text(context.partition()))
        .share()
}
