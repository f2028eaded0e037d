//! What verifying a journal says.

use super::LossReason;

/// How many breaks and gaps are told one by one; the rest is a number.
pub(super) const TOLD_MAX: usize = 1000;

/// What was found in a journal.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order in which they were read.
    pub files: Vec<FileSummary>,
    /// The hash that the first line names, of a line that is no longer there; none where the journal is there from
    /// its beginning.
    pub begins_after: Option<String>,
    /// The last line; none where there is none, or it is too long to be read.
    pub tip: Option<Tip>,
    /// Where it is broken.
    pub breaks: Vec<Break>,
    /// How many further breaks there are.
    pub breaks_untold: u64,
    /// Events that the daemon itself declares lost.
    pub gaps: Vec<DeclaredGap>,
    /// How many further gaps there are.
    pub gaps_untold: u64,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSummary {
    pub file: String,
    pub lines: u64,
    pub events: u64,
}

/// The last line of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    pub file: String,
    pub line: u64,
    /// The number up to which events are told of.
    pub seq: Option<u64>,
    pub hash: String,
}

/// What is wrong at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakKind {
    /// The line is not as it was written.
    Altered,
    /// Lines before this one are missing.
    Removed,
    /// Lines are there in another order than they were written in.
    Reordered,
    /// The line is there once more.
    Repeated,
    /// The line was never written here.
    Inserted,
    /// A file before this one is missing, or the end of one.
    MissingFile,
    /// It is no line of a journal.
    Unreadable,
    /// The last line of a file was not written to its end.
    Torn,
    /// The checkpoint at the beginning of a file is not whole.
    Checkpoint,
    /// The journal is not the one whose head was told, or ends before it.
    Head,
}

impl BreakKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Removed => "removed",
            Self::Reordered => "reordered",
            Self::Repeated => "repeated",
            Self::Inserted => "inserted",
            Self::MissingFile => "missing-file",
            Self::Unreadable => "unreadable",
            Self::Torn => "torn",
            Self::Checkpoint => "checkpoint",
            Self::Head => "head",
        }
    }
}

/// A place where the journal is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    pub kind: BreakKind,
    pub file: String,
    /// From 1 on.
    pub line: u64,
    /// The number of the event that the line tells of, or up to which its file does.
    pub seq: Option<u64>,
    pub expected: String,
    pub found: String,
}

/// Events that were never written, as the daemon declared when it could write again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredGap {
    pub file: String,
    pub line: u64,
    pub first: u64,
    pub last: u64,
    pub reason: LossReason,
}

impl Report {
    /// Whether nothing was found to be broken. Declared gaps break nothing.
    pub fn is_whole(&self) -> bool {
        self.breaks.is_empty()
    }

    pub(super) fn add_break(&mut self, found: Break) {
        if self.breaks.len() < TOLD_MAX {
            self.breaks.push(found);
        } else {
            self.breaks_untold += 1;
        }
    }

    pub(super) fn add_gap(&mut self, gap: DeclaredGap) {
        if self.gaps.len() < TOLD_MAX {
            self.gaps.push(gap);
        } else {
            self.gaps_untold += 1;
        }
    }
}
