//! `cargo xtask models`: the AWS API models that are packed into `aws-dynamic`.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use cleaner_tests::tree;

use crate::python;

/// Trims botocore's models to the operations of the catalog.
#[derive(Debug, clap::Args)]
pub(crate) struct Models {
    /// Write nothing; fail if what is committed is not what would be written.
    #[arg(long)]
    check: bool,
}

impl Models {
    pub(crate) fn run(&self) -> Result<(), String> {
        let mut arguments = arguments(&tree::root().join("aws-dynamic/models"));
        arguments.extend(self.check.then(|| "--check".into()));
        python::run("models.py", &arguments)
    }
}

/// Writes the models of every operation of every service to `out`.
pub(crate) fn write_all(out: &Path) -> Result<(), String> {
    let mut arguments = arguments(out);
    arguments.push("--all".into());
    python::run("models.py", &arguments)
}

fn arguments(out: &Path) -> Vec<OsString> {
    let root = tree::root();
    let models = root.join("aws-dynamic/models");
    let mut arguments = vec!["--out".into(), out.into()];
    let mut add = |name: &str, path: PathBuf| arguments.extend([OsString::from(name), path.into()]);
    add("--catalog", root.join("cleaner-core/catalog"));
    add("--extra", models.join("extra-operations.toml"));
    for folder in ["cleaner-core/src", "cleaner-cli/src"] {
        add("--source", root.join(folder));
    }
    arguments
}
