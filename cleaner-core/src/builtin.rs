//! All types the library knows, as one registry.

use std::fmt;

use resource_filters::source::Problems;

use crate::catalog;
use crate::handler::{Registry, RegistryError};
use crate::services;

/// Says why a set of types cannot be used.
#[derive(Debug)]
pub enum TypesError {
    /// A catalog is wrong: every place, with what was expected.
    Catalog(Problems),
    /// The types don't fit together.
    Registry(RegistryError),
}

/// Builds the registry of all types of the library.
///
/// # Errors
/// None that a test of the library would not have found.
pub fn builtin() -> Result<Registry, TypesError> {
    with_catalogs(&[])
}

/// Builds the registry of all types of the library and of the user's catalogs, given as file name and text. A type of the same
/// name replaces the library's, and a later one an earlier one. What AWS can list and delete and none of these stands for is
/// there under its CloudFormation name, through Cloud Control.
///
/// # Errors
/// Everything that is wrong with the catalogs.
pub fn with_catalogs(catalogs: &[(String, String)]) -> Result<Registry, TypesError> {
    let mut builder = Registry::builder();
    let described = catalog::builtin().map_err(TypesError::Catalog)?;
    for handler in services::handlers().into_iter().chain(described.into_iter().map(services::with_contents))
    {
        builder = builder.with_dyn(handler);
    }
    let mut problems = Problems::new();
    for (name, text) in catalogs {
        match catalog::from_file(name, text) {
            Ok(handlers) => {
                for handler in handlers {
                    builder = builder.replacing(handler);
                }
            }
            Err(found) => problems.extend(found),
        }
    }
    problems.into_result(()).map_err(TypesError::Catalog)?;
    for handler in services::cloud_control::handlers(builder.handlers()) {
        builder = builder.with_dyn(handler);
    }
    builder.build().map_err(TypesError::Registry)
}

impl fmt::Display for TypesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalog(problems) => problems.fmt(f),
            Self::Registry(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TypesError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_types_fit_together() {
        let registry = builtin().expect("the library's types are right");
        assert!(registry.specs().count() >= 80, "{} types", registry.specs().count());
        let problems = catalog::check_graph(registry.specs());
        assert_eq!(problems, Vec::<String>::new());
        let emptied = registry.specs().filter(|spec| spec.data.is_some());
        let emptied: Vec<&str> = emptied.map(|spec| spec.name.as_str()).collect();
        assert_eq!(emptied, services::EMPTIED);
    }
}
