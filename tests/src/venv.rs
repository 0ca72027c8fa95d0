//! Python environments, made once per target directory, from pinned requirements: one of the emulator, one of linters.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::tree;

/// File inside the environment that holds the requirements it was made from.
const STAMP: &str = "requirements.stamp";
/// The oldest Python that all pins can be installed on.
const OLDEST: (u32, u32) = (3, 11);

/// A Python environment with everything in the `requirements.txt` beside its scripts.
#[derive(Debug, Clone)]
pub struct Venv {
    root: PathBuf,
    scripts: PathBuf,
}

impl Venv {
    /// Returns the interpreter.
    #[must_use]
    pub fn python(&self) -> PathBuf {
        python_in(&self.root)
    }

    /// Starts a Python command in an environment that holds nothing of the surrounding one but `PATH`.
    #[must_use]
    pub fn command(&self, script: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(self.python());
        command.arg(script).env_clear().current_dir(&self.scripts);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.root).env("PYTHONUNBUFFERED", "1").env("PYTHONUTF8", "1");
        // Byte code goes beside the environment, not into the source tree.
        command.env("PYTHONPYCACHEPREFIX", self.root.join("pycache"));
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }
}

/// Returns the environment of the emulator, making it on first use; later uses touch no network.
///
/// # Errors
/// Says what is missing (Python, its `venv` module, the package index) and what was tried.
pub fn venv() -> Result<Venv, String> {
    static VENV: OnceLock<Result<Venv, String>> = OnceLock::new();
    VENV.get_or_init(|| ensure(&tree::target().join("venv"), &tree::emulator_scripts())).clone()
}

/// Returns the environment of the linters, as [`venv`] does that of the emulator.
///
/// # Errors
/// Says what is missing, as [`venv`] does.
pub fn linters() -> Result<Venv, String> {
    static VENV: OnceLock<Result<Venv, String>> = OnceLock::new();
    VENV.get_or_init(|| ensure(&tree::target().join("venv-linters"), &tree::linter_scripts())).clone()
}

fn ensure(root: &Path, scripts: &Path) -> Result<Venv, String> {
    let list = scripts.join("requirements.txt");
    let wanted =
        fs::read_to_string(&list).map_err(|error| format!("failed to read {}: {error}.", list.display()))?;
    let venv = Venv { root: root.to_path_buf(), scripts: scripts.to_path_buf() };
    if stamped(root, &wanted) {
        return Ok(venv);
    }
    let parent = root.parent().ok_or("the target directory has no parent.")?;
    fs::create_dir_all(parent).map_err(|error| format!("failed to create {}: {error}.", parent.display()))?;
    // One process installs, the others wait here; the lock goes with the file handle.
    let lock = File::create(root.with_extension("lock"))
        .map_err(|error| format!("failed to create a lock: {error}."))?;
    lock.lock().map_err(|error| format!("failed to lock the Python environment: {error}."))?;
    if stamped(root, &wanted) {
        return Ok(venv);
    }
    if !installed_by_hand(root, &wanted) {
        install(root, &list)?;
    }
    fs::write(root.join(STAMP), &wanted).map_err(|error| format!("failed to write the stamp: {error}."))?;
    Ok(venv)
}

fn stamped(root: &Path, wanted: &str) -> bool {
    fs::read_to_string(root.join(STAMP)).is_ok_and(|found| found == wanted) && python_in(root).exists()
}

/// An environment without a stamp is good too, if it holds exactly the pinned packages.
fn installed_by_hand(root: &Path, wanted: &str) -> bool {
    let python = python_in(root);
    if !python.exists() {
        return false;
    }
    let frozen = Command::new(python).args(["-m", "pip", "freeze", "--disable-pip-version-check"]).output();
    frozen.is_ok_and(|output| {
        output.status.success() && pins(&String::from_utf8_lossy(&output.stdout)) == pins(wanted)
    })
}

fn pins(text: &str) -> Vec<String> {
    let mut pins: Vec<String> = text
        .lines()
        .map(|line| line.trim().replace("[server]", "").to_lowercase())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    pins.sort();
    pins
}

fn install(root: &Path, list: &Path) -> Result<(), String> {
    let python = system_python()?;
    let fresh = root.with_extension(format!("new-{}", std::process::id()));
    drop(fs::remove_dir_all(&fresh));
    run(
        Command::new(python).args(["-m", "venv"]).arg(&fresh),
        "create a Python environment (on Debian and Ubuntu the package python3-venv is needed)",
    )?;
    run(
        Command::new(python_in(&fresh))
            .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "-r"])
            .arg(list),
        "install the pinned packages with pip (the package index must be reachable once)",
    )?;
    // Only a finished environment gets the name, so an interrupted install is never mistaken for one.
    if root.exists() {
        let old = root.with_extension(format!("old-{}", std::process::id()));
        fs::rename(root, &old)
            .map_err(|error| format!("failed to put the old environment aside: {error}."))?;
        drop(fs::remove_dir_all(old));
    }
    fs::rename(&fresh, root)
        .map_err(|error| format!("failed to move the new environment into place: {error}."))
}

fn system_python() -> Result<&'static str, String> {
    let probe = "import sys; print(*sys.version_info[:2])";
    let mut found = None;
    for name in ["python3", "python"] {
        let Ok(output) = Command::new(name).args(["-c", probe]).output() else { continue };
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let version =
            text.split_once(' ').and_then(|(a, b)| Some((a.parse::<u32>().ok()?, b.parse::<u32>().ok()?)));
        if version.is_some_and(|version| version >= OLDEST) {
            return Ok(name);
        }
        found = found.or(Some(text));
    }
    let oldest = format!("{}.{}", OLDEST.0, OLDEST.1);
    Err(match found {
        Some(version) => format!("tests need Python {oldest} or newer; found {version}."),
        None => format!("tests need Python {oldest} or newer; no python3 was found on PATH."),
    })
}

/// Runs a command to its end; what it said, if it fails.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("failed to {what}: {error}."))?;
    if output.status.success() {
        return Ok(());
    }
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let tail: Vec<&str> = text.lines().rev().take(15).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    Err(format!("failed to {what}:\n{}", tail.join("\n")))
}

fn python_in(root: &Path) -> PathBuf {
    if cfg!(windows) { root.join("Scripts").join("python.exe") } else { root.join("bin").join("python") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_compared_whatever_their_order_and_case() {
        assert_eq!(pins("# why\nmoto[server]==5\n\nBoto3==1\n"), pins("boto3==1\nmoto==5\n"));
        assert_ne!(pins("boto3==1"), pins("boto3==2"));
    }

    #[test]
    fn an_environment_without_a_stamp_is_not_taken() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        assert!(!stamped(dir.path(), "boto3==1"));
        fs::write(dir.path().join(STAMP), "boto3==1").expect("written");
        assert!(!stamped(dir.path(), "boto3==1"), "a stamp without an interpreter is no environment");
    }

    #[test]
    fn the_environment_is_made_once() {
        let first = venv().expect("an environment");
        assert!(first.python().exists());
        let started = std::time::Instant::now();
        assert_eq!(
            ensure(&tree::target().join("venv"), &tree::emulator_scripts()).expect("the same").python(),
            first.python()
        );
        assert!(
            started.elapsed() < std::time::Duration::from_secs(2),
            "the second time nothing is installed"
        );
    }
}
