//! The log: lines for people on a terminal, JSON for machines elsewhere, always on the standard error.

use std::fmt::{self, Debug, Write as _};
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;
use tracing::Dispatch;
use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

use super::escape::{Escaped, steers};
use crate::config::{Log, LogFormat};

/// Makes the log of the whole process, as `log` asks for. It works once.
pub(super) fn start(log: &Log) -> anyhow::Result<()> {
    let stderr = io::stderr();
    let pretty = match log.format {
        LogFormat::Auto => stderr.is_terminal(),
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    let filter = EnvFilter::builder().parse(&log.level).context("failed to read the level of the log")?;
    let dispatch = if pretty {
        // This choice knows NO_COLOR and terminals that have no colours.
        lines(filter, AutoStream::choice(&stderr) != ColorChoice::Never, io::stderr)
    } else {
        json(filter, io::stderr)
    };
    tracing::dispatcher::set_global_default(dispatch).context("failed to start the log")
}

/// One line an event. Only the colours themselves reach the terminal as escapes: left to itself, the library writes
/// fields that are recorded with `%` as they are.
fn lines<W>(filter: EnvFilter, colour: bool, open: impl Fn() -> W + Send + Sync + 'static) -> Dispatch
where
    W: Write + 'static,
{
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colour)
        .with_writer(open)
        .fmt_fields(debug_fn(write_field).delimited(" "));
    Dispatch::new(subscriber.finish())
}

fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    match field.name() {
        "message" => write!(writer, "{:?}", Escaped(value)),
        name => write!(writer, "{name}={:?}", Escaped(value)),
    }
}

/// One JSON object an event.
fn json<W>(filter: EnvFilter, open: impl Fn() -> W + Send + Sync + 'static) -> Dispatch
where
    W: Write + 'static,
{
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(move || EscapedJson(open()));
    Dispatch::new(subscriber.finish())
}

/// Writes JSON on, with the steering characters that JSON itself lets pass (beyond ASCII) as `\u009b`. They stand in
/// strings alone, so that the meaning stays.
struct EscapedJson<W>(W);

impl<W: Write> Write for EscapedJson<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The formatter hands over whole events, never a part of a character.
        let text = String::from_utf8_lossy(bytes);
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            if steers(character) && character != '\n' {
                write!(escaped, "\\u{:04x}", u32::from(character)).map_err(io::Error::other)?;
            } else {
                escaped.push(character);
            }
        }
        self.0.write_all(escaped.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests;
