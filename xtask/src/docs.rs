//! `cargo xtask docs`: the page of all resource types, from the catalog and the emulator's recipes.

mod page;
mod recipes;

use std::fs;
use std::process::Command;

use cleaner_tests::{cli, tree};
use serde_json::Value;

use self::page::Page;

/// Write docs/types.md: every resource type with its order, settings, protections, IAM actions and proof.
///
/// Everything comes from the catalog (`aws-cleaner types --format json`) and from tests/emulator/recipes.
#[derive(Debug, clap::Args)]
pub(crate) struct Docs {
    /// Write nothing; fail if what is committed is not what would be written.
    #[arg(long)]
    check: bool,
}

impl Docs {
    /// Writes the page, or compares it.
    pub(crate) fn run(&self) -> Result<(), String> {
        let root = tree::root();
        let types = types()?;
        let untested = recipes::untested(&root.join("tests/emulator/recipes"))?;
        let retired = recipes::texts(&root.join("cleaner-core/catalog-retired.toml"))?;
        let text = Page { types: &types, untested: &untested, retired: &retired }.render();
        let path = root.join("docs/types.md");
        if self.check {
            let committed = fs::read_to_string(&path).unwrap_or_default();
            return if committed == text {
                Ok(())
            } else {
                Err("docs/types.md is not what the catalog says: run `cargo xtask docs`.".to_owned())
            };
        }
        fs::write(&path, text).map_err(|error| format!("failed to write {}: {error}.", path.display()))
    }
}

/// What the tool says of its types, without anything of this machine.
fn types() -> Result<Vec<Value>, String> {
    let binary = cli::build(false)?;
    let output = Command::new(&binary)
        .args(["types", "--format", "json"])
        .env_clear()
        .output()
        .map_err(|error| format!("failed to run {}: {error}.", binary.display()))?;
    if !output.status.success() {
        return Err(format!("the types cannot be listed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let mut json: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("the types are no JSON: {error}."))?;
    match json["types"].take() {
        Value::Array(types) => Ok(types),
        _ => Err("there is no list of types.".to_owned()),
    }
}
