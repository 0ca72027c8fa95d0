use std::fmt;

use resource_filters::Choice;

use crate::config::layer::Layer;
use crate::config::scalar::SCALARS;
use crate::config::{Config, Origin, Source};

/// Holds one value as `config show` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The key, with dots: `settings.EC2Instance.disable_termination_protection`.
    pub key: String,
    /// The value.
    pub value: String,
    /// Where it came from.
    pub source: Source,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}   # from {}", self.key, self.value, self.source)
    }
}

impl Config {
    /// Every value that is set, one per line, with where it came from.
    pub fn show(&self) -> String {
        self.shown().iter().map(|shown| format!("{shown}\n")).collect()
    }
}

pub(super) fn shown(layer: &Layer) -> Vec<Shown> {
    let mut lines = Vec::new();
    let mut line = |key: String, value: String, source: &Source| {
        lines.push(Shown { key, value, source: source.clone() });
    };
    if let Some(accounts) = &layer.allowed_accounts {
        line("accounts.allow".into(), list(accounts.value.iter()), &accounts.source);
    }
    for (account, denied) in &layer.denied_accounts {
        line("accounts.deny".into(), account.to_string(), &denied.source);
    }
    if let Some(words) = &layer.alias_words {
        line("protected_alias_words".into(), list(words.value.iter()), &words.source);
    }
    for (name, lifted) in &layer.lifted {
        line("protections.lift".into(), name.clone(), &lifted.source);
    }
    if let Some(regions) = &layer.regions {
        line("regions".into(), list(regions.value.iter()), &regions.source);
    }
    for region in &layer.exclude_regions {
        line("exclude_regions".into(), region.value.to_string(), &region.source);
    }
    if let Some(include) = &layer.include {
        line("types.include".into(), include.value.text.clone(), &include.source);
    }
    for exclude in &layer.exclude {
        line("types.exclude".into(), exclude.value.text.clone(), &exclude.source);
    }
    for rule in layer.filters.rule_ids() {
        // The place says which layer it was; a preset or a block is seen there.
        let source = Source { origin: Origin::File, at: rule.at };
        line(format!("filters.{}[{}]", rule.list, rule.index), rule.text.to_string(), &source);
    }
    for rule in layer.reset_data.iter().flat_map(Choice::rule_ids) {
        let source = Source { origin: Origin::File, at: rule.at };
        line(format!("{}[{}]", rule.list, rule.index), rule.text.to_string(), &source);
    }
    for ((type_name, key), value) in &layer.settings {
        line(format!("settings.{type_name}.{key}"), value.value.to_string(), &value.source);
    }
    for key in SCALARS {
        if let Some(value) = layer.scalars.get(key.name) {
            line(key.name.into(), value.value.to_string(), &value.source);
        }
    }
    lines
}

fn list(items: impl Iterator<Item = impl fmt::Display>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    format!("[{}]", items.join(", "))
}
