//! Where things are: the source tree, the target directory, the build profile.

use std::path::{Path, PathBuf};

/// Returns the root of the workspace: of the checkout that cargo runs this in.
///
/// Not of the one this was built in: builds may be shared by checkouts, and cargo takes equal sources for the same.
#[must_use]
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = package.or_else(|| std::env::current_dir().ok()).unwrap_or_default();
    here.ancestors()
        .find(|dir| dir.join("Cargo.lock").is_file())
        .map_or_else(|| here.clone(), Path::to_path_buf)
}

/// Returns the folder with the emulator and its scripts.
#[must_use]
pub fn emulator_scripts() -> PathBuf {
    root().join("tests").join("emulator")
}

/// Returns the folder with the checks of what is deployed, and their requirements.
#[must_use]
pub fn linter_scripts() -> PathBuf {
    root().join("tests").join("distribution")
}

/// Returns cargo's target directory: the one this program was built into, or what `CARGO_TARGET_DIR` says.
#[must_use]
pub fn target() -> PathBuf {
    if let Some(given) = std::env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
        let given = PathBuf::from(given);
        return if given.is_absolute() { given } else { root().join(given) };
    }
    let exe = std::env::current_exe().unwrap_or_default();
    // Cargo marks its target directory with this file.
    exe.ancestors()
        .find(|dir| dir.join("CACHEDIR.TAG").is_file())
        .map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// Whether this program was built with the release profile.
#[must_use]
pub fn is_release() -> bool {
    let exe = std::env::current_exe().unwrap_or_default();
    exe.ancestors().skip(1).take(2).any(|dir| dir.file_name().is_some_and(|name| name == "release"))
}
