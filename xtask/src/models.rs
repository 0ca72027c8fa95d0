//! `cargo xtask models`: the AWS API models that are packed into `aws-dynamic`.

use std::path::PathBuf;

use cleaner_tests::tree;

use crate::python;

/// Trims botocore's models to the operations of the catalog.
#[derive(clap::Args)]
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
pub(crate) fn write_all(out: &PathBuf) -> Result<(), String> {
    let mut arguments = arguments(out);
    arguments.push("--all".into());
    python::run("models.py", &arguments)
}

fn arguments(out: &PathBuf) -> Vec<std::ffi::OsString> {
    let root = tree::root();
    vec![
        "--catalog".into(),
        root.join("cleaner-core/catalog").into(),
        "--extra".into(),
        root.join("aws-dynamic/models/extra-operations.toml").into(),
        "--out".into(),
        out.into(),
    ]
}
