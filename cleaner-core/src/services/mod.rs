//! Handlers written in Rust, for the types whose deletion is real logic.
//!
//! A type that is "list, delete, some order" belongs in the catalog. These are not: a bucket must be emptied, a stack
//! takes others along and fails halfway, a function's deletion depends on its replicas, a table may be protected.
//!
//! To add a type: a file with its handler next to the others of its service, and one line in [`handlers`].
//!
//! `cloud_control` stands for all types that nobody has described.

pub(crate) mod arn;
mod client;
pub(crate) mod cloud_control;
mod cloudformation;
mod dynamodb;
mod lambda;
mod paging;
mod s3;
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

#[cfg(test)]
mod tests;
