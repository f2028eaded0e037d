//! Whether a journal is whole: no line altered, removed, moved or repeated, and no file missing in the middle.
//!
//! Each line names the hash of the line before it, over all files, and events are numbered. What the chain by
//! itself cannot show is that its end was cut off or altered; for that it is held against what the daemon told
//! of its head.

mod diagnose;
mod open;
mod record;
mod report;
mod walk;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use report::{Break, BreakKind, DeclaredGap, FileSummary, Report, Tip};

use super::gap::LossReason;
use super::lines::{Lines, Piece};
use walk::Walk;

/// What the daemon told of the head of its journal at some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// The hash of a line that must be there.
    pub hash: Option<String>,
    /// The number that the journal must have reached: with that line, where it is given, else at its end.
    pub seq: Option<u64>,
}

/// Why a journal cannot be read.
#[derive(Debug, Error)]
pub enum VerifyError {
    #[error("failed to read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("there is no journal in {}", dir.display())]
    Empty { dir: PathBuf },
    #[error("the files in {} change faster than they can be opened", dir.display())]
    Restless { dir: PathBuf },
}

/// Goes through files, in the order that is given, and directories of journals. It only reads, so that the
/// daemon may go on writing meanwhile.
///
/// # Errors
/// When something cannot be read at all. Whatever is wrong inside of files is in the report.
pub fn verify(paths: &[PathBuf], claim: &Claim) -> Result<Report, VerifyError> {
    let mut walk = Walk::new(claim.clone());
    for source in open::open_all(paths)? {
        let failed = |source_error| VerifyError::Read { path: source.path.clone(), source: source_error };
        let mut lines = Lines::new(&source.file);
        walk.begin_file(&name(&source.path));
        loop {
            match lines.next().map_err(failed)? {
                Piece::Line(line) => walk.line(&line),
                Piece::TooLong => walk.too_long(),
                Piece::End => break,
            }
        }
        walk.end_file(lines.unfinished());
    }
    Ok(walk.finish())
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests;
