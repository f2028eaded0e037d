//! The objects, written down as they come, so that only where they stand is held in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use anyhow::Context;

use crate::model::ObjectKey;
use crate::snapshot::Original;
use crate::wire::encode_json;

/// How many objects wait to be written.
const WAITING_MAX: usize = 1024;

/// Writes down what is observed, on a thread of its own.
pub(super) struct Keeper(JoinHandle<io::Result<Kept>>);

/// Every object that came, as it came last.
#[derive(Debug)]
pub(super) struct Kept {
    /// It has no name, and is gone with the process.
    file: File,
    places: BTreeMap<ObjectKey, Place>,
}

/// Where an object stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    offset: u64,
    length: usize,
}

impl Keeper {
    /// Starts the thread, which ends when all who could hand it something have ended.
    pub(super) fn start() -> anyhow::Result<(Self, SyncSender<Original>)> {
        let file = tempfile::tempfile().context("failed to make a temporary file")?;
        let (sender, originals) = sync_channel(WAITING_MAX);
        let thread = thread::Builder::new().name("keeper".to_owned()).spawn(|| keep(file, originals));
        Ok((Self(thread.context("failed to start a thread")?), sender))
    }

    /// Waits until everything is written.
    pub(super) fn finish(self) -> anyhow::Result<Kept> {
        let kept = self.0.join().expect("writing panics at no object");
        kept.context("failed to write to a temporary file")
    }
}

fn keep(file: File, originals: Receiver<Original>) -> io::Result<Kept> {
    let mut out = BufWriter::new(file);
    let mut places = BTreeMap::new();
    let mut offset = 0;
    for Original { key, object } in originals {
        let json = encode_json(&object);
        out.write_all(json.as_bytes())?;
        places.insert(key, Place { offset, length: json.len() });
        offset += json.len() as u64;
    }
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(Kept { file, places })
}

impl Kept {
    /// Where each object stands, in the order of their keys.
    pub(super) fn places(&self) -> impl Iterator<Item = (&ObjectKey, Place)> {
        self.places.iter().map(|(key, place)| (key, *place))
    }

    /// The object there in JSON.
    pub(super) fn read(&self, place: Place) -> io::Result<String> {
        let mut bytes = vec![0; place.length];
        self.file.read_exact_at(&mut bytes, place.offset)?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}
