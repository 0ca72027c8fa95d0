use resource_filters::source::{Node, Position, Problems, Value};

use crate::config::body::{read_excluded_regions, read_excluded_types, read_included_types, read_regions};
use crate::config::file::Reader;
use crate::config::layer::Layer;
use crate::config::scalar::ScalarKey;
use crate::config::{Origin, Source, Sourced, TypeVocabulary};

/// Holds what the command line says, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The values of `--region`; if there is one, they replace the regions of the file.
    pub regions: Vec<String>,
    /// The values of `--exclude-region`.
    pub exclude_regions: Vec<String>,
    /// The values of `--type`; if there is one, they replace the included types of the file.
    pub types: Vec<String>,
    /// The values of `--exclude-type`.
    pub exclude_types: Vec<String>,
    scalars: Vec<(&'static str, &'static str, String)>,
}

impl Flags {
    /// Sets a key of the configuration (`deadline`, `assume_role.arn`) from an option, if it was given.
    pub fn set(&mut self, key: &'static str, option: &'static str, text: Option<impl Into<String>>) {
        self.scalars.extend(text.map(|text| (key, option, text.into())));
    }

    pub(super) fn read(&self, vocabulary: &dyn TypeVocabulary, problems: &mut Problems) -> Layer {
        type Read = fn(&mut Reader<'_>, &Node);
        let lists: [(&str, &[String], Read); 4] = [
            ("--region", &self.regions, read_regions),
            ("--exclude-region", &self.exclude_regions, read_excluded_regions),
            ("--type", &self.types, read_included_types),
            ("--exclude-type", &self.exclude_types, read_excluded_types),
        ];
        let mut reader = Reader::new(vocabulary, Origin::Flag, problems);
        for (option, values, read) in lists {
            if !values.is_empty() {
                let at = Position::named(option);
                let items = values
                    .iter()
                    .map(|text| Node { value: Value::Text(text.clone()), at: at.clone() })
                    .collect();
                read(&mut reader, &Node { value: Value::List(items), at: at.clone() });
            }
        }
        let mut layer = reader.layer;
        for (key, option, text) in &self.scalars {
            let at = Position::named(*option);
            let Some(scalar) = ScalarKey::find(key) else {
                problems.report(&at, format!("the configuration has no key `{key}`"));
                continue;
            };
            if let Some(value) = scalar.read_text(text, &at, problems) {
                let source = Source { origin: Origin::Flag, at };
                layer.scalars.insert(scalar.name, Sourced { value, source });
            }
        }
        layer
    }
}
