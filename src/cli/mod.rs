//! The command line: one file per command. It alone reads arguments and the environment.

mod ask;
mod can_i;
mod check;
mod checks;
mod commands;
mod completions;
mod connections;
mod declared;
mod demo;
mod escape;
mod explain;
mod failure;
mod journal;
mod log;
mod look;
mod man;
mod manifests;
mod output;
mod page;
mod problem;
mod run;
mod runtime;
mod settings;
mod snapshot;
mod terminal;
mod who_can;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use commands::render_page;

/// What the program is called.
const NAME: &str = "plimsoll";

/// Watches a Kubernetes cluster and says what deviates from a declared baseline.
#[derive(Debug, Parser)]
#[command(name = NAME, version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Check(check::Check),
    Checks(checks::Checks),
    Explain(explain::Explain),
    WhoCan(who_can::WhoCan),
    CanI(can_i::CanI),
    Connections(connections::Connections),
    Snapshot(snapshot::Take),
    Journal(journal::Journal),
    Demo(demo::Demo),
    Completions(completions::Completions),
    Man(man::Manual),
}

/// Runs the command that `arguments` (the program's name first) ask for. The exit status is 0 where all went well, 1
/// where it failed, and 2 where arguments or settings are mistaken.
pub fn main(
    arguments: impl Iterator<Item = OsString>,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return failure::report_usage(&error),
    };
    let environment: Vec<_> = environment.collect();
    let done = match cli.command {
        Command::Check(check) => check.execute(environment),
        Command::WhoCan(who_can) => who_can.execute(environment),
        Command::CanI(can_i) => can_i.execute(environment),
        Command::Connections(connections) => connections.execute(environment),
        Command::Snapshot(take) => take.execute(environment),
        Command::Journal(journal) => journal.execute(&environment),
        Command::Run(run) => run.execute(environment).map(|()| ExitCode::SUCCESS),
        Command::Checks(checks) => checks.execute(&environment).map(|()| ExitCode::SUCCESS),
        Command::Explain(explain) => explain.execute(environment).map(|()| ExitCode::SUCCESS),
        Command::Demo(demo) => demo.execute(environment).map(|()| ExitCode::SUCCESS),
        Command::Completions(completions) => completions.execute().map(|()| ExitCode::SUCCESS),
        Command::Man(manual) => manual.execute().map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|failure| failure.report())
}
