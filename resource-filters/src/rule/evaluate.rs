//! Evaluates a rule, and tells why it came out as it did.

use jiff::Timestamp;

use crate::rule::{Condition, Rule, Test};
use crate::subject::Subject;
use crate::truth::Truth;

impl Rule {
    pub(crate) fn evaluate(&self, subject: &dyn Subject, now: Timestamp) -> Truth {
        // Lazy: the type is asked first, so no field of a resource of another type is ever read.
        Truth::all(self.conditions.iter().map(|condition| condition.evaluate(subject, now)))
    }

    /// Evaluates the rule and says which condition decided, with the value it saw.
    pub(crate) fn explain(&self, subject: &dyn Subject, now: Timestamp) -> (Truth, String) {
        let truth = self.evaluate(subject, now);
        let why = match &truth {
            Truth::Unknown(why) => why.clone(),
            Truth::False => self
                .conditions
                .iter()
                .find(|condition| condition.evaluate(subject, now) == Truth::False)
                .map(|condition| match condition.seen(subject) {
                    Some(seen) => format!("`{}` does not match: {seen}", condition.text),
                    None => format!("`{}` does not match", condition.text),
                })
                .unwrap_or_default(),
            Truth::True => {
                let seen: Vec<String> =
                    self.conditions.iter().filter_map(|condition| condition.seen(subject)).collect();
                if seen.is_empty() { "all conditions match".to_owned() } else { seen.join(", ") }
            }
        };
        (truth, why)
    }
}

impl Condition {
    fn evaluate(&self, subject: &dyn Subject, now: Timestamp) -> Truth {
        match &self.test {
            Test::Type(selector) => selector.selects(subject.resource_type()).into(),
            Test::Field(field, matcher) => matcher.evaluate(field, &subject.field(field), now),
            Test::Not(rule) => rule.evaluate(subject, now).negated(),
            Test::All(rules) => Truth::all(rules.iter().map(|rule| rule.evaluate(subject, now))),
            Test::Any(rules) => Truth::any(rules.iter().map(|rule| rule.evaluate(subject, now))),
        }
    }

    fn seen(&self, subject: &dyn Subject) -> Option<String> {
        match &self.test {
            Test::Type(_) => Some(format!("type is {}", subject.resource_type())),
            Test::Field(field, _) => Some(format!("{field} is {}", subject.field(field))),
            Test::Not(_) | Test::All(_) | Test::Any(_) => None,
        }
    }
}
