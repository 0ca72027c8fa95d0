//! Reads a rule out of a document and checks every name in it.

use std::collections::BTreeSet;

use crate::matcher::{Matcher, Operator, PlainText};
use crate::rule::keys::date_operator;
use crate::rule::{Condition, KEYS, KeyKind, Rule, Test, TypeSelector};
use crate::source::{Entry, MapReader, Node, Problem, Problems, Value, nearest};
use crate::subject::Field;
use crate::vocabulary::Vocabulary;

/// Reads rules; what is wrong goes into the problems, and the reading goes on.
pub(crate) struct RuleReader<'v> {
    vocabulary: &'v dyn Vocabulary,
    problems: &'v mut Problems,
}

impl<'v> RuleReader<'v> {
    pub(crate) fn new(vocabulary: &'v dyn Vocabulary, problems: &'v mut Problems) -> Self {
        Self { vocabulary, problems }
    }

    /// Reads a list of rules; the bad ones are left out, since their problems stop the run anyway.
    pub(crate) fn rules(&mut self, node: &Node, what: &str) -> Vec<Rule> {
        self.rules_within(node, what, None)
    }

    fn rules_within(&mut self, node: &Node, what: &str, scope: Option<&BTreeSet<String>>) -> Vec<Rule> {
        let items = node.list(what, self.problems).unwrap_or_default();
        items.iter().filter_map(|item| self.rule(item, scope)).collect()
    }

    /// Reads one rule. `scope` is what the rules around it select by type; none means every type.
    fn rule(&mut self, node: &Node, scope: Option<&BTreeSet<String>>) -> Option<Rule> {
        let before = self.problems.len();
        let mut map = MapReader::new(node, "a rule", self.problems)?;
        if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
            let problem = Problem::new(&node.at, "an empty rule would match everything");
            self.problems.push(problem.with_help("write {name: {glob: \"*\"}} if that is meant"));
            return None;
        }
        let mut conditions = Vec::new();
        let mut scope = scope.cloned();
        for (key, kind, _) in KEYS {
            let Some(entry) = map.take_entry(key) else { continue };
            let Some(tests) = self.tests(entry, key, kind, &mut scope) else { continue };
            let whole = format!("{key}: {}", entry.value.to_line());
            conditions.extend(tests.into_iter().map(|test| Condition { test, text: whole.clone() }));
        }
        map.finish(self.problems);
        (self.problems.len() == before).then(|| Rule {
            conditions,
            at: node.at.clone(),
            text: node.to_line().into(),
        })
    }

    fn tests(
        &mut self,
        entry: &Entry,
        key: &'static str,
        kind: &KeyKind,
        scope: &mut Option<BTreeSet<String>>,
    ) -> Option<Vec<Test>> {
        let node = &entry.value;
        Some(match kind {
            KeyKind::Types => {
                let selector = TypeSelector::read(node, key, self.vocabulary, self.problems)?;
                *scope = Some(match scope.take() {
                    Some(outer) => outer.intersection(&selector.types).cloned().collect(),
                    None => selector.types.clone(),
                });
                vec![Test::Type(selector)]
            }
            KeyKind::Matcher(field, plain) => {
                vec![Test::Field(field.clone(), Matcher::read(node, key, *plain, self.problems)?)]
            }
            KeyKind::Named(field) => self.named(node, key, *field, scope.as_ref()),
            KeyKind::Created => {
                let kind = date_operator(key).expect("every date key of a rule is an operator");
                let operator = Operator::read(key, kind, node, self.problems)?;
                vec![Test::Field(Field::Created, Matcher::of(operator))]
            }
            KeyKind::Rule => vec![Test::Not(self.rule(node, scope.as_ref())?)],
            KeyKind::All => vec![Test::All(self.nested(node, key, scope.as_ref())?)],
            KeyKind::Any => vec![Test::Any(self.nested(node, key, scope.as_ref())?)],
        })
    }

    fn nested(&mut self, node: &Node, key: &str, scope: Option<&BTreeSet<String>>) -> Option<Vec<Rule>> {
        let rules = self.rules_within(node, key, scope);
        if matches!(&node.value, Value::List(items) if items.is_empty()) {
            self.problems
                .report(&node.at, format!("`{key}`: expected at least one rule, found an empty list"));
            return None;
        }
        Some(rules)
    }

    fn named(
        &mut self,
        node: &Node,
        key: &'static str,
        field: fn(String) -> Field,
        scope: Option<&BTreeSet<String>>,
    ) -> Vec<Test> {
        let Value::Map(entries) = &node.value else {
            let message = format!("`{key}`: expected a mapping of names to values, found {}", node.kind());
            let problem = Problem::new(&node.at, message);
            self.problems.push(match &node.value {
                Value::Text(name) => {
                    problem.with_help(format!("write {{ {key}: {{ {name}: {{ exists: true }} }} }}"))
                }
                _ => problem,
            });
            return Vec::new();
        };
        if entries.is_empty() {
            self.problems
                .report(&node.at, format!("`{key}`: expected at least one name, found an empty mapping"));
        }
        let mut tests = Vec::new();
        for entry in entries {
            let field = field(entry.key.clone());
            if let Field::Property(name) = &field {
                self.check_property(name, entry, scope);
            }
            let matcher = Matcher::read(&entry.value, &entry.key, PlainText::Exact, self.problems);
            tests.extend(matcher.map(|matcher| Test::Field(field, matcher)));
        }
        tests
    }

    /// A misspelt property would be absent everywhere, and a rule that keeps things would silently keep nothing.
    fn check_property(&mut self, name: &str, entry: &Entry, scope: Option<&BTreeSet<String>>) {
        let declares =
            |type_name: &String| self.vocabulary.properties(type_name).iter().any(|known| known == name);
        let (message, candidates): (String, BTreeSet<String>) = if let Some(types) = scope {
            let lacking: Vec<&String> = types.iter().filter(|type_name| !declares(type_name)).collect();
            let Some(first) = lacking.first() else { return };
            let others = match lacking.len() - 1 {
                0 => String::new(),
                1 => " and 1 more type that the rule selects".to_owned(),
                more => format!(" and {more} more types that the rule selects"),
            };
            let declared =
                lacking.iter().flat_map(|type_name| self.vocabulary.properties(type_name)).collect();
            (format!("unknown property `{name}` of {first}{others}"), declared)
        } else {
            let types: BTreeSet<String> = self
                .vocabulary
                .types()
                .iter()
                .filter_map(|name| self.vocabulary.resolve_type(name))
                .collect();
            if types.iter().any(declares) {
                return;
            }
            let declared = types.iter().flat_map(|type_name| self.vocabulary.properties(type_name)).collect();
            (format!("unknown property `{name}`: no resource type declares it"), declared)
        };
        let problem = Problem::new(&entry.key_at, message);
        let few = candidates.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        self.problems.push(match nearest(name, candidates.iter().map(String::as_str)) {
            Some(word) => problem.with_suggestion(Some(word)),
            None if scope.is_some() && few.is_empty() => problem.with_help("the type declares no properties"),
            None if few.len() <= 12 => problem.with_help(format!("expected one of {}", few.join(", "))),
            None => problem,
        });
    }
}
