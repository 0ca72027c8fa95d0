//! Programs that say `READY <url>` and serve until their input ends.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use super::child;

/// A running server; it ends with this value.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    _stdin: ChildStdin,
    url: String,
}

impl Server {
    /// Starts a program with these arguments.
    pub(super) fn start(program: &Path, arguments: &[String]) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("failed to start {}: {error}", program.display());
        let mut command = Command::new(program);
        command.args(arguments).arg("--exit-with-stdin").env_clear();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let stdin = child.stdin.take().expect("it was piped");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it was piped")).read_line(&mut line).map_err(failed)?;
        let Some(url) = line.trim().strip_prefix("READY ") else {
            child::end(&mut child);
            return Err(format!("{} did not start: {line}", program.display()));
        };
        Ok(Self { url: url.to_owned(), child, _stdin: stdin })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        child::end(&mut self.child);
    }
}
