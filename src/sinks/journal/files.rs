//! The files of a journal's directory: their names, their order, and what keeps them durable.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The name of the file that is written to.
pub(super) const LIVE: &str = "events.jsonl";

/// The file that is written to.
pub(super) fn live(dir: &Path) -> PathBuf {
    dir.join(LIVE)
}

/// The file that is to be the next live one, while its checkpoint is written.
pub(super) fn next(dir: &Path) -> PathBuf {
    dir.join("events.jsonl.next")
}

/// The file that tells other daemons that the directory is in use.
pub(super) fn lock(dir: &Path) -> PathBuf {
    dir.join("lock")
}

/// A file that was rotated away, by the sequence number from which on it holds events. The padding makes the
/// order of names the order of numbers.
pub(super) fn rotated(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("events-{first:020}.jsonl"))
}

/// The rotated files with their first sequence numbers, oldest first. Other files are none of ours.
pub(super) fn list_rotated(dir: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut files = Vec::new();
    for entry in dir.read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        let first = name.to_str().and_then(|name| name.strip_prefix("events-")?.strip_suffix(".jsonl"));
        if let Some(first) = first.and_then(|digits| digits.parse().ok()) {
            files.push((first, entry.path()));
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Makes the directory where it is missing. What a cluster's weaknesses are is itself a secret, so that only
/// the daemon's user may look.
pub(super) fn create_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Opens a file for appending, and makes it where it is missing, for the daemon's user alone.
pub(super) fn open_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

/// Makes renames and removals in the directory durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Removes a file that may be missing.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    allow_missing(std::fs::remove_file(path))
}

/// Renames a file that may be missing.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    allow_missing(std::fs::rename(from, to))
}

fn allow_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
