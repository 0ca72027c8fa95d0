//! One function for each command.

mod apply;
mod clear;
mod completions;
mod config;
mod deletion;
mod explain;
mod fleet;
mod plan;
mod policy;
mod pool;
mod read;
mod report;
mod reset_data;
mod scan;
mod snapshot;
mod types;
mod whoami;

pub(crate) use apply::apply;
pub(crate) use clear::clear;
pub(crate) use completions::completions;
pub(crate) use config::{check as config_check, schema as config_schema, show as config_show};
pub(crate) use explain::{explain, explain_type};
pub(crate) use plan::plan;
pub(crate) use policy::policy;
pub(crate) use pool::{exec, pool, run};
pub(crate) use report::report;
pub(crate) use reset_data::reset_data;
pub(crate) use scan::scan;
pub(crate) use snapshot::snapshot;
pub(crate) use types::types;
pub(crate) use whoami::whoami;
