use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::cloud::Cloud;
use super::history::{Operation, What};
use super::{Dates, Kind, ListTrouble, Scenario};
use crate::error::Error;
use crate::handler::{Context, Deletion, Registry, ResourceHandler, Sink, Status, TypeSpec};
use crate::resource::{Fact, Resource, Tags};

/// The types of a scenario, as handlers of its cloud.
pub(super) fn registry(cloud: &Cloud) -> Registry {
    let handlers = cloud.scenario().kinds.iter().map(|kind| Simulated {
        cloud: cloud.clone(),
        kind: kind.clone(),
        spec: spec(cloud.scenario(), kind),
    });
    handlers
        .fold(Registry::builder(), |builder, handler| builder.with(handler))
        .build()
        .expect("the types of a scenario fit together")
}

fn spec(scenario: &Scenario, kind: &Kind) -> TypeSpec {
    let names = |kinds: &[Arc<str>]| kinds.iter().map(|name| (&**name).into()).collect();
    let mut spec = TypeSpec::new(&kind.name, &kind.service).cloudformation(&kind.cloudformation());
    spec.refs = names(&kind.refs);
    spec.owned_by = names(&kind.owned_by);
    spec.part_of = names(&scenario.wholes(kind));
    spec.delete_after = names(&kind.delete_after);
    spec.is_stack = kind.stack;
    spec.by_product = kind.by_product;
    let spec = spec.tags(kind.tags).protections(&[super::account::PROTECTION]);
    if kind.global { spec.global() } else { spec }
}

/// Lists and deletes the things of one type, call by call, through the lanes.
#[derive(Debug)]
struct Simulated {
    cloud: Cloud,
    kind: Kind,
    spec: TypeSpec,
}

impl Simulated {
    async fn call<T: Send>(
        &self,
        context: &Context,
        operation: Operation,
        target: &Arc<str>,
        effect: impl Fn(&mut super::account::Account, std::time::Duration) -> Result<T, Error>
        + Clone
        + Send
        + Sync,
    ) -> Result<T, Error> {
        context
            .paced(&self.kind.service, operation.name(), || {
                let effect = effect.clone();
                self.cloud.call(operation, &self.kind.service, context.region().as_str(), target, effect)
            })
            .await
    }

    async fn read(&self, context: &Context, sink: &mut Sink, region: &Arc<str>) -> Result<Vec<usize>, Error> {
        let number = self.cloud.begin_listing(&self.kind.name, region);
        let scenario = self.cloud.scenario();
        let fails = |trouble: &&ListTrouble| {
            let times = trouble.times.is_none_or(|times| number < trouble.from + times);
            trouble.kind == self.kind.name && trouble.region == *region && number >= trouble.from && times
        };
        let trouble = scenario.lists.iter().find(fails);
        let target: Arc<str> = format!("{} in {region}", self.kind.name).into();
        let failed = AtomicU32::new(0);
        let mut found = Vec::new();
        let mut after: Option<Arc<str>> = None;
        for page_number in 0.. {
            let trouble = trouble.filter(|trouble| trouble.page <= page_number);
            let marker = after.clone();
            let page = self
                .call(context, Operation::List, &target, |account, now| {
                    let fails = |trouble: &&ListTrouble| {
                        trouble.calls.is_none_or(|calls| failed.fetch_add(1, Ordering::Relaxed) < calls)
                    };
                    match trouble.filter(fails) {
                        Some(trouble) => Err(Error::new(trouble.answer, "this may not be listed.")),
                        None => Ok(account.list(scenario, &self.kind, region, marker.as_deref(), now)),
                    }
                })
                .await?;
            found.extend(page.lives);
            for resource in page.resources {
                sink.push(resource).await?;
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

impl ResourceHandler for Simulated {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let began = self.cloud.position();
        let region: Arc<str> = context.region().as_str().into();
        let kind = self.kind.name.clone();
        match self.read(context, sink, &region).await {
            Ok(found) => {
                self.cloud.record(What::Listed { kind, region, began, found });
                Ok(())
            }
            Err(error) => {
                self.cloud.record(What::ListFailed { kind, region, error: error.kind });
                Err(error)
            }
        }
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let id = &resource.id;
        for _ in 0..self.kind.steps {
            self.call(context, Operation::Prepare, id, |account, now| account.prepare(id, now)).await?;
        }
        let scenario = self.cloud.scenario();
        self.call(context, Operation::Delete, id, |account, now| account.delete(scenario, id, now)).await
    }

    async fn unlink(&self, context: &Context, resource: &Resource) -> Result<(), Error> {
        let id = &resource.id;
        self.call(context, Operation::Unlink, id, |account, now| account.unlink(id, now)).await
    }

    async fn tags(&self, context: &Context, resource: &Resource) -> Result<Option<Tags>, Error> {
        let id = &resource.id;
        self.call(context, Operation::ReadTags, id, |account, now| account.tags(id, now)).await
    }

    async fn details(&self, context: &Context, resource: &mut Resource) -> Result<(), Error> {
        if self.kind.dates == Dates::Asked {
            let id = resource.id.clone();
            let created =
                self.call(context, Operation::ReadDetails, &id, |account, _| account.created(&id)).await?;
            resource.created = Fact::Known(created);
        }
        Ok(())
    }

    async fn status(&self, context: &Context, resource: &Resource) -> Result<Option<Status>, Error> {
        if !self.kind.asks {
            return Ok(None);
        }
        let id = &resource.id;
        self.call(context, Operation::Describe, id, |account, _| account.status(id)).await.map(Some)
    }
}
