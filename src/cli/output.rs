//! The standard output, and the two forms in which most commands give their answers.

use std::io::{self, BufWriter, Write};

use anyhow::Context;
use clap::ValueEnum;
use serde::Serialize;

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// For people
    #[default]
    Table,
    /// For programs: one complete document
    Json,
}

/// Writes to the standard output, without colours where it has none.
pub(super) fn write(text: &str) -> anyhow::Result<()> {
    write_styled(|out| out.write_all(text.as_bytes()))
}

/// Writes what has colours to the standard output, without them where it has none.
pub(super) fn write_styled(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    finish(BufWriter::new(anstream::stdout().lock()), write)
}

/// Writes a document to the standard output.
pub(super) fn write_json(document: &impl Serialize) -> anyhow::Result<()> {
    write_with(|out| put_json(out, document))
}

/// Writes to the standard output.
pub(super) fn write_with(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    finish(BufWriter::new(io::stdout().lock()), write)
}

/// Writes a document, piece by piece as it is serialized.
pub(super) fn put_json(out: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}

/// Nobody reading on is no failure.
fn finish(mut out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
    .context("failed to write the answer")
}
