//! What a line is, as far as the chain and the numbers go. The rest of it is told by its hash.

use std::borrow::Cow;

use serde::Deserialize;

use super::LossReason;
use crate::sinks::event::{ENTRY_SCHEMA, EVENT_SCHEMA};
use crate::sinks::journal::checkpoint::Header;
use crate::sinks::journal::gap::Lost;

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The beginning of a checkpoint, with the number of the last event before it and how many entries follow.
    Header {
        seq: u64,
        count: u64,
    },
    /// An entry of a checkpoint.
    Entry,
    Event(u64),
    /// Events that are declared lost.
    Lost {
        first: u64,
        last: u64,
        reason: LossReason,
    },
    /// A line of a schema that is not known, as a later version may write.
    Other,
}

impl What {
    /// The number of the first event that it tells of.
    pub(super) fn first(self) -> Option<u64> {
        match self {
            Self::Event(seq) => Some(seq),
            Self::Lost { first, .. } => Some(first),
            Self::Header { .. } | Self::Entry | Self::Other => None,
        }
    }

    /// The number up to which events are told of after it.
    pub(super) fn last(self) -> Option<u64> {
        match self {
            Self::Header { seq, .. } | Self::Event(seq) => Some(seq),
            Self::Lost { last, .. } => Some(last),
            Self::Entry | Self::Other => None,
        }
    }
}

#[derive(Deserialize)]
struct Stub<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    seq: Option<u64>,
    previous: Option<String>,
}

/// What the line is, and the hash that it names; none where it is not the JSON of a record.
pub(super) fn read(line: &[u8]) -> Option<(What, Option<String>)> {
    let stub: Stub<'_> = serde_json::from_slice(line).ok()?;
    let what = match (&*stub.schema, stub.seq) {
        (EVENT_SCHEMA, Some(seq)) => What::Event(seq),
        (ENTRY_SCHEMA, _) => What::Entry,
        _ => rarer(line),
    };
    Some((what, stub.previous))
}

fn rarer(line: &[u8]) -> What {
    if let Some(header) = Header::parse(line) {
        return What::Header { seq: header.seq, count: header.count };
    }
    match Lost::parse(line) {
        Some((Lost { first, last, reason }, _)) => What::Lost { first, last, reason },
        None => What::Other,
    }
}
