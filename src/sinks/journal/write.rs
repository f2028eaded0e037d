//! Appends to the journal, keeps what the disk does not take, and rotates.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::checkpoint::Checkpoint;
use super::gap::LossReason;
use super::live::Live;
use super::open::Lock;
use super::pending::Pending;
use super::{Dropped, Flush, Head, JournalError, Options, files};
use crate::model::{Transition, View};
use crate::sinks::event::Context;

/// How long a rotation that failed is left alone, in seconds: each try writes a whole checkpoint.
const ROTATION_RETRY_SECS: i64 = 60;
/// How often it is looked whether files are too old, in seconds.
const RETENTION_SECS: i64 = 3600;

/// The journal of one daemon. Nothing in it waits for anything but the disk.
#[derive(Debug)]
pub struct Journal {
    dir: PathBuf,
    options: Options,
    pub(super) live: Live,
    /// What the disk has not taken yet.
    pending: Pending,
    /// The sequence number of the last transition that was appended, written or not.
    appended: u64,
    /// The sequence number of the last transition that was written.
    written: u64,
    /// The live file no longer tells the whole ledger, so that a new one must begin with a checkpoint.
    renew: bool,
    synced: Timestamp,
    rotation_failed: Option<Timestamp>,
    /// When old files were last looked for; never since the last rotation.
    retained: Option<Timestamp>,
    /// Held for as long as the journal is open.
    _lock: Lock,
}

impl Journal {
    pub(super) fn new(
        dir: &Path,
        options: Options,
        lock: Lock,
        live: Live,
        seq: u64,
        now: Timestamp,
    ) -> Self {
        let renew = live.damaged;
        Self {
            dir: dir.to_owned(),
            options,
            live,
            pending: Pending::default(),
            appended: seq,
            written: seq,
            renew,
            synced: now,
            rotation_failed: None,
            retained: None,
            _lock: lock,
        }
    }

    /// Appends what happened. `view` is the one that followed from it: a new file's checkpoint is made of it.
    /// The cost is that of the transitions; a rotation's is spread over the file before.
    ///
    /// # Errors
    /// When the disk does not take it. The transitions then wait, up to [`Options::pending_max`], for the next
    /// append or [`Self::tick`].
    pub fn append(
        &mut self,
        transitions: &[Transition],
        view: &View,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        for transition in transitions {
            self.appended = transition.seq;
            self.pending.push(transition);
        }
        self.advance(view, now)
    }

    /// Does what is due without a new transition: writes what waits, syncs, begins a new file. To be called
    /// each second or so.
    pub fn tick(&mut self, view: &View, now: Timestamp) -> Result<(), JournalError> {
        // Somebody who removes the file must not make the journal write into nowhere for years.
        self.renew |= !self.live.is_at(&files::live(&self.dir));
        self.advance(view, now)
    }

