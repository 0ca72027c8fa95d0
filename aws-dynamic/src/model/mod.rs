//! AWS's API models: which operations a service has, and what goes in and comes out.
//!
//! The models are trimmed to the operations in use, packed into the crate, and read per service on first use.
//! They serve the client, and whoever wants to check names and paths before a call is made.

mod bundle;
mod operation;
mod raw;
mod service;
mod shape;

pub(crate) use self::raw::{Namespace, RawOperation, RawReference, RawShape, RawType};
pub use self::{
    bundle::Models,
    operation::{OperationModel, Paginator, is_read_only},
    service::{Protocol, ServiceModel},
    shape::{Shape, ShapeKind},
};
