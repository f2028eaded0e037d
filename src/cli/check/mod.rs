//! `plimsoll check`: the live cluster, or files, judged once.

mod files;
mod live;
mod report;
mod table;
mod verdict;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::declared::declared;
use super::failure::Failure;
use super::settings::Connection;
use super::terminal;

pub(super) use files::judge_files;
pub(super) use report::record;
use verdict::Verdict;

/// Judge a live cluster or files once, and say what deviates
///
/// With paths, files of manifests are judged as if they were a cluster; without, the live cluster is. The exit status
/// is 0 where nothing deviates, 1 where something does, and 2 where something could not be judged.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Files of YAML or JSON, and directories of them; - for the standard input
    paths: Vec<PathBuf>,
    /// The file or directory of the baseline [default: that of the settings, else the embedded one]
    #[arg(long, value_name = "PATH")]
    baseline: Option<PathBuf>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// For people
    #[default]
    Table,
    /// For programs: one complete document
    Json,
}

impl Check {
    pub(super) fn execute(self, environment: Vec<(OsString, OsString)>) -> Result<ExitCode, Failure> {
        let width = terminal::width(&environment);
        let config = self.connection.load(environment)?;
        let declared = declared(self.baseline.as_ref().or(config.baseline.path.as_ref()));
        let mut verdict = if self.paths.is_empty() {
            live::judge(&config, &declared).map_err(Failure::unjudged)?
        } else {
            judge_files(&self.paths, &declared)
        };
        verdict.sort();
        let text = match self.output {
            Output::Table => table::render(&verdict, width),
            Output::Json => report::render(&verdict),
        };
        write(&text).map_err(Failure::unjudged)?;
        Ok(verdict.status())
    }
}

/// Writes to the standard output, without colours where it has none. Nobody reading on is no failure.
pub(super) fn write(text: &str) -> anyhow::Result<()> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
    .context("failed to write the report")
}
