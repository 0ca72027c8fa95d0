//! What a scan finds: resources, and the facts known of them.

mod fact;
mod found;
mod key;
mod properties;
mod tags;

pub use fact::Fact;
pub use found::{Keep, Member, Ref, Resource, State};
pub use key::{GLOBAL, Region, ResourceKey, TypeName};
pub use properties::Properties;
pub use tags::Tags;
pub use thin_vec::ThinVec;
