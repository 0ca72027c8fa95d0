//! The allow and deny lists of a configuration.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::needs::Needs;
use crate::rule::{Rule, RuleReader};
use crate::source::{MapReader, Node, Problem, Problems, Value};
use crate::subject::Subject;
use crate::truth::Truth;
use crate::verdict::{Decision, RuleId, RuleList, RuleOutcome, Verdict};
use crate::vocabulary::Vocabulary;

/// Decides which resources may be deleted.
///
/// # Behavior
/// - What a deny rule matches stays, whatever the allow rules say.
/// - If there is an allow list, only what matches one of its rules may be deleted; an empty one lets nothing be.
/// - What hangs on a field that could not be read is [`Decision::Unknown`]. What stays either way is plainly kept.
/// - Without any rule everything may be deleted.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    deny: Vec<Rule>,
    allow: Option<Vec<Rule>>,
}

impl Filters {
    /// Reads the value of the `filters` key. Whatever is wrong goes into the problems, and the result is then not to be
    /// used.
    pub fn parse(node: &Node, vocabulary: &dyn Vocabulary, problems: &mut Problems) -> Self {
        if node.value == Value::Null {
            return Self::default();
        }
        let Some(mut map) = MapReader::new(node, "filters", problems) else { return Self::default() };
        let (deny, allow) = (map.take("deny"), map.take("allow"));
        map.finish(problems);
        if let Some(node) = allow
            && node.value == Value::Null
        {
            let problem = Problem::new(&node.at, "`allow` has no value, expected a list of rules");
            let help = "remove the key if everything may be deleted, write [] if nothing may be";
            problems.push(problem.with_help(help));
        }
        let mut reader = RuleReader::new(vocabulary, problems);
        // A list whose every entry is commented out is null; for `deny` that can only mean no rule.
        let mut list = |node: Option<&Node>, key: &str| {
            node.map(|node| if node.value == Value::Null { Vec::new() } else { reader.rules(node, key) })
        };
        Self { deny: list(deny, "deny").unwrap_or_default(), allow: list(allow, "allow") }
    }

    /// Adds the filters of a layer that goes before this one: deny rules add up, an allow list replaces.
    #[must_use]
    pub fn overlaid(mut self, inner: Self) -> Self {
        self.deny.extend(inner.deny);
        Self { deny: self.deny, allow: inner.allow.or(self.allow) }
    }

    /// Returns true if there are no rules at all, so that everything may be deleted.
    pub fn is_empty(&self) -> bool {
        self.deny.is_empty() && self.allow.is_none()
    }

    /// Returns true if there is an allow list, be it empty.
    pub fn has_allow_list(&self) -> bool {
        self.allow.is_some()
    }

    /// Names every rule, deny rules first.
    pub fn rule_ids(&self) -> impl Iterator<Item = RuleId> {
        self.rules().map(|(list, index, rule)| id(list, index, rule))
    }

    /// Returns what the rules may ask about, so that nothing else has to be read.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        for (_, _, rule) in self.rules() {
            rule.needs(&mut needs);
        }
        needs
    }

    /// Decides about one resource.
    pub fn verdict(&self, subject: &dyn Subject, now: Timestamp) -> Verdict {
        let (denied, deny_rule) = decide(RuleList::Deny, &self.deny, subject, now);
        if denied == Truth::True {
            return verdict(Decision::Keep, deny_rule, "matches a deny rule");
        }
        let (allowed, allow_rule) = match &self.allow {
            Some(rules) => decide(RuleList::Allow, rules, subject, now),
            None => (Truth::True, None),
        };
        match (denied, allowed) {
            (_, Truth::False) => verdict(Decision::Keep, None, "matches no allow rule"),
            (Truth::Unknown(why), _) => verdict(Decision::Unknown, deny_rule, why),
            (_, Truth::Unknown(why)) => verdict(Decision::Unknown, allow_rule, why),
            (_, Truth::True) if allow_rule.is_some() => {
                verdict(Decision::Delete, allow_rule, "matches an allow rule")
            }
            (_, Truth::True) if self.deny.is_empty() => verdict(Decision::Delete, None, "no rule keeps it"),
            (_, Truth::True) => verdict(Decision::Delete, None, "matches no deny rule"),
        }
    }

    /// Tells how every rule looks at one resource, deny rules first.
    pub fn explain(&self, subject: &dyn Subject, now: Timestamp) -> Vec<RuleOutcome> {
        self.rules()
            .map(|(list, index, rule)| {
                let (truth, why) = rule.explain(subject, now);
                RuleOutcome { rule: id(list, index, rule), truth, why }
            })
            .collect()
    }

    fn rules(&self) -> impl Iterator<Item = (RuleList, usize, &Rule)> {
        let deny = self.deny.iter().enumerate().map(|(index, rule)| (RuleList::Deny, index, rule));
        let allow = self.allow.iter().flatten().enumerate();
        deny.chain(allow.map(|(index, rule)| (RuleList::Allow, index, rule)))
    }
}

/// Finds the first rule that matches, or else the first that might.
pub(crate) fn decide(
    list: RuleList,
    rules: &[Rule],
    subject: &dyn Subject,
    now: Timestamp,
) -> (Truth, Option<RuleId>) {
    let mut undecided = None;
    for (index, rule) in rules.iter().enumerate() {
        match rule.evaluate(subject, now) {
            Truth::True => return (Truth::True, Some(id(list, index, rule))),
            Truth::Unknown(why) if undecided.is_none() => undecided = Some((why, index, rule)),
            Truth::Unknown(_) | Truth::False => {}
        }
    }
    match undecided {
        Some((why, index, rule)) => (Truth::Unknown(why), Some(id(list, index, rule))),
        None => (Truth::False, None),
    }
}

pub(crate) fn id(list: RuleList, index: usize, rule: &Rule) -> RuleId {
    RuleId { list, index, at: rule.at.clone(), text: rule.text.clone() }
}

fn verdict(decision: Decision, rule: Option<RuleId>, reason: impl Into<Cow<'static, str>>) -> Verdict {
    Verdict { decision, rule, reason: reason.into() }
}

#[cfg(test)]
mod tests;
