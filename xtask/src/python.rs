//! Runs a script of `xtask/python` in the pinned environment.

use std::ffi::OsString;

use cleaner_tests::{tree, venv::venv};

pub(crate) fn run(script: &str, arguments: &[OsString]) -> Result<(), String> {
    let mut command = venv()?.command(tree::root().join("xtask/python").join(script));
    let status =
        command.args(arguments).status().map_err(|error| format!("failed to run {script}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{script} failed")) }
}
