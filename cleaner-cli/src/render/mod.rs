//! Data as text for people.

mod baseline;
mod combined;
mod explain;
mod identity;
mod label;
mod page;
mod paint;
mod plan;
mod pool;
mod problems;
mod resources;
mod specs;
mod summary;
mod table;
mod type_facts;
mod words;

pub(crate) use baseline::snapshot;
pub(crate) use combined::combined;
pub(crate) use explain::{explanation, explanation_json};
pub(crate) use identity::identity;
pub(crate) use label::{clean, item, list};
pub(crate) use paint::{Paint, Tone};
pub(crate) use plan::{plan, preview};
pub(crate) use pool::{pool_history, pool_status};
pub(crate) use resources::resources;
pub(crate) use specs::{types, types_json};
pub(crate) use summary::{last_line, summary};
pub(crate) use type_facts::type_facts;
pub(crate) use words::{count, millis, seconds};
