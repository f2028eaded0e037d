//! `plimsoll man`: manual pages, one for the program and one for each command.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::Cli;
use super::failure::Failure;
use super::output::write_with;

/// Write the manual pages
///
/// Without a folder, the page of the program itself goes to the standard output.
#[derive(Debug, Args)]
pub(super) struct Manual {
    /// The folder for the pages of the program and of each command, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Manual {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let pages = pages().context("failed to render the pages")?;
        let done = match &self.out {
            Some(folder) => store(folder, &pages),
            None => write_with(|out| pages.iter().take(1).try_for_each(|(_, page)| out.write_all(page))),
        };
        Ok(done?)
    }
}

fn store(folder: &Path, pages: &[(String, Vec<u8>)]) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    for (name, page) in pages {
        let path = folder.join(format!("{name}.1"));
        fs::write(&path, page).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}

/// The names of the pages with what they say, that of the program first.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = Cli::command();
    program.build();
    let mut pages = Vec::new();
    put_pages(&program, &mut pages)?;
    Ok(pages)
}

fn put_pages(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let mut page = Vec::new();
    Man::new(command.clone()).title(name.clone()).render(&mut page)?;
    pages.push((name, page));
    let parts = command.get_subcommands().filter(|it| it.get_name() != "help" && !it.is_hide_set());
    parts.into_iter().try_for_each(|it| put_pages(it, pages))
}
