//! Tests of the whole client, without AWS: its wire format, and its behavior towards a service that is played.

mod answers;
mod environment;
mod fake;
mod generated;
mod golden;
mod network;
mod paging;
mod routing;
