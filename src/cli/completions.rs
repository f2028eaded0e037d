//! `plimsoll completions`: what makes a shell complete the words of a command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::failure::Failure;
use super::output::write_with;
use super::{Cli, NAME};

/// Write the completions for a shell
///
/// The shell reads them at its start: `plimsoll completions bash > /etc/bash_completion.d/plimsoll`, for instance.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell that they are for
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), NAME, &mut script);
        Ok(write_with(|out| out.write_all(&script))?)
    }
}
