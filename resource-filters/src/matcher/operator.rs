//! The operators, in one table: the reader, the suggestions and the schema all follow it.

use std::time::Duration;

use globset::GlobMatcher;
use jiff::Timestamp;
use regex::Regex;

/// Holds operators that must all be true of a field.
#[derive(Debug, Clone)]
pub(crate) struct Matcher {
    pub(crate) operators: Vec<Operator>,
}

/// Compares a field with what a rule says.
#[derive(Debug, Clone)]
pub(crate) enum Operator {
    Exact(Operand),
    Contains(String),
    Prefix(String),
    Suffix(String),
    Glob(GlobMatcher),
    Regex(Regex),
    In(Vec<Operand>),
    Exists(bool),
    OlderThan(Duration),
    NewerThan(Duration),
    Before(Timestamp),
    After(Timestamp),
    Greater(f64),
    GreaterOrEqual(f64),
    Less(f64),
    LessOrEqual(f64),
    Not(Box<Matcher>),
}

/// Holds what `exact` and `in` compare with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Text(String),
    Integer(i64),
    Bool(bool),
}

/// Says what an operator is followed by, and how to build it.
#[derive(Clone, Copy)]
pub(crate) enum OperandKind {
    Scalar,
    Text(fn(String) -> Operator),
    Glob,
    Regex,
    List,
    Boolean,
    Duration(fn(Duration) -> Operator),
    Instant(fn(Timestamp) -> Operator),
    Number(fn(f64) -> Operator),
    Matcher,
}

/// Every operator: its name, what follows it, and its meaning.
pub(crate) const OPERATORS: &[(&str, OperandKind, &str)] = &[
    ("exact", OperandKind::Scalar, "Equals the value, upper and lower case being different."),
    ("contains", OperandKind::Text(Operator::Contains), "Contains the text."),
    ("prefix", OperandKind::Text(Operator::Prefix), "Starts with the text."),
    ("suffix", OperandKind::Text(Operator::Suffix), "Ends with the text."),
    ("glob", OperandKind::Glob, "Matches the pattern of `*`, `?`, `[...]` and `{a,b}` as a whole."),
    ("regex", OperandKind::Regex, "Matches the regular expression anywhere; use `^` and `$` for the whole."),
    ("in", OperandKind::List, "Equals one of the values."),
    ("exists", OperandKind::Boolean, "Is there, or is not."),
    ("older_than", OperandKind::Duration(Operator::OlderThan), "Is a date longer ago than the duration."),
    ("newer_than", OperandKind::Duration(Operator::NewerThan), "Is a date at most the duration ago."),
    ("before", OperandKind::Instant(Operator::Before), "Is a date before the moment."),
    ("after", OperandKind::Instant(Operator::After), "Is a date at or after the moment."),
    ("gt", OperandKind::Number(Operator::Greater), "Is a number greater than the value."),
    ("gte", OperandKind::Number(Operator::GreaterOrEqual), "Is a number greater than or equal to the value."),
    ("lt", OperandKind::Number(Operator::Less), "Is a number less than the value."),
    ("lte", OperandKind::Number(Operator::LessOrEqual), "Is a number less than or equal to the value."),
    ("not", OperandKind::Matcher, "Does not match the operators below it; absent fields match."),
];
