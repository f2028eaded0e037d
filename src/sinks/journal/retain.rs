//! Which of the rotated files are kept: by number, by size and by age. The oldest go first, so that what is left
//! is always one row.

use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::files;

/// What of a journal is kept beside the live file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How many rotated files are kept.
    pub files_max: usize,
    /// How many bytes all files may take, the live one among them, which itself is never removed.
    pub bytes_max: u64,
    /// For how long a file is kept after it was last written to.
    pub age_max: SignedDuration,
}

struct Rotated {
    path: PathBuf,
    bytes: u64,
    written: Option<Timestamp>,
}

impl Retention {
    /// Removes what is too much, and of what is only too old one file: a clock that was set far ahead must not
    /// take the whole history with it before anybody notices.
    pub(super) fn apply(&self, dir: &Path, now: Timestamp) -> io::Result<()> {
        let rotated = list(dir)?;
        let live = std::fs::metadata(files::live(dir)).map_or(0, |live| live.len());
        let mut bytes = live + rotated.iter().map(|file| file.bytes).sum::<u64>();
        let mut count = rotated.len();
        let mut aged = 0;
        for file in rotated {
            let too_much = count > self.files_max || bytes > self.bytes_max;
            if !too_much && (aged == 1 || !self.is_too_old(&file, now)) {
                break;
            }
            aged += usize::from(!too_much);
            files::remove(&file.path)?;
            count -= 1;
            bytes -= file.bytes;
        }
        Ok(())
    }

    fn is_too_old(&self, file: &Rotated, now: Timestamp) -> bool {
        file.written.is_some_and(|written| now.duration_since(written) > self.age_max)
    }
}

/// The rotated files, oldest first.
fn list(dir: &Path) -> io::Result<Vec<Rotated>> {
    let describe = |(_, path): (u64, PathBuf)| {
        let metadata = std::fs::metadata(&path)?;
        let written = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        Ok(Rotated { path, bytes: metadata.len(), written })
    };
    files::list_rotated(dir)?.into_iter().map(describe).collect()
}
