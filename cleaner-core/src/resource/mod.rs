//! What a scan finds: resources, and the facts known of them.

mod fact;
mod found;
mod key;

pub use fact::Fact;
pub use found::{Keep, Member, Ref, Resource, State, Tags};
pub use key::{GLOBAL, Region, ResourceKey, TypeName};
