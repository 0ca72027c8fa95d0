//! What a field must look like for a rule to hold.

mod evaluate;
mod instant;
mod operator;
mod read;

pub(crate) use operator::{Matcher, OPERATORS, OperandKind, Operator};
pub(crate) use read::PlainText;
