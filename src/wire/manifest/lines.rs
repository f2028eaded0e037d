//! Lines counted once from the beginning of a text to its end.

use memchr::memchr_iter;

/// The line of one place after the other.
pub(super) struct Lines<'a> {
    text: &'a str,
    /// What is counted so far.
    offset: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    /// The text begins at this line of its file.
    pub(super) fn new(text: &'a str, line: u32) -> Self {
        Self { text, offset: 0, line }
    }

    /// The line at which `part` begins, a part of the text that is not before the one last asked for.
    pub(super) fn of(&mut self, part: &str) -> u32 {
        let offset = part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        self.at(offset)
    }

    /// The line of the offset, which is not before the one last asked for.
    pub(super) fn at(&mut self, offset: usize) -> u32 {
        let passed = self.text.as_bytes().get(self.offset..offset).unwrap_or_default();
        let ends = u32::try_from(memchr_iter(b'\n', passed).count()).unwrap_or(u32::MAX);
        self.line = self.line.saturating_add(ends);
        self.offset = self.offset.max(offset);
        self.line
    }
}
