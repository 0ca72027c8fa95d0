use tokio::sync::mpsc;

use crate::error::Error;
use crate::resource::Resource;

/// Takes what a handler finds, one at a time, while the listing goes on.
///
/// Pushing waits while the consumer is behind, so a listing of any size needs bounded memory.
#[derive(Debug)]
pub struct Sink {
    sender: mpsc::Sender<Resource>,
    pushed: usize,
}

impl Sink {
    /// A sink and the end from which its consumer reads.
    pub fn channel(capacity: usize) -> (Self, mpsc::Receiver<Resource>) {
        let (sender, receiver) = mpsc::channel(capacity);
        (Self { sender, pushed: 0 }, receiver)
    }

    /// Hands over one found resource.
    ///
    /// # Errors
    /// Interrupted, if the consumer has gone: the run is over.
    pub async fn push(&mut self, resource: Resource) -> Result<(), Error> {
        self.pushed += 1;
        self.sender.send(resource).await.map_err(|_| Error::interrupted())
    }

    /// How many resources were handed over.
    pub fn pushed(&self) -> usize {
        self.pushed
    }
}
