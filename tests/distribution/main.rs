//! What is deployed is right as far as that can be known without deploying it: templates, the action, the recipes, scripts.
//!
//! How they behave is tested end to end: `e2e/deploy.rs`, `e2e/action.rs`. That their commands are commands of this version is
//! tested where these are read: `cleaner-cli/src/args/documented.rs`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use cleaner_tests::{tree, venv};

/// The version of actionlint that is installed where there is none.
const ACTIONLINT: &str = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";

#[test]
fn templates_action_recipes_and_scripts_are_right() {
    let linters = venv::linters().expect("linters");
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut check = linters.command("check.py");
    check.arg(folder.path());
    match actionlint() {
        Ok(path) => drop(check.arg(path)),
        // Not on PyPI, so not everywhere to be had. Schemas are checked all the same.
        Err(why) => println!("expressions of workflows were not checked: {why}"),
    }
    let done = check.output().expect("Python can be run");
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{said}");
}

#[test]
fn the_image_is_built_with_the_oldest_rust_that_will_do() {
    let root = tree::root();
    let read = |name: &str| fs::read_to_string(root.join(name)).expect("it is there");
    let manifest = read("Cargo.toml");
    let version = |text: &str| {
        manifest.lines().find_map(|line| Some(line.strip_prefix(text)?.trim_matches('"').to_owned()))
    };
    let rust = version("rust-version = ").expect("a version");
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains(&format!("FROM rust:{rust}-alpine AS build\n")), "{dockerfile}");
    let recipes = read("docs/ci.md");
    assert!(recipes.contains(&format!("image: rust:{rust}-alpine\n")), "GitLab");
    assert!(recipes.contains(&format!("image: \"rust:{rust}\"")), "CircleCI");
    let repository = version("repository = ").expect("an address");
    let name = repository.trim_start_matches("https://github.com/");
    assert!(recipes.contains(&format!("uses: {name}@")), "the action is this repository");
}

/// Returns actionlint: the one on `PATH`, or one that Go installs below the target directory.
fn actionlint() -> Result<PathBuf, String> {
    if Command::new("actionlint").arg("-version").output().is_ok_and(|output| output.status.success()) {
        return Ok(PathBuf::from("actionlint"));
    }
    let folder = tree::target().join("actionlint");
    let program = folder.join(format!("actionlint{}", std::env::consts::EXE_SUFFIX));
    let pinned = ACTIONLINT.rsplit("@v").next().unwrap_or_default();
    let version = Command::new(&program).arg("-version").output();
    if version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(pinned)) {
        return Ok(program);
    }
    let mut go = Command::new("go");
    go.args(["install", ACTIONLINT]).env("GOBIN", &folder).env("GOPATH", folder.join("go"));
    // Else they could not be removed with the target directory.
    go.env("GOFLAGS", "-modcacherw");
    let output = go.output().map_err(|_| "neither actionlint nor go is here.".to_owned())?;
    if output.status.success() {
        return Ok(program);
    }
    Err(format!("go could not install actionlint: {}", String::from_utf8_lossy(&output.stderr)))
}
