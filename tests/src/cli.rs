//! The built `aws-cleaner`, run without a trace of the surrounding environment.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::emulator::{Credentials, Emulator};
use crate::python::{Piped, finish, spawn};
use crate::tree;

/// How long a run may take unless a test says otherwise.
const DEADLINE: Duration = Duration::from_secs(300);

/// One invocation of the binary, being put together.
#[derive(Debug)]
pub struct Cli {
    command: Command,
    home: TempDir,
    input: Option<String>,
    deadline: Duration,
}

/// What a finished invocation did.
#[derive(Debug)]
pub struct Run {
    /// The exit code; none if a signal or the deadline ended it.
    pub code: Option<i32>,
    /// Everything on standard output.
    pub stdout: String,
    /// Everything on standard error.
    pub stderr: String,
    /// From start to end.
    pub took: Duration,
    home: TempDir,
}

/// An invocation that runs.
#[derive(Debug)]
pub struct Running {
    piped: Piped,
    input: Option<String>,
    deadline: Duration,
    started: Instant,
    home: TempDir,
}

/// Returns the path of the binary, building it on first use.
///
/// # Errors
/// With cargo's words, if it can't be built.
pub fn binary() -> Result<&'static Path, String> {
    static BINARY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BINARY.get_or_init(|| build(tree::is_release())).as_deref().map_err(Clone::clone)
}

/// Builds the binary; `AWS_CLEANER_BIN` names one that is there already.
///
/// # Errors
/// With cargo's words, if it can't be built.
pub fn build(release: bool) -> Result<PathBuf, String> {
    if let Some(given) = std::env::var_os("AWS_CLEANER_BIN") {
        return Ok(PathBuf::from(given));
    }
    let mut command = cargo();
    // `--workspace` resolves features as `cargo test --workspace` does, so nothing is compiled a second time.
    command.args(["build", "--quiet", "--workspace", "--bin", "aws-cleaner"]);
    command.args(release.then_some("--release")).arg("--target-dir").arg(tree::target());
    command.current_dir(tree::root());
    let output = command.output().map_err(|error| format!("failed to run cargo: {error}."))?;
    if !output.status.success() {
        return Err(format!("failed to build aws-cleaner:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let name = format!("aws-cleaner{}", std::env::consts::EXE_SUFFIX);
    Ok(tree::target().join(if release { "release" } else { "debug" }).join(name))
}

/// Returns cargo, as if it was started by hand.
///
/// Build scripts watch what cargo tells the programs it runs; with that, every second build would begin at `ring`.
#[must_use]
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

impl Cli {
    /// Prepares an invocation with no credentials and no endpoint.
    ///
    /// # Panics
    /// If the binary can't be built.
    #[must_use]
    pub fn bare() -> Self {
        let path = binary().unwrap_or_else(|error| panic!("{error}"));
        let home = TempDir::new().expect("a temporary directory");
        let mut command = Command::new(path);
        command.env_clear().current_dir(home.path()).stdin(Stdio::null());
        command.env("HOME", home.path()).env("TMPDIR", home.path()).env("PATH", "/usr/bin:/bin");
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("COLUMNS", "120").env("LANG", "C.UTF-8");
        Self { command, home, input: None, deadline: DEADLINE }
    }

    /// Prepares an invocation in an account of the emulator, home region `us-east-1`.
    ///
    /// # Panics
    /// If the binary can't be built.
    #[must_use]
    pub fn new(emulator: &Emulator, credentials: &Credentials) -> Self {
        Self::bare()
            .env("AWS_ENDPOINT_URL", emulator.url())
            .env("AWS_ACCESS_KEY_ID", &credentials.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &credentials.secret)
            .env("AWS_REGION", "us-east-1")
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.command.args(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Takes a variable away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Writes a file into the home (and working) directory of the invocation and returns its path with it.
    ///
    /// # Panics
    /// If the file can't be written.
    #[must_use]
    pub fn file(self, name: &str, content: &str) -> (Self, PathBuf) {
        let path = self.home.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("the folder can be made");
        }
        std::fs::write(&path, content).expect("the file can be written");
        (self, path)
    }

    /// Returns the home (and working) directory of the invocation.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Gives text on standard input.
    #[must_use]
    pub fn stdin(mut self, text: &str) -> Self {
        self.command.stdin(Stdio::piped());
        self.input = Some(text.to_owned());
        self
    }

    /// Sets how long the run may take.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Puts the process into a group of its own, with all it starts: [`Running::kill_group`] ends them all.
    #[cfg(unix)]
    #[must_use]
    pub fn in_a_group(mut self) -> Self {
        use std::os::unix::process::CommandExt as _;
        self.command.process_group(0);
        self
    }

    /// Starts the binary.
    #[must_use]
    pub fn spawn(mut self) -> Running {
        let started = Instant::now();
        let piped = spawn(&mut self.command);
        Running { piped, input: self.input, deadline: self.deadline, started, home: self.home }
    }

    /// Runs the binary to its end.
    #[must_use]
    pub fn run(self) -> Run {
        self.spawn().wait()
    }
}

impl Running {
    /// Sends a signal by its name, such as `INT`, `TERM` or `KILL`.
    ///
    /// # Panics
    /// If there is no such process or signal.
    pub fn signal(&self, name: &str) {
        let status =
            Command::new("kill").arg(format!("-{name}")).arg(self.piped.child.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "the signal {name} could not be sent");
    }

    /// Kills the process and all it started, as a machine does that loses its power. Needs [`Cli::in_a_group`].
    ///
    /// # Panics
    /// If there is no `kill`.
    pub fn kill_group(&self) {
        let group = format!("-{}", self.piped.child.id());
        // They may all have ended meanwhile.
        let killed = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        assert!(killed.is_ok(), "there is no kill");
    }

    /// Whether the process has ended.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn has_ended(&mut self) -> bool {
        self.piped.child.try_wait().expect("the command can be waited for").is_some()
    }

    /// Waits for the end.
    #[must_use]
    pub fn wait(self) -> Run {
        let output = finish(self.piped, self.input.as_deref(), self.deadline);
        Run {
            code: output.status.and_then(|status| status.code()),
            stdout: output.stdout,
            stderr: output.stderr,
            took: self.started.elapsed(),
            home: self.home,
        }
    }
}

impl Run {
    /// Asserts the exit code and returns the run.
    ///
    /// # Panics
    /// With everything the run printed, if the code differs.
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "after {:?}\nstdout:\n{}\nstderr:\n{}",
            self.took,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Reads standard output as JSON.
    ///
    /// # Panics
    /// With the text, if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("no JSON: {error}\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr)
        })
    }

    /// Reads a file that the run left in its home directory.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("{name}: {error}\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr)
        })
    }

    /// Reads a JSON file that the run left in its home directory, such as its report.
    ///
    /// # Panics
    /// If there is none, or it is no JSON.
    #[must_use]
    pub fn read_json(&self, name: &str) -> Value {
        let text = self.read(name);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"))
    }
}
