//! The hash chain: every line of the journal names the SHA-256 of the line before it.

use sha2::{Digest, Sha256};

/// The end of the chain: the hash of the last line, none before the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chain {
    last: Option<String>,
}

impl Chain {
    /// The chain whose next line writes `previous`.
    pub(super) fn after(previous: Option<&str>) -> Self {
        Self { last: previous.map(str::to_owned) }
    }

    /// What the next line writes as `previous`.
    pub(super) fn previous(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Takes `line`, without its end, as the last one.
    pub(super) fn link(&mut self, line: &[u8]) {
        self.last = Some(digest(line));
    }

    /// Forgets the last line, where it could not be read.
    pub(super) fn cut(&mut self) {
        self.last = None;
    }

    /// Whether a line that names `previous` may follow. Any may where the line before is not known.
    pub(super) fn admits(&self, previous: Option<&str>) -> bool {
        self.last.is_none() || self.last.as_deref() == previous
    }
}

/// The hash of a line without its end, in lower-case hexadecimal digits.
pub(super) fn digest(line: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let bytes: [u8; 32] = Sha256::digest(line).into();
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(HEX[usize::from(nibble)]))
        .collect()
}
