//! What the rules ask about, so that nothing else has to be read.

use std::collections::BTreeSet;

use crate::subject::Field;

/// Lists the costly fields that the rules of a configuration touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The tags that rules ask for.
    pub tag_keys: BTreeSet<String>,
    /// Whether any rule asks for the owning stack or its tags.
    pub any_stack: bool,
    /// Whether any rule asks for the tags of the owning stack.
    pub stack_tags: bool,
    /// Whether any rule asks for the creation date.
    pub created: bool,
    /// Whether any rule asks for a property of a type.
    pub properties: bool,
    /// The types that rules name, not by a glob: whether any of these stays depends on what there is.
    pub types: BTreeSet<String>,
}

impl Needs {
    pub(crate) fn add(&mut self, field: &Field) {
        match field {
            Field::Tag(key) => {
                self.tag_keys.insert(key.clone());
            }
            Field::Stack => self.any_stack = true,
            Field::StackTag(_) => {
                self.any_stack = true;
                self.stack_tags = true;
            }
            Field::Created => self.created = true,
            Field::Property(_) => self.properties = true,
            Field::Name | Field::Id | Field::Arn | Field::Region | Field::Account => {}
        }
    }
}
