use std::collections::HashSet;
use std::sync::Arc;

use futures::StreamExt as _;

use super::{ScanNeeds, Target};
use crate::error::Error;
use crate::handler::{Access, DynHandler, Sink, TagSource};
use crate::lane::Purpose;
use crate::resource::{Fact, Resource};

/// How many found resources may wait for the collector of a listing.
const CHANNEL: usize = 256;
/// How many questions about single resources a listing may have under way.
const QUESTIONS: usize = 32;

/// Lists one type in one region, and asks of each resource what the list does not bring and something needs.
///
/// # Errors
/// The error of the listing.
pub(super) async fn list(
    access: &Access,
    target: &Target,
    needs: &ScanNeeds,
) -> Result<Vec<Resource>, Error> {
    let context = access.context(&target.handler.spec().name, &target.region, Purpose::List);
    let (mut sink, mut found) = Sink::channel(CHANNEL);
    let listing = async {
        let result = target.handler.list(&context, &mut sink).await;
        drop(sink);
        result
    };
    let collecting = async {
        let mut seen = HashSet::new();
        let mut resources = Vec::new();
        while let Some(resource) = found.recv().await {
            if seen.insert(resource.id.clone()) {
                resources.push(resource);
            }
        }
        resources
    };
    let (result, resources) = tokio::join!(listing, collecting);
    result?;
    let tags = needs.tags && target.handler.spec().tags == TagSource::Call;
    if !(tags || needs.details) {
        return Ok(resources);
    }
    let questions = resources.into_iter().map(|resource| {
        let (handler, context) = (target.handler.clone(), &context);
        async move { ask(&handler, context, resource, tags, needs.details).await }
    });
    Ok(futures::stream::iter(questions).buffered(QUESTIONS).collect().await)
}

async fn ask(
    handler: &Arc<dyn DynHandler>,
    context: &crate::handler::Context,
    mut resource: Resource,
    tags: bool,
    details: bool,
) -> Resource {
    // What nobody may delete needs no questions.
    if resource.managed.is_some() {
        return resource;
    }
    if details && let Err(error) = handler.details(context, &mut resource).await {
        resource.unreadable = Some(error.to_string().into());
        if resource.created.is_unread() {
            resource.created = Fact::Unreadable(error.to_string());
        }
    }
    if tags && resource.tags.is_unread() {
        resource.tags = match handler.tags(context, &resource).await {
            Ok(tags) => tags.into(),
            Err(error) => Fact::Unreadable(error.to_string()),
        };
    }
    resource
}
