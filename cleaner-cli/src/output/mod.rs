//! Where data goes: standard output, and files that are whole or not there.

mod file;
mod streams;

pub(crate) use file::OutputFile;
pub(crate) use streams::{print, print_json, say};
