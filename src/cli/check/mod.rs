//! `plimsoll check`: the live cluster, or files, judged once.

mod fail_on;
mod files;
mod junit;
mod live;
mod markdown;
mod report;
#[cfg(test)]
mod sample;
mod sarif;
mod summary;
mod table;
mod verdict;
mod what_if;

use std::ffi::OsString;
use std::mem;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::declared::declared;
use super::failure::Failure;
use super::output::{write_styled, write_with};
use super::settings::Connection;
use super::terminal;

use crate::baseline::Declared;
use crate::config::Config;
use fail_on::FailOn;
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
    output: Format,
    /// Which deviations make the exit status 1: those of this severity or worse, or those that are less safe than
    /// declared; several words add up [default: all deviations]
    #[arg(long, value_name = "SEVERITY|loosened", value_enum, value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// Say what the files at the paths would open and close if they were applied over this: a file that `plimsoll
    /// snapshot` wrote, or files of manifests. Nothing is applied
    #[arg(long, value_name = "SNAPSHOT", requires = "paths")]
    against: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// For programs: one complete document
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For a list of tests: JUnit XML
    Junit,
    /// For a pull request: what a comment has room for
    Markdown,
}

impl Check {
    pub(super) fn execute(mut self, environment: Vec<(OsString, OsString)>) -> Result<ExitCode, Failure> {
        let width = terminal::width(&environment);
        let config = mem::take(&mut self.connection).load(environment)?;
        let declared = declared(self.baseline.as_ref().or(config.baseline.path.as_ref()));
        if let Some(against) = self.against.take() {
            return self.weigh(&against, &declared, &config, width);
        }
        let mut verdict = if self.paths.is_empty() {
            live::judge(&config, &declared).map_err(Failure::unjudged)?
        } else {
            judge_files(&self.paths, &declared)
        };
        verdict.fail_on = self.fail_on;
        verdict.sort();
        match self.output {
            Format::Table => write_styled(|out| table::render(&verdict, width, out)),
            Format::Json => write_with(|out| report::render(&verdict, out)),
            Format::Markdown => write_with(|out| markdown::render(&verdict, out)),
            Format::Sarif => write_with(|out| sarif::render(&verdict, runbooks(&config), out)),
            Format::Junit => write_with(|out| junit::render(&verdict, out)),
        }
        .map_err(Failure::unjudged)?;
        Ok(verdict.status().into())
    }

    /// Says what would be otherwise. For tools that know verdicts alone, what the files bring about is one.
    fn weigh(
        self,
        against: &Path,
        declared: &Arc<Declared>,
        config: &Config,
        width: usize,
    ) -> Result<ExitCode, Failure> {
        let mut told = what_if::weigh(&self.paths, against, declared);
        told.verdict.fail_on = self.fail_on;
        match self.output {
            Format::Table => write_styled(|out| what_if::table::render(&told, width, out)),
            Format::Json => write_with(|out| what_if::report::render(&told, out)),
            Format::Markdown => write_with(|out| what_if::markdown::render(&told, out)),
            Format::Sarif => write_with(|out| sarif::render(&told.verdict, runbooks(config), out)),
            Format::Junit => write_with(|out| junit::render(&told.verdict, out)),
        }
        .map_err(Failure::unjudged)?;
        Ok(told.verdict.status().into())
    }
}

/// What the id of a check is appended to for the page that explains it.
fn runbooks(config: &Config) -> Option<&str> {
    config.alertmanager.runbook_url.as_deref()
}
