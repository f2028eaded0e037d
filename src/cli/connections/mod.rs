//! `plimsoll connections`: who can connect to whom, and on which ports.

mod diff;
mod document;
mod dot;
mod graph;
mod peer;
mod report;
mod rules;
mod sides;
mod source;
mod table;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};

use super::escape::Escaped;
use super::failure::Failure;
use super::output::{write, write_with};
use super::problem::Problem;
use super::settings::Connection as Cluster;
use super::terminal;
use graph::Graph;
use peer::{Filter, Name, Peer};
pub(super) use sides::{Reach, Sides, sides};
pub(super) use source::Source;

/// Say who can connect to whom, and on which ports
///
/// With paths, files of manifests are read as if they were a cluster; without, the live cluster is. A pair that is not
/// told has no connection, unless an end of it lies in a namespace of which it is not known what is let through: nothing
/// is told of these. The exit status is 0, and 2 where something could not be read, is not there or is not known.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Connections {
    #[command(subcommand)]
    part: Option<Part>,
    /// Files of YAML or JSON, and directories of them; - for the standard input
    paths: Vec<PathBuf>,
    /// What the ends of a connection are
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// Tell the connections from this one alone: [KIND/]NAMESPACE/NAME, NAMESPACE/* or External
    #[arg(long, value_name = "NAME")]
    from: Vec<Name>,
    /// Tell the connections to this one alone: [KIND/]NAMESPACE/NAME, NAMESPACE/* or External
    #[arg(long, value_name = "NAME")]
    to: Vec<Name>,
    /// How the connections are written
    #[arg(long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    cluster: Cluster,
}

#[derive(Debug, Subcommand)]
enum Part {
    Diff(diff::Diff),
}

/// What the ends of a connection are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum By {
    /// What pods roll up to, such as a Deployment
    #[default]
    Workload,
    /// Each pod; where a workload has none yet, the workload
    Pod,
}

impl By {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Pod => "pod",
        }
    }
}

/// How connections are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    #[default]
    Table,
    /// For programs: one complete document
    Json,
    /// For Graphviz
    Dot,
}

/// Not everything could be read, or is known.
const UNJUDGED: u8 = 2;

impl Connections {
    pub(super) fn execute(self, environment: Vec<(OsString, OsString)>) -> Result<ExitCode, Failure> {
        if let Some(Part::Diff(diff)) = self.part {
            return diff.execute(environment);
        }
        let width = terminal::width(&environment);
        let config = self.cluster.load(environment)?;
        let source = match self.paths.as_slice() {
            [] => Source::live(&config),
            paths => Source::files(paths),
        }
        .map_err(Failure::unjudged)?;
        let graph = Graph::of(&source.snapshot, self.by);
        let filter = Filter { from: self.from, to: self.to };
        let absent = filter.absent(&graph.peers());
        if !absent.is_empty() {
            return Err(Failure::unjudged(anyhow!(absent.join("\n"))));
        }
        let problems = &source.problems;
        match self.output {
            Output::Table => write(&table::render(&graph, &filter, width)),
            Output::Json => report::write(&graph, &filter, &source),
            Output::Dot => write_with(|out| dot::render(&graph, &filter, out)),
        }
        .map_err(Failure::unjudged)?;
        let told = if self.output == Output::Json { &[] } else { &**problems };
        tell(told, &source.unknown);
        let is_whole = problems.is_empty() && source.unknown.is_empty();
        Ok(if is_whole { ExitCode::SUCCESS } else { UNJUDGED.into() })
    }
}

/// Tells on the standard error what could not be read, and where policies hide what is let through.
fn tell(problems: &[Problem], unknown: &[source::Unknown]) {
    let problems = problems.iter().map(|it| format!("problem: {}\n", Escaped(it)));
    let unknown = unknown.iter().map(|it| format!("unknown: {}\n", Escaped(it)));
    let text: String = problems.chain(unknown).collect();
    // Where the standard error is closed, the exit status has to say it alone.
    let _ = io::stderr().write_all(text.as_bytes());
}
