//! The keys of a rule, in one table: the reader, the suggestions and the schema all follow it.

use crate::matcher::{OPERATORS, OperandKind, PlainText};
use crate::subject::Field;

/// Says what a key of a rule is followed by.
pub(crate) enum KeyKind {
    /// Type names and globs.
    Types,
    /// A matcher for one field.
    Matcher(Field, PlainText),
    /// A mapping of names to matchers.
    Named(fn(String) -> Field),
    /// The operand of the date operator of the same name, for the creation date.
    Created,
    /// A rule.
    Rule,
    /// A list of rules of which all must match.
    All,
    /// A list of rules of which one must match.
    Any,
}

/// Every key of a rule, what follows it, and its meaning.
pub(crate) const KEYS: &[(&str, KeyKind, &str)] = &[
    ("type", KeyKind::Types, "Type names, aliases or globs; one must match."),
    ("name", KeyKind::Matcher(Field::Name, PlainText::MayBeGlob), "The name."),
    ("id", KeyKind::Matcher(Field::Id, PlainText::Exact), "The identifier."),
    ("arn", KeyKind::Matcher(Field::Arn, PlainText::Exact), "The ARN."),
    ("region", KeyKind::Matcher(Field::Region, PlainText::Exact), "The region, or `global`."),
    ("account", KeyKind::Matcher(Field::Account, PlainText::Exact), "The account id."),
    (
        "stack",
        KeyKind::Matcher(Field::Stack, PlainText::MayBeGlob),
        "The name of the owning stack, or of the stack.",
    ),
    ("stack_tag", KeyKind::Named(Field::StackTag), "Tags of the owning stack; all must match."),
    ("tag", KeyKind::Named(Field::Tag), "Tags; all must match."),
    ("property", KeyKind::Named(Field::Property), "Properties that the type declares; all must match."),
    ("older_than", KeyKind::Created, "Was created longer ago than this."),
    ("newer_than", KeyKind::Created, "Was created at most this long ago."),
    ("before", KeyKind::Created, "Was created before this moment."),
    ("after", KeyKind::Created, "Was created at or after this moment."),
    ("not", KeyKind::Rule, "A rule that must not match."),
    ("all", KeyKind::All, "Rules of which all must match."),
    ("any", KeyKind::Any, "Rules of which one must match."),
];

/// Finds the operator of a key that stands for a date operator.
pub(super) fn date_operator(key: &str) -> Option<OperandKind> {
    OPERATORS.iter().find(|(name, ..)| *name == key).map(|(_, kind, _)| *kind)
}
