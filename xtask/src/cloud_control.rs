//! `cargo xtask cloud-control`: AWS's resource schemas, trimmed to what Cloud Control needs.

use cleaner_tests::tree;

use crate::python;

/// Trims the resource schemas that cfn-lint ships to what listing and deleting through Cloud Control needs.
#[derive(Debug, clap::Args)]
pub(crate) struct CloudControl {
    /// Write nothing; fail if what is committed is not what would be written.
    #[arg(long)]
    check: bool,
}

impl CloudControl {
    pub(crate) fn run(&self) -> Result<(), String> {
        let out = tree::root().join("cleaner-core/cloud-control/schemas.bin");
        let mut arguments = vec!["--out".into(), out.into()];
        arguments.extend(self.check.then(|| "--check".into()));
        python::run("cloud_control.py", &arguments)
    }
}
