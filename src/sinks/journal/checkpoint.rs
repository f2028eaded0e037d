//! The checkpoint with which every file of the journal begins: a header, then every deviation that stands or
//! was lately resolved. With it a file tells the whole ledger by itself, whatever was removed before it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::chain::Chain;
use super::lines::LINE_MAX;
use crate::model::Deviation;
use crate::sinks::event::{Context, render_checkpoint_entry};

const SCHEMA: &str = "plimsoll.dev/checkpoint/v1";

/// The first line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    schema: String,
    /// The sequence number of the last transition before the checkpoint.
    pub(super) seq: u64,
    time: Timestamp,
    /// How many entries follow.
    pub(super) count: u64,
    pub(super) previous: Option<String>,
}

impl Header {
    /// The header that `line` is; none where it is something else.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok().filter(|header: &Self| header.schema == SCHEMA)
    }
}

/// The ledger at one moment.
#[derive(Debug)]
pub(super) struct Checkpoint<'a, D> {
    pub(super) seq: u64,
    pub(super) time: Timestamp,
    pub(super) context: Context<'a>,
    /// The deviations that stand or were lately resolved. They are gone through twice.
    pub(super) deviations: D,
}

/// What was written.
#[derive(Debug)]
pub(super) struct Written {
    /// The new file, open at its end.
    pub(super) file: File,
    pub(super) bytes: u64,
    pub(super) chain: Chain,
}

impl<'a, D: Iterator<Item = &'a Arc<Deviation>> + Clone> Checkpoint<'a, D> {
    /// Writes the checkpoint as the whole content of `path`, durably. The chain goes on from `chain`.
    pub(super) fn write(self, path: &Path, chain: Chain) -> io::Result<Written> {
        super::files::remove(path)?;
        let out = BufWriter::with_capacity(256 << 10, super::files::open_append(path)?);
        let mut out = Chained { out, bytes: 0, chain };
        let count = self.deviations.clone().filter(|deviation| fits(deviation)).count();
        let header = Header {
            schema: SCHEMA.to_owned(),
            seq: self.seq,
            time: self.time,
            count: count as u64,
            previous: out.chain.previous().map(str::to_owned),
        };
        out.put(&serde_json::to_string(&header)?)?;
        for deviation in self.deviations.filter(|deviation| fits(deviation)) {
            let line = render_checkpoint_entry(deviation, &self.context, out.chain.previous());
            out.put(&line)?;
        }
        let file = out.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(Written { file, bytes: out.bytes, chain: out.chain })
    }
}

/// Puts lines into a file and links them.
struct Chained {
    out: BufWriter<File>,
    bytes: u64,
    chain: Chain,
}

impl Chained {
    fn put(&mut self, line: &str) -> io::Result<()> {
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")?;
        self.bytes += line.len() as u64 + 1;
        self.chain.link(line.as_bytes());
        Ok(())
    }
}

/// Whether the deviation's line stays within [`LINE_MAX`], at worst: a control character takes six bytes.
pub(super) fn fits(deviation: &Deviation) -> bool {
    /// What a line takes beside the texts that a cluster's users can make long.
    const REST: usize = 16 << 10;
    let finding = &deviation.finding;
    let (object, key) = (&finding.object, &finding.object.key);
    let texts: [&str; 12] = [
        &finding.key,
        &finding.message,
        &finding.expected,
        &finding.actual,
        &finding.path,
        key.kind.group(),
        key.kind.name(),
        &key.namespace,
        &key.name,
        &object.version,
        &object.uid,
        &object.resource_version,
    ];
    texts.iter().map(|text| text.len() * 6).sum::<usize>() + REST <= LINE_MAX
}
