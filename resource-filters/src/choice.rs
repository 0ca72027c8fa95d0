//! A list of rules that chooses resources.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::filters::{decide, id};
use crate::needs::Needs;
use crate::rule::{Rule, RuleReader};
use crate::source::{Node, Problems, Value};
use crate::subject::Subject;
use crate::truth::Truth;
use crate::verdict::{RuleId, RuleList, RuleOutcome};
use crate::vocabulary::Vocabulary;

/// Chooses the resources that match any of its rules. Without a rule it chooses none.
#[derive(Debug, Clone)]
pub struct Choice {
    list: RuleList,
    rules: Vec<Rule>,
}

impl Choice {
    /// Chooses nothing.
    pub fn none(list: RuleList) -> Self {
        Self { list, rules: Vec::new() }
    }

    /// Reads a list of rules. Whatever is wrong goes into the problems, and the result is then not to be used.
    pub fn parse(list: RuleList, node: &Node, vocabulary: &dyn Vocabulary, problems: &mut Problems) -> Self {
        // A list whose every entry is commented out is null; that can only mean no rule.
        if node.value == Value::Null {
            return Self::none(list);
        }
        let rules = RuleReader::new(vocabulary, problems).rules(node, &list.to_string());
        Self { list, rules }
    }

    /// Returns true if there is no rule, so that nothing is chosen.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Names every rule.
    pub fn rule_ids(&self) -> impl Iterator<Item = RuleId> {
        self.rules.iter().enumerate().map(|(index, rule)| id(self.list, index, rule))
    }

    /// Returns what the rules may ask about, so that nothing else has to be read.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        for rule in &self.rules {
            rule.needs(&mut needs);
        }
        needs
    }

    /// Tells whether one resource is chosen, and by which rule; or which rule might choose it, and why nobody knows.
    pub fn chooses(&self, subject: &dyn Subject, now: Timestamp) -> (Truth, Option<RuleId>) {
        decide(self.list, &self.rules, subject, now)
    }

    /// Tells how every rule looks at one resource.
    pub fn explain(&self, subject: &dyn Subject, now: Timestamp) -> Vec<RuleOutcome> {
        let outcome = |(index, rule): (usize, &Rule)| {
            let (truth, why) = rule.explain(subject, now);
            RuleOutcome { rule: id(self.list, index, rule), truth, why }
        };
        self.rules.iter().enumerate().map(outcome).collect()
    }

    /// Returns the schema of such a list; it refers to the [definitions](crate::Filters::schema_definitions).
    pub fn schema() -> Json {
        json!({"type": ["array", "null"], "items": {"$ref": "#/$defs/rule"}})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::{Field, Known};

    struct Types;

    impl Vocabulary for Types {
        fn resolve_type(&self, name: &str) -> Option<String> {
            (name == "SQSQueue").then(|| name.to_owned())
        }

        fn types(&self) -> Vec<String> {
            vec!["SQSQueue".to_owned()]
        }

        fn properties(&self, _type_name: &str) -> Vec<String> {
            Vec::new()
        }
    }

    /// A queue of a name, with a tag or without anybody knowing.
    struct Queue(&'static str, Known);

    impl Subject for Queue {
        fn resource_type(&self) -> &str {
            "SQSQueue"
        }

        fn field(&self, field: &Field) -> Known {
            match field {
                Field::Name => Known::Text(self.0.to_owned()),
                Field::Tag(_) => self.1.clone(),
                _ => Known::Absent,
            }
        }
    }

    fn parse(text: &str) -> Result<Choice, Problems> {
        let mut problems = Problems::new();
        let node = Node::parse_yaml("cleaner.yaml", text)?;
        let choice = Choice::parse(RuleList::ResetData, &node, &Types, &mut problems);
        problems.into_result(choice)
    }

    #[test]
    fn what_matches_any_rule_is_chosen_and_doubt_is_told() {
        let choice = parse("- { name: \"jobs-*\" }\n- { tag: { warm: yes } }\n").expect("two rules");
        let now = Timestamp::UNIX_EPOCH;
        let chooses = |name, tag| choice.chooses(&Queue(name, tag), now);
        let (truth, rule) = chooses("jobs-1", Known::Unknown("denied".to_owned()));
        assert_eq!(truth, Truth::True, "the first rule decides");
        assert!(rule.expect("a rule").to_string().starts_with("reset_data[0] cleaner.yaml:1: "));
        assert_eq!(chooses("other", Known::Absent).0, Truth::False);
        let (truth, rule) = chooses("other", Known::Unknown("denied".to_owned()));
        assert!(matches!(&truth, Truth::Unknown(why) if why.contains("denied")), "{truth:?}");
        assert_eq!(rule.map(|rule| rule.index), Some(1));
        let all = choice.explain(&Queue("jobs-1", Known::Text("yes".to_owned())), now);
        assert!(all.iter().all(|outcome| outcome.truth == Truth::True) && all.len() == 2);
    }

    #[test]
    fn no_rule_chooses_nothing_and_an_empty_one_is_a_mistake() {
        for text in ["[]", "~"] {
            let choice = parse(text).expect("no rules");
            assert!(choice.is_empty());
            assert_eq!(choice.chooses(&Queue("q", Known::Absent), Timestamp::UNIX_EPOCH).0, Truth::False);
        }
        let problems = parse("- {}\n- { typ: SQSQueue }\n").expect_err("two mistakes").to_string();
        assert!(problems.contains("match everything") && problems.contains("`type`"), "{problems}");
    }
}
