//! What a rule is made of.

use std::sync::Arc;

use crate::matcher::Matcher;
use crate::needs::Needs;
use crate::rule::TypeSelector;
use crate::source::Position;
use crate::subject::Field;

/// Holds one rule; it matches when all its conditions hold.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) conditions: Vec<Condition>,
    pub(crate) at: Position,
    /// The rule as one line.
    pub(crate) text: Arc<str>,
}

/// Holds one key of a rule.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) test: Test,
    /// The key and its value as one line.
    pub(crate) text: String,
}

/// Says what a condition looks at.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Type(TypeSelector),
    Field(Field, Matcher),
    Not(Rule),
    All(Vec<Rule>),
    Any(Vec<Rule>),
}

impl Rule {
    /// Visits every field that the rule may ask for.
    pub(crate) fn needs(&self, needs: &mut Needs) {
        for condition in &self.conditions {
            match &condition.test {
                Test::Type(selector) => needs.types.extend(selector.named().map(str::to_owned)),
                Test::Field(field, _) => needs.add(field),
                Test::Not(rule) => rule.needs(needs),
                Test::All(rules) | Test::Any(rules) => rules.iter().for_each(|rule| rule.needs(needs)),
            }
        }
    }
}
