//! Where in a file something was written.

use std::fmt;
use std::sync::Arc;

/// Names a place in a file; lines and columns count from 1, columns in characters.
///
/// What was not read from a file (an environment variable, a command line option) has its name as the file and line 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The line, from 1; 0 if there is no file.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Position {
    /// Creates a position.
    pub fn new(file: impl Into<Arc<str>>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column }
    }

    /// Creates the position of something that stands in no file: its name is all there is to say.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self::new(name, 0, 0)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}:{}", self.file, self.column),
        }
    }
}

/// Turns byte offsets into positions without counting the lines anew for each.
pub(super) struct LineIndex<'t> {
    file: Arc<str>,
    text: &'t str,
    line_starts: Vec<usize>,
}

impl<'t> LineIndex<'t> {
    pub(super) fn new(file: &str, text: &'t str) -> Self {
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(offset, _)| offset + 1)).collect();
        Self { file: file.into(), text, line_starts }
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let before = &self.text[self.line_starts[line - 1]..offset];
        Position { file: self.file.clone(), line: count(line), column: count(before.chars().count() + 1) }
    }
}

/// Narrows a count; a file with more than four billion lines only loses precision in its messages.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_character_columns() {
        let index = LineIndex::new("f", "ab\nä€x\n");
        let at = |offset| index.position(offset).to_string();
        assert_eq!(at(0), "f:1:1");
        assert_eq!(at(2), "f:1:3");
        assert_eq!(at(3), "f:2:1");
        assert_eq!(at(8), "f:2:3", "columns count characters, not bytes");
        assert_eq!(at(999), "f:3:1", "past the end is the end");
    }
}
