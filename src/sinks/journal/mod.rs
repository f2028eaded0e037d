//! The journal: every transition as a line of `events.jsonl`, and the ledger read back from it at start.
//!
//! It is never lossy while the disk takes writes. Each file begins with a checkpoint of the ledger, so that
//! rotation and retention lose nothing of it, and each line names the hash of the line before it.

mod chain;
mod checkpoint;
mod files;
mod gap;
mod lines;
mod live;
mod open;
mod pending;
mod reader;
mod replay;
mod retain;
pub mod verify;
mod write;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

pub use gap::LossReason;
pub use reader::{Entry, Line, Reader};
pub use retain::Retention;
pub use write::Journal;

use crate::model::Deviation;
use crate::sinks::event::Lookup;

/// When the journal makes durable what it wrote. Whatever is chosen, a killed daemon loses nothing: this is
/// about power and kernels that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// After each append.
    Each,
    /// At most so often, in seconds.
    Every(u32),
    /// When the operating system does.
    Never,
}

/// How a journal is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The cluster's name, as events have it; may be empty.
    pub cluster: String,
    pub flush: Flush,
    /// How many bytes of events a file takes before it is rotated. A file takes at least as many bytes of
    /// events as its checkpoint has, so that checkpoints never make up most of the work.
    pub file_bytes_max: u64,
    pub retention: Retention,
    /// How many transitions are kept while the disk does not take them. Beyond it the oldest are dropped.
    pub pending_max: usize,
}

impl Options {
    /// The defaults, for the cluster of this name.
    pub fn new(cluster: &str) -> Self {
        Self {
            cluster: cluster.to_owned(),
            flush: Flush::Every(1),
            file_bytes_max: 64 << 20,
            retention: Retention {
                files_max: 8,
                bytes_max: 1 << 30,
                age_max: SignedDuration::from_hours(365 * 24),
            },
            pending_max: 100_000,
        }
    }
}

/// What a journal told when it was opened.
#[derive(Debug)]
pub struct Restored {
    /// The sequence number of the last transition; 0 where there was none.
    pub seq: u64,
    /// What stood, and what had been resolved since the last checkpoint or lately before it, by sequence number.
    pub deviations: Vec<Arc<Deviation>>,
    /// There was a journal before.
    pub existed: bool,
    /// What was damaged or missing, for people.
    pub problems: Vec<String>,
}

/// Transitions that the journal could not keep, by the reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped([u64; LossReason::ALL.len()]);

impl Dropped {
    pub fn of(&self, reason: LossReason) -> u64 {
        self.0[reason as usize]
    }

    fn count(&mut self, reason: LossReason, more: u64) {
        self.0[reason as usize] += more;
    }
}

/// How far the journal is written, for whoever wants to see later that nothing was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of the last event that was written.
    pub seq: u64,
    /// The SHA-256 of the last line in hexadecimal digits.
    pub hash: String,
    /// The name of the file that ends with that line.
    pub file: &'static str,
}

/// Why the journal cannot be used, or did not write.
#[derive(Debug, Error)]
pub enum JournalError {
    #[error("failed to make the journal's directory {}", dir.display())]
    Directory { dir: PathBuf, source: io::Error },
    #[error("failed to lock {}", path.display())]
    Lock { path: PathBuf, source: io::Error },
    #[error("another plimsoll already keeps its journal in {}: give each its own directory", dir.display())]
    InUse { dir: PathBuf },
    #[error("failed to read the journal in {}", dir.display())]
    Read { dir: PathBuf, source: io::Error },
    #[error("failed to repair {}", path.display())]
    Repair { path: PathBuf, source: io::Error },
    #[error("failed to begin {}", path.display())]
    Begin { path: PathBuf, source: io::Error },
    #[error("failed to write events to {}, {pending} are waiting", path.display())]
    Write { path: PathBuf, pending: usize, source: io::Error },
    #[error("failed to make {} durable", path.display())]
    Sync { path: PathBuf, source: io::Error },
    #[error("failed to rotate {}", path.display())]
    Rotate { path: PathBuf, source: io::Error },
    #[error("failed to remove old files from {}", dir.display())]
    Retain { dir: PathBuf, source: io::Error },
}

impl JournalError {
    fn read(dir: &Path, source: io::Error) -> Self {
        Self::Read { dir: dir.to_owned(), source }
    }
}

impl Journal {
    /// Opens the journal in `dir`, and makes it where there is none.
    ///
    /// # Errors
    /// When another daemon uses the directory, or it cannot be read or written. Damage inside the files is no
    /// error: what is sound is used, and the rest is told in [`Restored::problems`].
    pub fn open(
        dir: &Path,
        options: Options,
        lookup: &Lookup<'_>,
        now: Timestamp,
    ) -> Result<(Self, Restored), JournalError> {
        let opened = open::open(dir, &options.cluster, lookup, now)?;
        let mut deviations: Vec<_> = opened.replay.deviations.values().cloned().collect();
        deviations.sort_unstable_by_key(|deviation| deviation.seq);
        let seq = opened.replay.seq;
        let problems = opened.replay.problems.into_told();
        let journal = Self::new(dir, options, opened.lock, opened.live, seq, now);
        Ok((journal, Restored { seq, deviations, existed: opened.existed, problems }))
    }
}

#[cfg(test)]
mod tests;
