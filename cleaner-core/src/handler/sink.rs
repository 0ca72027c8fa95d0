use std::sync::Arc;

use tokio::sync::mpsc;

use crate::error::Error;
use crate::resource::{Properties, Resource};

/// Takes what a handler finds, one at a time, while the listing goes on.
///
/// Pushing waits while the consumer is behind, so a listing of any size needs bounded memory.
#[derive(Debug)]
pub struct Sink {
    sender: mpsc::Sender<Resource>,
    pushed: usize,
    leaving: Vec<Arc<str>>,
    /// The properties of the one before.
    last: Properties,
}

impl Sink {
    /// A sink and the end from which its consumer reads.
    pub fn channel(capacity: usize) -> (Self, mpsc::Receiver<Resource>) {
        let (sender, receiver) = mpsc::channel(capacity);
        (Self { sender, pushed: 0, leaving: Vec::new(), last: Properties::new() }, receiver)
    }

    /// Hands over one found resource.
    ///
    /// # Errors
    /// Interrupted, if the consumer has gone: the run is over.
    pub async fn push(&mut self, mut resource: Resource) -> Result<(), Error> {
        resource.properties.share(&mut self.last);
        self.pushed += 1;
        self.sender.send(resource).await.map_err(|_| Error::interrupted())
    }

    /// Tells of something that is listed and counts as gone, by its id: AWS has taken its deletion, and nobody can hasten it.
    pub fn leaving(&mut self, id: impl Into<Arc<str>>) {
        self.leaving.push(id.into());
    }

    /// What counts as gone, by id.
    pub(crate) fn into_leaving(self) -> Vec<Arc<str>> {
        self.leaving
    }

    /// How many resources were handed over.
    pub fn pushed(&self) -> usize {
        self.pushed
    }
}