    /// Makes durable all that was written, whatever the policy. To be called at the end.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.live.sync().map_err(|source| {
            // The kernel forgets what it could not write: only a new file with a checkpoint is sure again.
            self.renew = true;
            JournalError::Sync { path: files::live(&self.dir), source }
        })
    }

    /// The sequence number of the last transition that was written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// How far it is written; none where the end of what is there cannot be read.
    pub fn head(&self) -> Option<Head> {
        let hash = self.live.chain.previous()?.to_owned();
        Some(Head { seq: self.written, hash, file: files::LIVE })
    }

    /// How many transitions wait for the disk.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// What was dropped since this was last asked.
    pub fn take_dropped(&mut self) -> Dropped {
        self.pending.take_dropped()
    }

    fn advance(&mut self, view: &View, now: Timestamp) -> Result<(), JournalError> {
        if let Err(source) = self.write_pending() {
            // A new file must begin with a checkpoint, to make up for what the old one does not tell.
            self.renew |= self.pending.drop_beyond(self.options.pending_max, LossReason::of(&source));
            let path = files::live(&self.dir);
            return Err(JournalError::Write { path, pending: self.pending.len(), source });
        }
        // A view that is ahead of the transitions would put them into its checkpoint and then once more below.
        if self.rotation_due(now) && view.seq == self.appended {
            let rotated = self.rotate(view, now);
            self.rotation_failed = rotated.is_err().then_some(now);
            rotated.map_err(|source| JournalError::Rotate { path: files::live(&self.dir), source })?;
        }
        self.retain_when_due(now)?;
        self.sync_when_due(now)
    }

    fn write_pending(&mut self) -> io::Result<()> {
        while !self.pending.is_empty() {
            let context = Context { cluster: &self.options.cluster };
            let batch = self.pending.batch(&context, self.live.chain.clone());
            self.live.write(&batch.bytes, batch.chain.clone())?;
            self.pending.forget(&batch);
            self.written = batch.seq;
        }
        Ok(())
    }

    fn rotation_due(&self, now: Timestamp) -> bool {
        let failed_lately = self
            .rotation_failed
            .is_some_and(|failed| (0..ROTATION_RETRY_SECS).contains(&(now.as_second() - failed.as_second())));
        let full = self.options.file_bytes_max.max(self.live.checkpoint_bytes);
        !failed_lately && (self.renew || self.live.event_bytes() >= full)
    }

    /// Begins a new live file with a checkpoint. A crash between any two steps leaves files from which opening
    /// goes on.
    fn rotate(&mut self, view: &View, now: Timestamp) -> io::Result<()> {
        let (live, next) = (files::live(&self.dir), files::next(&self.dir));
        let checkpoint = Checkpoint {
            seq: view.seq,
            time: now,
            context: Context { cluster: &self.options.cluster },
            deviations: view.by_seq.iter().map(|(_, deviation)| deviation),
        };
        files::create_dir(&self.dir)?;
        let begun = self.live.continued();
        let written = checkpoint.write(&next, begun.clone()).inspect_err(|_| {
            // What is there of it would take the room that events need.
            let _kept = files::remove(&next);
        })?;
        if self.options.flush != Flush::Never && self.live.sync().is_err() {
            // The history of that file may have a hole after a power cut; the new file's checkpoint has none.
            tracing::warn!(path = %live.display(), "failed to make the journal durable before its rotation");
        }
        if self.live.is_worth_keeping() && self.live.is_at(&live) {
            files::rename(&live, &self.free_name())?;
        }
        files::rename(&next, &live)?;
        files::sync_dir(&self.dir)?;
        self.live = Live::begun(written, view.seq, begun);
        self.renew = false;
        self.retained = None;
        Ok(())
    }

    /// The name under which the live file is kept. No earlier file is ever overwritten.
    fn free_name(&self) -> PathBuf {
        let mut first = self.live.first;
        while files::rotated(&self.dir, first).exists() {
            first += 1;
        }
        files::rotated(&self.dir, first)
    }

    fn retain_when_due(&mut self, now: Timestamp) -> Result<(), JournalError> {
        let lately = |at: Timestamp| (0..RETENTION_SECS).contains(&(now.as_second() - at.as_second()));
        if self.retained.is_some_and(lately) {
            return Ok(());
        }
        self.retained = Some(now);
        let retained = self.options.retention.apply(&self.dir, now);
        retained.map_err(|source| JournalError::Retain { dir: self.dir.clone(), source })
    }

    fn sync_when_due(&mut self, now: Timestamp) -> Result<(), JournalError> {
        let due = match self.options.flush {
            Flush::Each => true,
            // A clock that was set back must not put the sync off.
            Flush::Every(secs) => {
                !(0..i64::from(secs)).contains(&(now.as_second() - self.synced.as_second()))
            }
            Flush::Never => false,
        };
        if !due {
            return Ok(());
        }
        self.synced = now;
        self.sync()
    }
}
