//! Schemas of AWS's runtime crates, built from the models at run time.
//!
//! What the codecs expect, and nobody documents:
//! - a structure's members are written and read with the *member's* schema, list elements and map values with the
//!   *target's* (which has no member name);
//! - a member schema that targets a list or map must carry the element schemas, and a structure must be read with its
//!   target's schema, since a member's schema has no members;
//! - URI labels are bound by member name, so the template is rewritten where the model uses another name.

mod builder;
mod node;
mod wire;

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use self::builder::Builder;
pub(crate) use self::node::{Decoding, Member, Node, OperationSchemas};
use crate::model::ServiceModel;

/// The schemas of one service's operations, each built when first asked for.
#[derive(Default)]
pub(crate) struct SchemaCache {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    operations: HashMap<&'static str, &'static OperationSchemas>,
    nodes: builder::Nodes,
}

impl SchemaCache {
    /// Returns the schemas of the operation, which must be one of `service`.
    pub(crate) fn operation(
        &self,
        service: &'static ServiceModel,
        name: &'static str,
    ) -> &'static OperationSchemas {
        // The lock is held until all nodes of the operation are complete: nobody ever sees half of a shape.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = state.operations.get(name) {
            return found;
        }
        let built = Builder::new(service, &mut state.nodes).operation(name);
        state.operations.insert(name, built);
        built
    }
}

impl fmt::Debug for SchemaCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SchemaCache")
    }
}

#[cfg(test)]
mod tests;
