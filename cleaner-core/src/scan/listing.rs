use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::StreamExt as _;

use super::{ScanNeeds, Target};
use crate::error::{Error, ErrorKind};
use crate::handler::{Access, Context, DynHandler, Sink, TagSource};
use crate::lane::Purpose;
use crate::resource::{Fact, Resource, State, Tags};

/// How many found resources may wait for the collector of a listing.
const CHANNEL: usize = 256;
/// How many questions about single resources a listing may have under way.
const QUESTIONS: usize = 32;

/// What a listing brought.
pub(super) struct Listed {
    pub(super) resources: Vec<Arc<Resource>>,
    /// The ids of what counts as gone.
    pub(super) leaving: Vec<Arc<str>>,
}

/// Lists one type in one region, and asks of each resource what the list does not bring and something needs.
///
/// What is gone by the time it is asked about, and from a second list too, is left out.
///
/// # Errors
/// The error of the listing.
pub(super) async fn list(access: &Access, target: &Target, needs: &ScanNeeds) -> Result<Listed, Error> {
    let context = access.context(&target.handler.spec().name, &target.region, Purpose::List);
    let Listed { resources, mut leaving } = collect(target, &context).await?;
    let tags = needs.tags && target.handler.spec().tags == TagSource::Call;
    if !(tags || needs.details) {
        return Ok(Listed { resources, leaving });
    }
    let ask_all = |resources: Vec<Arc<Resource>>| {
        let questions = resources.into_iter().map(|resource| {
            let (handler, context) = (target.handler.clone(), &context);
            async move { ask(&handler, context, resource, tags, needs.details).await }
        });
        futures::stream::iter(questions).buffered(QUESTIONS).collect::<Vec<Asked>>()
    };
    let mut asked = ask_all(resources).await;
    if asked.iter().any(|asked| asked.seems_gone) {
        // "Not found" may also mean the tags, or a service that lags behind: the list has the last word, if it can be had.
        let listed = match collect(target, &context).await {
            Err(error) if matches!(error.kind, ErrorKind::Credentials | ErrorKind::Interrupted) => {
                return Err(error);
            }
            listed => listed.ok(),
        };
        if let Some(Listed { resources: listed, leaving: left }) = listed {
            leaving.extend(left);
            let now: HashMap<_, _> = listed.iter().map(|resource| (&resource.id, resource)).collect();
            // What was asked about one says nothing of what may be another one of its name by now: that is asked again.
            asked.retain(|Asked { resource, seems_gone }| match now.get(&resource.id) {
                Some(listed) => resource.is_replaced(listed) == Some(false),
                None => !seems_gone,
            });
            let before: HashSet<_> = asked.iter().map(|asked| asked.resource.id.clone()).collect();
            let new = listed.into_iter().filter(|resource| !before.contains(&resource.id)).collect();
            asked.extend(ask_all(new).await);
        }
        for asked in asked.iter_mut().filter(|asked| asked.seems_gone) {
            Arc::make_mut(&mut asked.resource).state = State::Gone;
        }
    }
    Ok(Listed { resources: asked.into_iter().map(|asked| asked.resource).collect(), leaving })
}

/// Lists one type in one region, each resource once.
async fn collect(target: &Target, context: &Context) -> Result<Listed, Error> {
    let (mut sink, mut found) = Sink::channel(CHANNEL);
    let listing = async {
        let result = target.handler.list(context, &mut sink).await;
        result.map(|()| sink.into_leaving())
    };
    let collecting = async {
        let mut seen = HashSet::new();
        let mut resources = Vec::new();
        while let Some(resource) = found.recv().await {
            if seen.insert(resource.id.clone()) {
                // Each by itself from now on: hundreds of thousands in one piece would be moved whenever there are more.
                resources.push(Arc::new(resource));
            }
        }
        resources
    };
    let (leaving, resources) = tokio::join!(listing, collecting);
    Ok(Listed { resources, leaving: leaving? })
}

/// A resource, and whether AWS did not know it any more when asked about it.
struct Asked {
    resource: Arc<Resource>,
    seems_gone: bool,
}

async fn ask(
    handler: &Arc<dyn DynHandler>,
    context: &Context,
    mut shared: Arc<Resource>,
    tags: bool,
    details: bool,
) -> Asked {
    let mut seems_gone = false;
    // What nobody may delete needs no questions.
    if shared.managed.is_some() {
        return Asked { resource: shared, seems_gone };
    }
    // Nobody else has it yet.
    let resource = Arc::make_mut(&mut shared);
    if details && let Err(error) = handler.details(context, resource).await {
        seems_gone |= error.kind == ErrorKind::Gone;
        resource.unreadable = Some(error.to_string().into());
        if resource.created.is_unread() {
            resource.created = Fact::Unreadable(error.to_string().into());
        }
    }
    if tags && resource.tags.is_unread() {
        resource.tags = match handler.tags(context, resource).await {
            Ok(tags) => tags.into(),
            // Where the type's tags cannot even be asked for, there are none.
            Err(error) if error.kind == ErrorKind::UnsupportedRegion => Fact::Known(Tags::new()),
            Err(error) => {
                seems_gone |= error.kind == ErrorKind::Gone;
                Fact::Unreadable(error.to_string().into())
            }
        };
    }
    Asked { resource: shared, seems_gone }
}
