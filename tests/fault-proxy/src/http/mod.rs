//! HTTP/1.1 as far as a proxy needs it, with the bytes in its own hands.

mod message;
mod wire;

pub(crate) use message::{Headers, Request, Response};
pub(crate) use wire::Wire;
