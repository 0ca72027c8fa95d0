//! Allow and deny rules over named resources, and the positioned documents they are read from.
//!
//! [`source`] reads YAML, TOML and JSON into a tree in which every value knows its file, line and column, so that
//! whatever is wrong can be reported where it stands, all of it at once and with the nearest right word.
//!
//! This crate is pure: no AWS, no tokio, no file or environment access.
#![deny(missing_docs)]

pub mod source;
