//! The store of real pools: one DynamoDB table.
//!
//! | item | `pk` | `sk` | written |
//! |---|---|---|---|
//! | account | `account` | account id | over the version it was made from: `#version = :version` |
//! | entry of history | `history#` and account id | version, 20 digits | with the account, in one transaction |
//! | ticket | `ticket` | number, 20 digits | over the heartbeat it was made from: `#request = :request AND #beat = :beat` |
//! | counter | `counter` | `ticket` | `ADD #number :one` |
//! | format | `format` | `pool` | once, by `init` |
//!
//! The members of a record are attributes of their own, named as in its JSON. `expires` of history is the table's TTL attribute.
//! All reads are consistent.

mod call;
mod encode;
mod key;
mod setup;
mod table;

pub use setup::Made;
pub use table::DynamoDb;
