use std::collections::BTreeMap;

use resource_filters::source::{Position, Problem, Problems, nearest};

use crate::config::layer::Layer;
use crate::config::scalar::SCALARS;
use crate::config::{Origin, Source, Sourced};

const PREFIX: &str = "AWS_CLEANER_";

/// Reads the layer of the environment. Variables of other names, and the caller's own, are nobody's business here; a misspelt one
/// of ours, or of these, is a problem.
pub(super) fn read(environment: &BTreeMap<String, String>, own: &[&str], problems: &mut Problems) -> Layer {
    let mut layer = Layer::default();
    let ours = |variable: &str| variable.starts_with(PREFIX) && !own.contains(&variable);
    for (variable, text) in environment.iter().filter(|(variable, _)| ours(variable)) {
        let at = Position::named(variable.as_str());
        let Some(key) = SCALARS.iter().find(|key| key.variable() == *variable) else {
            let known: Vec<String> = SCALARS.iter().map(|key| key.variable()).collect();
            let suggestion = nearest(variable, known.iter().map(String::as_str).chain(own.iter().copied()));
            let problem = Problem::new(&at, "no such setting can be given in the environment");
            problems.push(problem.with_suggestion(suggestion));
            continue;
        };
        // CI systems set what is not given to nothing.
        if text.is_empty() {
            continue;
        }
        if let Some(value) = key.read_text(text, &at, problems) {
            let source = Source { origin: Origin::Environment, at };
            layer.scalars.insert(key.name, Sourced { value, source });
        }
    }
    layer
}
