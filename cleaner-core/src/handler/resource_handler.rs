use std::future::Future;

use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Sink, TypeSpec};
use crate::resource::{Resource, Tags};

/// Lists and deletes the resources of one type.
///
/// Authors write `async fn`; the engine sees the boxed form ([`DynHandler`](super::DynHandler)), which every handler has.
///
/// # Behavior
/// - `list` hands over all pages, or fails. What it cannot read of a resource it marks unreadable.
/// - `delete` of a resource that is gone is an error of kind gone; the engine takes it as success.
/// - Nothing here retries, sleeps, filters, logs or waits.
pub trait ResourceHandler: Send + Sync + 'static {
    /// The facts of the type.
    fn spec(&self) -> &TypeSpec;

    /// Hands over every resource of the type in the context's region.
    ///
    /// # Errors
    /// Any failed call: the type is then unknown in this region, and the run cannot be clean.
    fn list(&self, context: &Context, sink: &mut Sink) -> impl Future<Output = Result<(), Error>> + Send;

    /// Deletes one resource, or starts its deletion.
    ///
    /// A resource whose state is [`State::Failed`](crate::resource::State::Failed) is handed in again.
    ///
    /// # Errors
    /// The kind decides what follows.
    fn delete(
        &self,
        context: &Context,
        resource: &Resource,
    ) -> impl Future<Output = Result<Deletion, Error>> + Send;

    /// Cuts what this resource cites, for resources that cite each other in a circle.
    ///
    /// # Errors
    /// The kind decides what follows.
    fn unlink(
        &self,
        _context: &Context,
        _resource: &Resource,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// Reads the tags of one resource; called only if a rule needs them and the list did not bring them.
    ///
    /// # Errors
    /// Any failed call: the tags are then unreadable, and the resource is kept.
    fn tags(
        &self,
        _context: &Context,
        _resource: &Resource,
    ) -> impl Future<Output = Result<Option<Tags>, Error>> + Send {
        async { Ok(None) }
    }

    /// Reads what the list does not bring (the creation date, say); called only if something needs it.
    ///
    /// # Errors
    /// Any failed call: the facts are then unreadable.
    fn details(
        &self,
        _context: &Context,
        _resource: &mut Resource,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }

    /// Asks how far the deletion of one resource is. `None`: the engine lists the type again instead, once for all that wait.
    ///
    /// # Errors
    /// Gone means deleted; the other kinds mean what they always mean.
    fn status(
        &self,
        _context: &Context,
        _resource: &Resource,
    ) -> impl Future<Output = Result<Option<Status>, Error>> + Send {
        async { Ok(None) }
    }

    /// Deletes what one resource holds, and leaves the resource itself as it is. Asked only of types that name what they hold
    /// ([`TypeSpec::data`]).
    ///
    /// # Errors
    /// The kind decides what follows; gone means that there is nothing to empty any more.
    fn empty(
        &self,
        _context: &Context,
        resource: &Resource,
    ) -> impl Future<Output = Result<Emptying, Error>> + Send {
        let error = holds_nothing(resource);
        async { Err(error) }
    }

    /// Looks whether one resource holds anything, and tells what. `None`: nothing. Asked of the same types as
    /// [`empty`](Self::empty).
    ///
    /// # Errors
    /// Any failed call: nobody knows then.
    fn contents(
        &self,
        _context: &Context,
        resource: &Resource,
    ) -> impl Future<Output = Result<Option<String>, Error>> + Send {
        let error = holds_nothing(resource);
        async { Err(error) }
    }
}

fn holds_nothing(resource: &Resource) -> Error {
    Error::new(ErrorKind::Invalid, format!("nobody knows how a {} is emptied.", resource.type_name))
}

/// Says what emptying a resource achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emptying {
    /// All that was in it is deleted.
    Done,
    /// AWS works on it: empty once nothing is found in it.
    Started,
}

/// Says what a delete call achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// The resource is gone.
    Done,
    /// AWS works on it: gone once it is no longer listed.
    Started,
}

/// Answers how far a deletion is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The resource is gone.
    Gone,
    /// AWS works on it.
    Deleting,
    /// It is there, and nothing is under way.
    Present,
    /// The deletion failed, for this reason.
    Failed(String),
}
