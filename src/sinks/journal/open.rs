//! Opens a journal's directory: takes it for this daemon, finishes what a crash left, and reads the ledger back.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::checkpoint::{Checkpoint, Header};
use super::lines::{Lines, Piece};
use super::live::Live;
use super::replay::{Replay, Tail, replay};
use super::{JournalError, files};
use crate::sinks::event::{Context, Lookup};

/// What stands on disk when the daemon starts.
pub(super) struct Opened {
    pub(super) lock: Lock,
    pub(super) live: Live,
    pub(super) replay: Replay,
    /// There was a journal before.
    pub(super) existed: bool,
}

pub(super) fn open(
    dir: &Path,
    cluster: &str,
    lookup: &Lookup<'_>,
    now: Timestamp,
) -> Result<Opened, JournalError> {
    files::create_dir(dir).map_err(|source| JournalError::Directory { dir: dir.to_owned(), source })?;
    let lock = take_lock(dir)?;
    finish_rotation(dir)?;
    let rotated = files::list_rotated(dir).map_err(|source| JournalError::read(dir, source))?;
    let mut all: Vec<PathBuf> = rotated.into_iter().map(|(_, path)| path).collect();
    let path = files::live(dir);
    let has_live = path.exists();
    if has_live {
        all.push(path.clone());
    }
    let existed = !all.is_empty();
    let mut replay = replay(&all, lookup).map_err(|source| JournalError::read(dir, source))?;
    let live = if has_live { go_on(&path, &mut replay)? } else { begin(dir, cluster, &replay, now)? };
    Ok(Opened { lock, live, replay, existed })
}

/// The journal's directory is this process's alone for as long as this lives.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    /// Closing the file alone would leave it locked while a child that is just being started still shares it.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Two daemons on one directory would write into each other's lines.
fn take_lock(dir: &Path) -> Result<Lock, JournalError> {
    let path = files::lock(dir);
    let failed = |source| JournalError::Lock { path: path.clone(), source };
    let lock = files::open_append(&path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(Lock(lock)),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// A crash between the two renames of a rotation leaves a next file and no live one: the next file is then
/// made the live one. A next file beside a live one, or one that is not whole, was not needed yet.
fn finish_rotation(dir: &Path) -> Result<(), JournalError> {
    let (live, next) = (files::live(dir), files::next(dir));
    let finish = || {
        if !live.exists() && next.exists() && is_whole(&next)? {
            files::rename(&next, &live)
        } else {
            files::remove(&next)
        }
    };
    finish().map_err(|source| JournalError::Repair { path: next.clone(), source })
}

/// Whether the file holds a header and as many lines as it says, each with its end.
fn is_whole(path: &Path) -> std::io::Result<bool> {
    let mut lines = Lines::new(File::open(path)?);
    let Piece::Line(first) = lines.next()? else { return Ok(false) };
    let Some(header) = Header::parse(&first) else { return Ok(false) };
    let mut count = 0;
    while let Piece::Line(_) = lines.next()? {
        count += 1;
    }
    Ok(count == header.count && lines.unfinished().is_none())
}

/// Goes on in the live file, after its end was repaired.
fn go_on(path: &Path, replay: &mut Replay) -> Result<Live, JournalError> {
    let failed = |source| JournalError::Repair { path: path.to_owned(), source };
    let file = files::open_append(path).map_err(failed)?;
    let end = &replay.end;
    let bytes = match end.tail {
        Tail::Nothing => end.bytes,
        Tail::Torn => {
            file.set_len(end.bytes).map_err(failed)?;
            end.bytes
        }
        Tail::Unended => {
            std::io::Write::write_all(&mut &file, b"\n").map_err(failed)?;
            file.metadata().map_err(failed)?.len()
        }
    };
    file.sync_all().map_err(failed)?;
    Ok(Live::resumed(file, bytes, replay.chain.clone(), end))
}

/// Begins a live file with what the rotated ones told, which is nothing at the very first start.
fn begin(dir: &Path, cluster: &str, replay: &Replay, now: Timestamp) -> Result<Live, JournalError> {
    let path = files::live(dir);
    let checkpoint = Checkpoint {
        seq: replay.seq,
        time: now,
        context: Context { cluster },
        deviations: replay.deviations.values(),
    };
    let begin = || {
        let written = checkpoint.write(&files::next(dir), replay.chain.clone())?;
        files::rename(&files::next(dir), &path)?;
        files::sync_dir(dir)?;
        Ok(Live::begun(written, replay.seq, replay.chain.clone()))
    };
    begin().map_err(|source| JournalError::Begin { path: path.clone(), source })
}
