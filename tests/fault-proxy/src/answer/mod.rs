//! Answers that the proxy makes up, in the shape of the call's protocol.

mod encode;
mod refusal;
mod success;

pub(crate) use encode::error;
pub(crate) use refusal::Refusing;
pub(crate) use success::success;
