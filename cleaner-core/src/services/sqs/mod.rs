//! SQS: how queues are emptied. The rest is in the catalog.

mod queue;
#[cfg(test)]
mod tests;

pub(super) use queue::Messages;
