//! Where something is declared.

use std::sync::Arc;

/// A document of the baseline, and the place in it that is deviated from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Declaration {
    /// The document's name.
    pub name: Arc<str>,
    /// SHA-256 of the document's bytes, in hexadecimal.
    pub digest: Arc<str>,
    /// The file that holds the document; empty for the embedded default.
    pub file: Arc<str>,
    /// The line of the file, from 1 on.
    pub line: u32,
}
