//! The file that is written to. It knows how far it is sound, so that a write that failed half-way leaves
//! nothing behind.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::chain::Chain;
use super::checkpoint::Written;
use super::replay::FileEnd;

#[derive(Debug)]
pub(super) struct Live {
    pub(super) file: File,
    /// How many bytes are sound.
    bytes: u64,
    /// A write failed, so that there may be more bytes than are sound.
    torn: bool,
    /// Something was written since the last sync.
    pub(super) unsynced: bool,
    pub(super) chain: Chain,
    /// The sequence number from which on it holds events.
    pub(super) first: u64,
    pub(super) checkpoint_bytes: u64,
    /// The chain before its first line.
    begun: Chain,
    /// Something in it is missing or damaged, which must stay to be seen.
    pub(super) damaged: bool,
}

impl Live {
    /// Goes on in `file`, which is sound up to `bytes` and otherwise as it was read.
    pub(super) fn resumed(file: File, bytes: u64, chain: Chain, end: &FileEnd) -> Self {
        let FileEnd { first, checkpoint_bytes, ref begun, damaged, .. } = *end;
        let begun = begun.clone();
        Self { file, bytes, torn: false, unsynced: false, chain, first, checkpoint_bytes, begun, damaged }
    }

    /// Begins after the checkpoint of the ledger up to `seq`, which follows on `begun`.
    pub(super) fn begun(written: Written, seq: u64, begun: Chain) -> Self {
        let Written { file, bytes, chain } = written;
        let end = FileEnd { first: seq + 1, checkpoint_bytes: bytes, begun, ..FileEnd::default() };
        Self::resumed(file, bytes, chain, &end)
    }

    /// Whether it is kept once another one is live. One that tells nothing but its checkpoint is not.
    pub(super) fn is_worth_keeping(&self) -> bool {
        self.event_bytes() > 0 || self.damaged
    }

    /// Where the chain goes on in the file that becomes the live one after it.
    pub(super) fn continued(&self) -> Chain {
        if self.is_worth_keeping() { self.chain.clone() } else { self.begun.clone() }
    }

    /// How many bytes of events it holds.
    pub(super) fn event_bytes(&self) -> u64 {
        self.bytes.saturating_sub(self.checkpoint_bytes)
    }

    /// Writes all of `bytes`, or nothing that stays. The chain moves on to `chain` with them.
    pub(super) fn write(&mut self, bytes: &[u8], chain: Chain) -> io::Result<()> {
        if self.torn {
            self.file.set_len(self.bytes)?;
            self.torn = false;
        }
        self.torn = true;
        self.file.write_all(bytes)?;
        self.torn = false;
        self.unsynced = true;
        self.bytes += bytes.len() as u64;
        self.chain = chain;
        Ok(())
    }

    /// Makes durable what was written.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        if self.unsynced {
            self.file.sync_data()?;
            self.unsynced = false;
        }
        Ok(())
    }

    /// Whether it is the file that `path` leads to, and not one that somebody removed or replaced.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        same_file(&self.file, path)
    }
}

/// Whether `path` leads to `file`.
pub(super) fn same_file(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(there)) = (file.metadata(), path.metadata()) else { return false };
    (open.dev(), open.ino()) == (there.dev(), there.ino())
}
