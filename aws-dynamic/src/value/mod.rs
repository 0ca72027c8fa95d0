//! JSON values in and out of the schema-driven codecs.

mod check;
mod document;
mod read;
mod write;

pub(crate) use self::{check::check, read::read, write::Input};
