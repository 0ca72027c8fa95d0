//! What the rules say about one resource, and which of them said it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::source::Position;
use crate::truth::Truth;

/// Says what is to become of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// It may be deleted.
    Delete,
    /// It stays.
    Keep,
    /// A rule touched what could not be read: it stays, and the run cannot be called clean.
    Unknown,
}

/// Names the list that a rule stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleList {
    /// What matches stays.
    Deny,
    /// Only what matches may be deleted.
    Allow,
    /// What matches is emptied.
    ResetData,
}

impl fmt::Display for RuleList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deny => "deny",
            Self::Allow => "allow",
            Self::ResetData => "reset_data",
        })
    }
}

/// Names one rule by its list, its index there, and its place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleId {
    /// The list it stands in.
    pub list: RuleList,
    /// Its index in that list, from 0.
    pub index: usize,
    /// Where it is written.
    pub at: Position,
    /// The rule as one line.
    pub text: Arc<str>,
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}] {}:{}: {}", self.list, self.index, self.at.file, self.at.line, self.text)
    }
}

/// Holds a decision, the rule that made it, and the reason in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What is to become of the resource.
    pub decision: Decision,
    /// The rule that decided; none if it was the absence of a match.
    pub rule: Option<RuleId>,
    /// Why, for people.
    pub reason: Cow<'static, str>,
}

/// Tells how one rule looks at one resource, for `explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOutcome {
    /// The rule.
    pub rule: RuleId,
    /// Whether it matches.
    pub truth: Truth,
    /// What made it match or not.
    pub why: String,
}
