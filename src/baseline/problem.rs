//! What is wrong with something declared.

use std::fmt;
use std::sync::Arc;

use super::node::Position;

/// What is wrong with something declared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: Arc<str>,
    /// From 1 on.
    pub line: u32,
    /// In characters, from 1 on.
    pub column: u32,
    /// The field within its document, such as `spec.waivers[2].owner`; empty for the document or file as a whole.
    pub path: String,
    /// What was expected, what was found, and the nearest valid word.
    pub message: String,
}

/// The longest message and the longest path, in characters. What is longer is cut.
const TEXT_MAX: usize = 500;

impl Problem {
    pub fn new(file: Arc<str>, at: Position, path: &str, message: &str) -> Self {
        let Position { line, column } = at;
        Self { file, line, column, path: cut(path, TEXT_MAX), message: cut(message, TEXT_MAX) }
    }
}

impl fmt::Display for Problem {
    /// `FILE:LINE:COLUMN: PATH: MESSAGE`. The file's name and the path are as they were found: hostile.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, path, message } = self;
        write!(f, "{file}:{line}:{column}: ")?;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(message)
    }
}

/// The text, with the end left out where it is longer than this many characters.
pub(super) fn cut(text: &str, characters_max: usize) -> String {
    match text.char_indices().nth(characters_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
