use std::collections::BTreeMap;
use std::sync::Arc;

use resource_filters::source::{Node, Problem, Problems};

use crate::account::AccountId;
use crate::config::file::{FileParts, Reader};
use crate::config::layer::Layer;
use crate::config::{Config, EXAMPLE, Flags, Origin, TypeVocabulary, environment};

/// Holds everything a configuration is made of.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file, if there is one.
    pub file: Option<ConfigFile>,
    /// The environment; variables that start with `AWS_CLEANER_` count, and every one of them must be known.
    pub environment: BTreeMap<String, String>,
    /// The variables that start so and are the caller's own. Their values are nobody's business here.
    pub own_variables: &'static [&'static str],
    /// The command line.
    pub flags: Flags,
}

/// Holds a file that was read.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// The path, as the user named it.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The layers, apart: which of them hold depends on the account, which is known later.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    built_in: Layer,
    file: Layer,
    parts: FileParts,
    environment: Layer,
    flags: Layer,
}

impl Layers {
    pub(super) fn has_account_blocks(&self) -> bool {
        !self.parts.accounts.is_empty()
    }
}

impl Config {
    /// Reads all layers. What the file says of single accounts is checked, and holds once [`for_account`](Self::for_account)
    /// is asked.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(sources: &Sources, vocabulary: &dyn TypeVocabulary) -> Result<Self, Problems> {
        let mut problems = Problems::new();
        let mut layers = Layers::default();
        (layers.built_in, _) = read("default.yaml", EXAMPLE, Origin::BuiltIn, vocabulary, &mut problems);
        if let Some(file) = &sources.file {
            (layers.file, layers.parts) =
                read(&file.name, &file.text, Origin::File, vocabulary, &mut problems);
        }
        layers.environment = environment::read(&sources.environment, sources.own_variables, &mut problems);
        layers.flags = sources.flags.read(vocabulary, &mut problems);
        if problems.is_empty() {
            let config = Self::resolve(Arc::new(layers), None);
            config.check(&mut problems);
            return problems.into_result(config);
        }
        Err(problems)
    }

    /// The configuration of one account: its block of the file holds too.
    #[must_use]
    pub fn for_account(&self, account: &AccountId) -> Self {
        Self::resolve(self.layers.clone(), Some(account))
    }

    fn resolve(layers: Arc<Layers>, account: Option<&AccountId>) -> Self {
        let parts = &layers.parts;
        let block = account.and_then(|account| parts.accounts.get(account));
        let uses = parts.uses.iter().chain(block.iter().flat_map(|block| &block.uses));
        let mut layer = layers.built_in.clone().overlaid(layers.file.clone());
        for preset in uses.filter_map(|name| parts.presets.get(&name.value)) {
            layer = layer.overlaid(preset.clone());
        }
        if let Some(block) = block {
            layer = layer.overlaid(block.layer.clone());
        }
        let layer = layer.overlaid(layers.environment.clone()).overlaid(layers.flags.clone());
        Self::of(layer, layers)
    }

    /// Checks what only shows when all layers are there.
    fn check(&self, problems: &mut Problems) {
        if self.assume_role.is_none()
            && let Some(part) = self.shown().iter().find(|shown| shown.key.starts_with("assume_role."))
        {
            let problem =
                Problem::new(&part.source.at, format!("`{}` is of no use without a role", part.key));
            problems.push(problem.with_help("give `assume_role.arn` as well"));
        }
    }
}

fn read(
    name: &str,
    text: &str,
    origin: Origin,
    vocabulary: &dyn TypeVocabulary,
    problems: &mut Problems,
) -> (Layer, FileParts) {
    let mut reader = Reader::new(vocabulary, origin, problems);
    match Node::parse_yaml(name, text) {
        Ok(node) => reader.read_file(&node),
        Err(wrong) => reader.problems.extend(wrong),
    }
    (reader.layer, reader.file)
}
