use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::{DynHandler, ResourceHandler, TypeSpec};
use crate::catalog::why_retired;
use crate::resource::TypeName;
use crate::services::cloud_control;

/// Holds the handlers of all types, by name. An ordinary value: build one, hand it in, build another.
#[derive(Clone, Default)]
pub struct Registry {
    handlers: BTreeMap<TypeName, Arc<dyn DynHandler>>,
    names: HashMap<String, TypeName>,
}

impl Registry {
    /// Starts an empty registry.
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder::default()
    }

    /// Starts from this registry: to add types, or to replace some.
    pub fn to_builder(&self) -> RegistryBuilder {
        RegistryBuilder { handlers: self.handlers.values().cloned().collect(), problems: Vec::new() }
    }

    /// The handler of a type, by name or alias.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn DynHandler>> {
        self.handlers.get(self.names.get(name)?)
    }

    /// The canonical name behind a name or an alias.
    pub fn resolve(&self, name: &str) -> Option<&TypeName> {
        self.names.get(name)
    }

    /// The handlers, in the order of their names.
    pub fn handlers(&self) -> impl Iterator<Item = &Arc<dyn DynHandler>> {
        self.handlers.values()
    }

    /// The facts of all types, in the order of their names.
    pub fn specs(&self) -> impl Iterator<Item = &TypeSpec> {
        self.handlers.values().map(|handler| handler.spec())
    }

    /// Says why there is no type of this name, if that is known.
    pub fn why_no_type(&self, name: &str) -> Option<String> {
        if self.resolve(name).is_some() {
            return None;
        }
        why_retired(name).map(str::to_owned).or_else(|| cloud_control::why_not(name))
    }

    /// The type CloudFormation calls by this name.
    pub fn by_cloudformation(&self, name: &str) -> Option<&Arc<dyn DynHandler>> {
        self.get(name).filter(|handler| handler.spec().cloudformation.as_deref() == Some(name))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "registry of {} types", self.handlers.len())
    }
}

/// Collects handlers for a [`Registry`].
#[derive(Default)]
pub struct RegistryBuilder {
    handlers: Vec<Arc<dyn DynHandler>>,
    problems: Vec<String>,
}

impl RegistryBuilder {
    /// Adds a handler. A name or alias that another handler has is a problem that [`build`](Self::build) reports.
    #[must_use]
    pub fn with(self, handler: impl ResourceHandler) -> Self {
        self.with_dyn(Arc::new(handler))
    }

    /// Adds a handler in its boxed form.
    #[must_use]
    pub fn with_dyn(mut self, handler: Arc<dyn DynHandler>) -> Self {
        self.handlers.push(handler);
        self
    }

    /// Adds a handler in place of the one of the same name, if there is one.
    #[must_use]
    pub fn replacing(mut self, handler: Arc<dyn DynHandler>) -> Self {
        self.handlers.retain(|other| other.spec().name != handler.spec().name);
        self.handlers.push(handler);
        self
    }

    /// The handlers so far.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = &Arc<dyn DynHandler>> {
        self.handlers.iter()
    }

    /// The registry.
    ///
    /// # Errors
    /// All names used twice, and all edges to types that don't exist.
    pub fn build(mut self) -> Result<Registry, RegistryError> {
        let mut registry = Registry::default();
        for handler in std::mem::take(&mut self.handlers) {
            let spec = handler.spec();
            let name = spec.name.clone();
            for word in std::iter::once(name.as_str()).chain(spec.aliases.iter().map(String::as_str)) {
                if let Some(other) = registry.names.insert(word.to_owned(), name.clone()) {
                    self.problems.push(format!("{word} names both {other} and {name}"));
                }
            }
            registry.handlers.insert(name, handler);
        }
        for spec in registry.specs() {
            for other in spec.delete_after.iter().chain(&spec.refs).chain(&spec.owned_by).chain(&spec.part_of)
            {
                if !registry.handlers.contains_key(other) {
                    let nearest = resource_filters::source::nearest(
                        other.as_str(),
                        registry.handlers.keys().map(TypeName::as_str),
                    );
                    let hint = nearest.map(|word| format!(" (did you mean {word}?)")).unwrap_or_default();
                    self.problems.push(format!("{} names {other}, which is no type{hint}", spec.name));
                }
            }
        }
        if self.problems.is_empty() { Ok(registry) } else { Err(RegistryError(self.problems)) }
    }
}

/// Lists what is wrong with a set of handlers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryError(pub Vec<String>);

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the resource types don't fit together: {}.", self.0.join("; "))
    }
}

impl std::error::Error for RegistryError {}
