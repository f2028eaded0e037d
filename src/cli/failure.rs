//! How a command fails: its exit status, and what is said on the standard error.

use std::io::{self, Write};
use std::process::ExitCode;

use super::escape::Escaped;

const FAILED: u8 = 1;
const USAGE: u8 = 2;
const UNJUDGED: u8 = 2;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(super) struct Failure {
    status: u8,
    error: anyhow::Error,
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { status: FAILED, error }
    }
}

impl Failure {
    /// The user's mistake, in arguments or settings.
    pub(super) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self { status: USAGE, error: error.into() }
    }

    /// What was asked for could not be judged.
    pub(super) fn unjudged(error: impl Into<anyhow::Error>) -> Self {
        Self { status: UNJUDGED, error: error.into() }
    }

    /// Writes the chain of causes, one a line; what comes from a cluster or a file cannot steer the terminal.
    pub(super) fn report(&self) -> ExitCode {
        // Where the standard error is closed, the exit status has to say it alone.
        let _ = io::stderr().write_all(render(&self.error).as_bytes());
        ExitCode::from(self.status)
    }
}

fn render(error: &anyhow::Error) -> String {
    let causes = error.chain().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let lines = causes.lines().map(|line| format!("{}\n", Escaped(line)));
    format!("error: {}", lines.collect::<Vec<_>>().join("  "))
}

/// Shows what the parser of arguments has to say: help and version on the standard output, mistakes on the error.
pub(super) fn report_usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_told_and_none_steers_the_terminal() {
        let error = anyhow::anyhow!("first\nsecond").context("pod \u{1b}[31mweb");
        assert_eq!(render(&error), "error: pod \\u{1b}[31mweb\n  first\n  second\n");
    }
}
