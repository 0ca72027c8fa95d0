use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::Error;
use crate::handler::{Context, Deletion, DynHandler, Registry, ResourceHandler, Sink, Status, TypeSpec};
use crate::resource::{Resource, Tags, TypeName};

/// The library's own types of a family as a registry of their own: with what they know of each other, or without.
pub(super) fn registry(all: &Registry, types: &BTreeSet<String>, is_ordered: bool) -> Registry {
    let types: BTreeSet<TypeName> = types.iter().map(|name| TypeName::from(name.as_str())).collect();
    let handlers = types.iter().map(|name| {
        let inner = all.get(name.as_str()).unwrap_or_else(|| panic!("{name} is no type")).clone();
        let mut spec = inner.spec().clone();
        let edges = [&mut spec.delete_after, &mut spec.refs, &mut spec.owned_by, &mut spec.part_of];
        for edges in edges {
            edges.retain(|other| is_ordered && types.contains(other));
        }
        Within { inner, spec, is_ordered }
    });
    let builder = handlers.fold(Registry::builder(), |builder, handler| builder.with(handler));
    builder.build().expect("all edges lead to types of the family")
}

/// A type of the library among the types of a family.
struct Within {
    inner: Arc<dyn DynHandler>,
    spec: TypeSpec,
    is_ordered: bool,
}

impl ResourceHandler for Within {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let (mut inner, mut found) = Sink::channel(1);
        let listing = async move {
            let result = self.inner.list(context, &mut inner).await;
            (result, inner.into_leaving())
        };
        let handing = async {
            while let Some(mut resource) = found.recv().await {
                if !self.is_ordered {
                    for edges in [&mut resource.refs, &mut resource.owners, &mut resource.parts_of] {
                        edges.clear();
                    }
                }
                sink.push(resource).await?;
            }
            Ok::<(), Error>(())
        };
        let ((result, leaving), handed) = tokio::join!(listing, handing);
        leaving.into_iter().for_each(|id| sink.leaving(id));
        result.and(handed)
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        self.inner.delete(context, resource).await
    }

    async fn unlink(&self, context: &Context, resource: &Resource) -> Result<(), Error> {
        self.inner.unlink(context, resource).await
    }

    async fn tags(&self, context: &Context, resource: &Resource) -> Result<Option<Tags>, Error> {
        self.inner.tags(context, resource).await
    }

    async fn details(&self, context: &Context, resource: &mut Resource) -> Result<(), Error> {
        self.inner.details(context, resource).await
    }

    async fn status(&self, context: &Context, resource: &Resource) -> Result<Option<Status>, Error> {
        self.inner.status(context, resource).await
    }
}
