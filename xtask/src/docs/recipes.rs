//! What TOML files of the tree say that the tool does not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use toml_edit::{DocumentMut, Item};

/// Why types have no recipe, by name.
pub(super) fn untested(folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(folder, &error))?.path();
        if path.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        for (name, row) in document(&path)?.iter() {
            if let Some(why) = row.get("untested").and_then(Item::as_str) {
                found.insert(name.to_owned(), why.to_owned());
            }
        }
    }
    Ok(found)
}

/// The texts of a file, by name.
pub(super) fn texts(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let document = document(path)?;
    let texts = document.iter().filter_map(|(name, item)| Some((name.to_owned(), item.as_str()?.to_owned())));
    Ok(texts.collect())
}

fn document(path: &Path) -> Result<DocumentMut, String> {
    let text = fs::read_to_string(path).map_err(|error| failed(path, &error))?;
    text.parse().map_err(|error| format!("{} is no TOML: {error}", path.display()))
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("failed to read {}: {error}.", path.display())
}
