//! The text of a file, with a bound, and its objects decoded on all processors.

use std::num::NonZero;
use std::thread::{self, available_parallelism};

use indicatif::ProgressBar;
use memchr::memchr_iter;

use super::walk::Source;
use crate::model::{DEFAULT_NAMESPACE, Kind};
use crate::snapshot::{Change, Intake};
use crate::wire::{Fault, Item, Manifest, Names, Unreadable};

/// The largest file that is read, in bytes. It is held in memory as a whole.
const FILE_BYTES_MAX: u64 = 4 << 30;

/// How many objects are worth a thread.
const OBJECTS_A_THREAD: usize = 64;

/// More threads than this wait for each other.
const THREADS_MAX: usize = 8;

/// The text of a file; an error in words.
pub(super) fn read_text(source: &Source) -> Result<String, String> {
    let bytes = source.read_bytes(FILE_BYTES_MAX + 1).map_err(|error| format!("failed to read: {error}"))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("it is longer than {FILE_BYTES_MAX} bytes"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + memchr_iter(b'\n', &error.as_bytes()[..valid]).count();
        format!("it is not UTF-8, from line {line} on")
    })
}

/// An object of a file.
pub(super) struct Decoded {
    pub(super) line: u32,
    /// Where on the line something is wrong with it, if that is known.
    pub(super) column: Option<u32>,
    /// The object as it was seen, or as one that cannot be read.
    pub(super) change: Change,
    /// What its name is to begin with, where it has none itself.
    pub(super) generate_name: Option<String>,
}

/// The objects, each decoded by itself, in the same order.
pub(super) fn decode_all(
    manifests: &[Manifest<'_>],
    intake: &Intake,
    bar: &ProgressBar,
) -> Vec<Result<Decoded, Fault>> {
    let processors = available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    let size = manifests.len().div_ceil(processors).max(OBJECTS_A_THREAD);
    let decode_part = |part: &[Manifest<'_>]| -> Vec<_> {
        let decode = |manifest: &Manifest<'_>| {
            bar.inc(1);
            decode(manifest, intake)
        };
        part.iter().map(decode).collect()
    };
    thread::scope(|scope| {
        let parts: Vec<_> =
            manifests.chunks(size).map(|part| scope.spawn(move || decode_part(part))).collect();
        let joined = parts.into_iter().map(|part| part.join().expect("decoding panics at no input"));
        joined.flatten().collect()
    })
}

fn decode(manifest: &Manifest<'_>, intake: &Intake) -> Result<Decoded, Fault> {
    let line = manifest.line;
    let mut object = match manifest.decode() {
        Ok(object) => object,
        // What hangs on a policy is not known while it cannot be read.
        Err(fault) if manifest.kind == Kind::NetworkPolicy => return Ok(unreadable(manifest, fault, intake)),
        Err(fault) => return Err(fault),
    };
    place(object.kind, &mut object.metadata.namespace);
    let generate_name = object.metadata.name.is_empty().then(|| manifest.names().generate_name);
    Ok(Decoded { line, column: None, change: intake.seen(Item::Object(object)), generate_name })
}

fn unreadable(manifest: &Manifest<'_>, fault: Fault, intake: &Intake) -> Decoded {
    let Names { mut namespace, name, generate_name } = manifest.names();
    let Fault { line, column, message } = fault;
    place(manifest.kind, &mut namespace);
    let generate_name = name.is_empty().then_some(generate_name);
    let item = Unreadable { kind: manifest.kind, namespace, name, error: message };
    Decoded { line, column, change: intake.seen(Item::Unreadable(item)), generate_name }
}

/// Gives an object that names no namespace the one that it is in.
fn place(kind: Kind, namespace: &mut String) {
    if !kind.is_namespaced() {
        namespace.clear();
    } else if namespace.is_empty() {
        DEFAULT_NAMESPACE.clone_into(namespace);
    }
}
