//! What a request asks for: service, region, operation, protocol.

mod identify;
mod routes;
mod scope;
mod signing_names;

pub(crate) use identify::{Call, Protocol, identify};
