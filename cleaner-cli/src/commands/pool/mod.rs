//! A pool of accounts, on one table.

mod accounts;
mod after;
mod clean;
mod connect;
mod credentials;
mod dispatch;
mod forward;
mod holder;
mod lease;
mod run;
mod show;
mod work;

pub(crate) use dispatch::pool;
pub(crate) use run::{exec, run};
