use std::fs;
use std::path::PathBuf;

use cleaner_core::handler::Registry;
use cleaner_core::{TypesError, with_catalogs};

use crate::failure::Failure;

/// The resource types: those that come with the tool, and those of the user's catalogs.
///
/// # Errors
/// Everything that is wrong with the catalogs.
pub(crate) fn registry(paths: &[PathBuf]) -> Result<Registry, Failure> {
    let mut catalogs = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("the catalog {name} cannot be read: {error}.")))?;
        catalogs.push((name, text));
    }
    with_catalogs(&catalogs).map_err(|error| match error {
        TypesError::Catalog(problems) => Failure::problems(&problems, "the catalog"),
        TypesError::Registry(error) => Failure::usage(error.to_string()),
    })
}
