//! `plimsoll connections diff`: what is open in one and not in the other.

mod compare;
mod report;
mod side;
mod table;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{By, UNJUDGED};
use crate::cli::failure::Failure;
use crate::cli::output::{Output, write};
use crate::cli::settings::Connection as Cluster;
use crate::cli::terminal;
pub(super) use compare::Flows;
use compare::compare;
use side::Side;

/// Say which connections are in one cluster and not in another
///
/// Each is a file or directory of manifests, a file that `plimsoll snapshot` wrote, a document that `plimsoll connections
/// --output json` wrote, or `live` for the live cluster, where nothing of that name lies. What lies in a namespace of
/// which one of them does not know what is let through is not compared. The exit status is 0 where nothing differs, 1 where something does,
/// and 2 where something could not be read or is not known.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// What it was before
    #[arg(value_name = "A")]
    before: PathBuf,
    /// What it is now
    #[arg(value_name = "B")]
    after: PathBuf,
    /// What the ends of a connection are
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// How the differences are written
    #[arg(long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    cluster: Cluster,
}

/// Something differs.
const DIFFERS: u8 = 1;

impl Diff {
    pub(super) fn execute(self, environment: Vec<(OsString, OsString)>) -> Result<ExitCode, Failure> {
        let width = terminal::width(&environment);
        let config = self.cluster.load(environment)?;
        let side = |path| Side::read(path, self.by, &config).map_err(Failure::unjudged);
        let (mut before, mut after) = (side(&self.before)?, side(&self.after)?);
        // What is not known on one side is not compared.
        let unknown = before.unknown.iter().chain(&after.unknown).map(|it| it.namespace.clone()).collect();
        before.flows.leave_out(&unknown);
        after.flows.leave_out(&unknown);
        let differences = compare(&before.flows, &after.flows);
        match self.output {
            Output::Table => write(&table::render(&differences, width)),
            Output::Json => report::write(&differences, [&before, &after]),
        }
        .map_err(Failure::unjudged)?;
        for side in [&before, &after] {
            let problems = if self.output == Output::Json { &[] } else { &*side.problems };
            super::tell(problems, &side.unknown);
        }
        Ok(match () {
            () if !before.is_whole() || !after.is_whole() => UNJUDGED.into(),
            () if !differences.is_empty() => DIFFERS.into(),
            () => ExitCode::SUCCESS,
        })
    }
}
