//! What the house style asks of the tree as a whole: no god files, no stubs, no paths of somebody's machine.

use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of non-test code that one file may have.
pub const CODE_LINES: usize = 600;
/// The most lines of tests inside a file of code; more go into `x/tests.rs`.
pub const INLINE_TEST_LINES: usize = 250;

/// Something that the house style does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, below the root.
    pub file: PathBuf,
    /// The line, from 1; 0 if it is the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// Finds files over the size cap below a root.
#[must_use]
pub fn too_long(root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in sources(root, &["rs", "py"]) {
        if is_test_file(&file) {
            continue;
        }
        let (code, tests) = split(&text);
        if code > CODE_LINES {
            findings.push(Finding { what: format!("{code} lines of code, cap {CODE_LINES}"), line: 0, file });
        } else if tests > INLINE_TEST_LINES {
            let what = format!("{tests} lines of inline tests, cap {INLINE_TEST_LINES}");
            findings.push(Finding { what, line: 0, file });
        }
    }
    findings
}

/// Finds words that stand for unfinished work, and paths of the machine that the code was written on.
#[must_use]
pub fn unfit_words(root: &Path, machine: &[String]) -> Vec<Finding> {
    // Written in halves, so that this file does not find itself.
    let stubs = [
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("FIX", "ME"),
        concat!("#[ign", "ore]"),
        concat!("assert!(tr", "ue)"),
    ];
    let mut findings = Vec::new();
    for (file, text) in sources(root, &["rs", "py", "toml", "md", "yml", "yaml", "txt", "sh"]) {
        for (index, line) in text.lines().enumerate() {
            let word = stubs.iter().map(|word| (*word).to_owned()).chain(machine.iter().cloned());
            if let Some(word) = word.into_iter().find(|word| line.contains(word.as_str())) {
                findings.push(Finding { file: file.clone(), line: index + 1, what: format!("`{word}`") });
            }
        }
    }
    findings
}

/// Counts the lines of code before the inline tests, and the lines of the inline tests.
fn split(text: &str) -> (usize, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0].trim() == "#[cfg(test)]" && pair[1].trim_start().starts_with("mod ") && pair[1].contains('{')
    });
    match tests {
        Some(start) => (start, lines.len() - start),
        None => (lines.len(), 0),
    }
}

fn is_test_file(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "tests.rs")
        || file.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "e2e" | "checks")))
            && !file.starts_with("tests/src")
            && !file.starts_with("tests/emulator/emulator")
}

/// Reads all text files of some kinds, in order of their paths.
fn sources(root: &Path, kinds: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if path.is_dir() {
                if !matches!(&*name, "target" | "node_modules" | "__pycache__" | ".git" | "models") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|kind| kinds.iter().any(|k| kind == *k))
                && let Ok(text) = fs::read_to_string(&path)
            {
                found.push((path.strip_prefix(root).unwrap_or(&path).to_path_buf(), text));
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree;

    fn report(findings: &[Finding]) -> String {
        findings.iter().map(|f| format!("{}:{}: {}\n", f.file.display(), f.line, f.what)).collect()
    }

    #[test]
    fn no_file_is_too_long() {
        let findings = too_long(&tree::root());
        assert!(findings.is_empty(), "split these files:\n{}", report(&findings));
    }

    #[test]
    fn no_stubs_and_no_paths_of_a_machine() {
        let root = tree::root();
        let mut machine = vec![concat!("/ho", "me/").to_owned(), concat!("/Use", "rs/").to_owned()];
        machine.push(format!("{}/", root.display()));
        if let Some(home) = std::env::var_os("HOME").filter(|home| home.len() > 1) {
            machine.push(format!("{}/", home.to_string_lossy().trim_end_matches('/')));
        }
        let findings = unfit_words(&root, &machine);
        assert!(findings.is_empty(), "mend these lines:\n{}", report(&findings));
    }

    #[test]
    fn code_is_counted_without_its_tests() {
        assert_eq!(split("a\nb\n"), (2, 0));
        assert_eq!(split("a\n#[cfg(test)]\nmod tests {\n}\n"), (1, 3));
        assert_eq!(split("a\n#[cfg(test)]\nmod tests;\n"), (3, 0), "a module in a file of its own");
    }

    #[test]
    fn long_files_and_stubs_are_found() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(dir.path().join("src")).expect("a folder");
        fs::write(dir.path().join("src/long.rs"), "x\n".repeat(CODE_LINES + 1)).expect("written");
        fs::write(dir.path().join("src/tests.rs"), "x\n".repeat(CODE_LINES + 1)).expect("written");
        fs::write(dir.path().join("src/stub.rs"), format!("ok\n{}\n", concat!("todo", "!()")))
            .expect("written");
        assert_eq!(too_long(dir.path()).len(), 1);
        let words = unfit_words(dir.path(), &[]);
        assert_eq!((words.len(), words[0].line), (1, 2));
    }
}
