//! `plimsoll journal`: what can be asked of a journal's files.

mod report;
mod table;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::output::{Output, write};
use super::terminal;
use crate::sinks::journal::verify::{Claim, verify};

const BROKEN: u8 = 1;

/// Look after the journal
#[derive(Debug, Args)]
pub(super) struct Journal {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(Verify),
}

/// Say whether a journal is whole: no line altered, removed, moved or repeated, no file missing in the middle
///
/// Each line names the hash of the line before it. What that alone cannot show is a tail that was cut off: give what
/// `/api/v1/journal/head`, or the metrics `plimsoll_journal_head_info` and `plimsoll_journal_sequence`, said earlier.
/// The exit status is 0 where the journal is whole, 1 where it is broken, and 2 where it cannot be read.
#[derive(Debug, Args)]
struct Verify {
    /// Directories of journals, and files in the order in which they were written
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The hash of a line that must be there
    #[arg(long, value_name = "HASH", value_parser = hash)]
    head: Option<String>,
    /// The number that the journal must have reached: with that line, or, without --head, at its end
    #[arg(long, value_name = "N")]
    seq: Option<u64>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

impl Journal {
    pub(super) fn execute(self, environment: &[(OsString, OsString)]) -> Result<ExitCode, Failure> {
        let Command::Verify(verify) = self.command;
        verify.execute(environment)
    }
}

impl Verify {
    fn execute(self, environment: &[(OsString, OsString)]) -> Result<ExitCode, Failure> {
        let Self { paths, head, seq, output } = self;
        let report = verify(&paths, &Claim { hash: head, seq }).map_err(Failure::unjudged)?;
        let text = match output {
            Output::Table => table::render(&report, terminal::width(environment)),
            Output::Json => report::render(&report),
        };
        write(&text).map_err(Failure::unjudged)?;
        Ok(if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
    }
}

/// A hash as the daemon tells it.
fn hash(text: &str) -> Result<String, String> {
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() == 64 && digits {
        Ok(text.to_owned())
    } else {
        Err("it is not 64 lower-case hexadecimal digits".to_owned())
    }
}
