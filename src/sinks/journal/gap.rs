//! The line that declares which events were never written, so that whoever verifies the journal can tell them
//! from events that somebody took out.

use std::io;

use serde::{Deserialize, Serialize};

const SCHEMA: &str = "plimsoll.dev/journal-gap/v1";

/// Why an event is not in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossReason {
    /// There was no room on the disk for so long that more events were waiting than may wait.
    DiskFull,
    /// The disk did not take it for another reason for as long.
    Disk,
    /// It was longer than a line may be.
    TooLong,
}

impl LossReason {
    pub const ALL: [Self; 3] = [Self::DiskFull, Self::Disk, Self::TooLong];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DiskFull => "disk-full",
            Self::Disk => "disk",
            Self::TooLong => "too-long",
        }
    }

    /// What keeps writes from succeeding. A quota and a limit on the size of files are a full disk too.
    pub(super) fn of(error: &io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::DiskFull,
            _ => Self::Disk,
        }
    }
}

/// The events of these numbers, both ends among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) reason: LossReason,
}

#[derive(Serialize, Deserialize)]
struct Line {
    schema: String,
    first: u64,
    last: u64,
    reason: LossReason,
    previous: Option<String>,
}

impl Lost {
    /// The line, without its end, that declares them missing.
    pub(super) fn render(self, previous: Option<&str>) -> String {
        let Self { first, last, reason } = self;
        let line =
            Line { schema: SCHEMA.to_owned(), first, last, reason, previous: previous.map(str::to_owned) };
        serde_json::to_string(&line).expect("numbers and strings are always JSON")
    }

    /// What `line` declares, and the hash that it names; none where it is another line.
    pub(super) fn parse(line: &[u8]) -> Option<(Self, Option<String>)> {
        let Line { schema, first, last, reason, previous } = serde_json::from_slice(line).ok()?;
        (schema == SCHEMA && first <= last).then_some((Self { first, last, reason }, previous))
    }
}
