use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::error::Error;
use crate::handler::{Context, Deletion, Emptying, ResourceHandler, Sink, Status, TypeSpec};
use crate::resource::{Resource, Tags};

/// A boxed future, as object-safe traits need it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The object-safe form of [`ResourceHandler`], which every handler has by itself.
pub trait DynHandler: Send + Sync {
    /// See [`ResourceHandler::spec`].
    fn spec(&self) -> &TypeSpec;
    /// See [`ResourceHandler::list`].
    fn list<'a>(&'a self, context: &'a Context, sink: &'a mut Sink) -> BoxFuture<'a, Result<(), Error>>;
    /// See [`ResourceHandler::delete`].
    fn delete<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Deletion, Error>>;
    /// See [`ResourceHandler::unlink`].
    fn unlink<'a>(&'a self, context: &'a Context, resource: &'a Resource)
    -> BoxFuture<'a, Result<(), Error>>;
    /// See [`ResourceHandler::tags`].
    fn tags<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Option<Tags>, Error>>;
    /// See [`ResourceHandler::details`].
    fn details<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a mut Resource,
    ) -> BoxFuture<'a, Result<(), Error>>;
    /// See [`ResourceHandler::status`].
    fn status<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Option<Status>, Error>>;
    /// See [`ResourceHandler::empty`].
    fn empty<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Emptying, Error>>;
    /// See [`ResourceHandler::contents`].
    fn contents<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Option<String>, Error>>;
}

impl<H: ResourceHandler> DynHandler for H {
    fn spec(&self) -> &TypeSpec {
        ResourceHandler::spec(self)
    }

    fn list<'a>(&'a self, context: &'a Context, sink: &'a mut Sink) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(ResourceHandler::list(self, context, sink))
    }

    fn delete<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Deletion, Error>> {
        Box::pin(ResourceHandler::delete(self, context, resource))
    }

    fn unlink<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(ResourceHandler::unlink(self, context, resource))
    }

    fn tags<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Option<Tags>, Error>> {
        Box::pin(ResourceHandler::tags(self, context, resource))
    }

    fn details<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a mut Resource,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(ResourceHandler::details(self, context, resource))
    }

    fn status<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Option<Status>, Error>> {
        Box::pin(ResourceHandler::status(self, context, resource))
    }

    fn empty<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Emptying, Error>> {
        Box::pin(ResourceHandler::empty(self, context, resource))
    }

    fn contents<'a>(
        &'a self,
        context: &'a Context,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(ResourceHandler::contents(self, context, resource))
    }
}

impl fmt::Debug for dyn DynHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "handler of {}", self.spec().name)
    }
}
