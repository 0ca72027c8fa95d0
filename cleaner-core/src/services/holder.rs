use std::future::Future;
use std::sync::Arc;

use crate::error::Error;
use crate::handler::{Context, Deletion, DynHandler, Emptying, ResourceHandler, Sink, Status, TypeSpec};
use crate::resource::{Resource, Tags};

/// Empties the resources of a type that is otherwise described by the catalog.
pub(super) trait Contents: Send + Sync + 'static {
    /// The name of the type.
    const TYPE: &'static str;

    /// Says in the facts of the type what its resources hold.
    fn describe(spec: TypeSpec) -> TypeSpec;

    /// See [`ResourceHandler::empty`].
    fn empty(
        &self,
        context: &Context,
        resource: &Resource,
    ) -> impl Future<Output = Result<Emptying, Error>> + Send;

    /// See [`ResourceHandler::contents`].
    fn contents(
        &self,
        context: &Context,
        resource: &Resource,
    ) -> impl Future<Output = Result<Option<String>, Error>> + Send;
}

/// A handler of the catalog, whose resources can be emptied.
pub(super) struct Holder<C> {
    handler: Arc<dyn DynHandler>,
    spec: TypeSpec,
    contents: C,
}

impl<C: Contents> Holder<C> {
    /// The same handler, if it is that of another type.
    pub(super) fn of(handler: Arc<dyn DynHandler>, contents: C) -> Arc<dyn DynHandler> {
        if handler.spec().name != C::TYPE {
            return handler;
        }
        let spec = C::describe(handler.spec().clone());
        Arc::new(Self { handler, spec, contents })
    }
}

impl<C: Contents> ResourceHandler for Holder<C> {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        self.handler.list(context, sink).await
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        self.handler.delete(context, resource).await
    }

    async fn unlink(&self, context: &Context, resource: &Resource) -> Result<(), Error> {
        self.handler.unlink(context, resource).await
    }

    async fn tags(&self, context: &Context, resource: &Resource) -> Result<Option<Tags>, Error> {
        self.handler.tags(context, resource).await
    }

    async fn details(&self, context: &Context, resource: &mut Resource) -> Result<(), Error> {
        self.handler.details(context, resource).await
    }

    async fn status(&self, context: &Context, resource: &Resource) -> Result<Option<Status>, Error> {
        self.handler.status(context, resource).await
    }

    async fn empty(&self, context: &Context, resource: &Resource) -> Result<Emptying, Error> {
        self.contents.empty(context, resource).await
    }

    async fn contents(&self, context: &Context, resource: &Resource) -> Result<Option<String>, Error> {
        self.contents.contents(context, resource).await
    }
}
