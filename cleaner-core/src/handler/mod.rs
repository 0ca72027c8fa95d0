//! What stands behind a resource type: its facts, its handler, and the registry of all types.
//!
//! A handler states facts (what there is, how one is deleted); the engine makes the decisions. Paging, pacing, retry,
//! filters, protection, waiting and reporting live in the engine, once.

mod access;
mod actions;
mod context;
mod erased;
mod neighbours;
mod registry;
mod resource_handler;
mod settings;
mod sink;
mod spec;

pub use access::Access;
pub use actions::Actions;
pub use context::{Context, Pager};
pub use erased::{BoxFuture, DynHandler};
pub use neighbours::Neighbours;
pub use registry::{Registry, RegistryBuilder, RegistryError};
pub use resource_handler::{Deletion, Emptying, ResourceHandler, Status};
pub use settings::Settings;
pub use sink::Sink;
pub use spec::{DataSpec, Definition, ProtectionReason, Scope, SettingSpec, TagSource, TypeSpec};
