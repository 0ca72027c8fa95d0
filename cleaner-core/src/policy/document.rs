use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// How many characters a managed policy may have; IAM does not count spaces.
pub const MANAGED_LIMIT: usize = 6_144;
/// How many characters all inline policies of a role may have together; IAM does not count spaces.
pub const INLINE_LIMIT: usize = 10_240;
/// How many managed policies a role or user may have, unless AWS was asked for more.
pub const ATTACHED: usize = 10;
/// How many managed policies a role or user may have at most.
pub const ATTACHED_AT_MOST: usize = 20;

/// Allows actions on everything, in one statement for each service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    services: BTreeMap<String, BTreeSet<String>>,
}

impl Document {
    /// A document that allows these actions.
    pub fn allow<'a>(actions: impl IntoIterator<Item = &'a String>) -> Self {
        let mut document = Self::default();
        for action in actions {
            document.add(action);
        }
        document
    }

    fn add(&mut self, action: &str) {
        let service = action.split_once(':').map_or(action, |(service, _)| service);
        self.services.entry(service.to_owned()).or_default().insert(action.to_owned());
    }

    /// The actions it allows.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.services.values().flatten().map(String::as_str)
    }

    /// The document as IAM takes it.
    pub fn to_json(&self) -> Value {
        let statements: Vec<Value> = self
            .services
            .values()
            .map(|actions| json!({ "Effect": "Allow", "Action": actions, "Resource": "*" }))
            .collect();
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    /// How many characters IAM counts.
    pub fn size(&self) -> usize {
        // No name of an action has spaces, and this form has no others.
        self.to_json().to_string().chars().count()
    }

    /// Divides the document into as few as allow the same, each of at most so many characters. Services stay in order, and
    /// together where that is no longer.
    pub fn split(&self, limit: usize) -> Vec<Self> {
        let mut documents: Vec<Self> = Vec::new();
        let mut last = Self::default();
        for action in self.actions() {
            let mut longer = last.clone();
            longer.add(action);
            if longer.size() > limit && !last.services.is_empty() {
                documents.push(last);
                longer = Self::default();
                longer.add(action);
            }
            last = longer;
        }
        documents.push(last);
        documents
    }
}
