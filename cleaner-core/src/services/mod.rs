//! Handlers written in Rust, for the types whose deletion is real logic.
//!
//! A type that is "list, delete, some order" belongs in the catalog. These are not: a bucket must be emptied, a stack
//! takes others along and fails halfway, a function's deletion depends on its replicas, a table may be protected.
//!
//! To add a type: a file with its handler next to the others of its service, and one line in [`handlers`].
//!
//! Some types of the catalog need code for one thing only: how what they hold is emptied. `with_contents` adds it.
//!
//! `cloud_control` stands for all types that nobody has described.

pub(crate) mod arn;
mod client;
pub(crate) mod cloud_control;
mod cloudformation;
mod dynamodb;
mod holder;
mod kinesis;
mod lambda;
mod paging;
mod s3;
mod sqs;
#[cfg(test)]
mod stub;
mod timestamp;

use std::sync::Arc;

use crate::handler::DynHandler;

/// Lists the handlers of all types that are written in Rust.
pub fn handlers() -> Vec<Arc<dyn DynHandler>> {
    vec![
        Arc::new(cloudformation::Stacks::new()),
        Arc::new(cloudformation::StackSets::new()),
        Arc::new(dynamodb::Backups::new()),
        Arc::new(dynamodb::Tables::new()),
        Arc::new(lambda::EventSourceMappings::new()),
        Arc::new(lambda::Functions::new()),
        Arc::new(lambda::Layers::new()),
        Arc::new(s3::Buckets::new()),
    ]
}

/// Names the types whose resources can be emptied, unless a user's catalog describes them otherwise.
pub(crate) const EMPTIED: [&str; 4] = ["DynamoDBTable", "KinesisStream", "S3Bucket", "SQSQueue"];

/// Adds to a handler of the catalog how its resources are emptied, if they hold anything that can be.
pub(crate) fn with_contents(handler: Arc<dyn DynHandler>) -> Arc<dyn DynHandler> {
    let handler = holder::Holder::of(handler, kinesis::Records);
    holder::Holder::of(handler, sqs::Messages)
}

#[cfg(test)]
mod tests;
