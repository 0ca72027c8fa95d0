//! A shape as the codec sees it, in one direction.

use std::{fmt, sync::OnceLock};

use aws_smithy_schema::{Schema, ShapeType};

pub(super) type StaticSchema = &'static Schema<'static>;

/// What a value's shape is on the wire. Nodes live as long as the process.
pub(crate) struct Node {
    pub(crate) name: &'static str,
    pub(crate) kind: ShapeType,
    pub(crate) schema: StaticSchema,
    pub(super) members: OnceLock<Box<[Member]>>,
    pub(super) element: OnceLock<&'static Self>,
}

/// A member of a structure.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) schema: StaticSchema,
    pub(crate) target: &'static Node,
    pub(crate) is_required: bool,
    /// Filled in when it is not given.
    pub(crate) is_idempotency_token: bool,
    pub(crate) decoding: Decoding,
    /// A structure that is the whole body is written under this schema: under the member's, JSON would get its name.
    pub(crate) payload: Option<StaticSchema>,
    /// An empty list is not sent at all.
    pub(crate) skips_empty: bool,
}

/// What to do with a text besides taking it as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decoding {
    Plain,
    /// JSON in a text.
    Json,
    /// Percent-encoded on the way out of AWS.
    Url,
}

impl Node {
    pub(crate) fn members(&self) -> &[Member] {
        self.members.get().map_or(&[], |members| members)
    }

    /// The element of a list, or the value of a map.
    pub(crate) fn element(&self) -> &'static Self {
        self.element.get().expect("set before the operation is handed out, for lists and maps")
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the members: shapes may contain themselves.
        write!(f, "Node({})", self.name)
    }
}

/// Both sides of one operation.
#[derive(Debug)]
pub(crate) struct OperationSchemas {
    pub(crate) name: &'static str,
    pub(crate) input: &'static Node,
    pub(crate) output: &'static Node,
    pub(crate) host_prefix: Option<&'static str>,
}
