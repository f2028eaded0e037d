//! `plimsoll snapshot`: what is observed, in one file that every command reads which takes paths.

mod document;
mod kept;
mod source;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tempfile::NamedTempFile;

use super::escape::Escaped;
use super::failure::Failure;
use super::settings::Connection;
use document::Document;
use source::Source;

/// Write what is observed to a file that other commands read
///
/// Without paths the live cluster is observed; with paths, files of manifests as if they were a cluster. The file holds
/// the fields that checks read and no others: no value of an environment variable, no arguments, no other annotations
/// than those that set profiles. It says how a cluster can be attacked, and only its owner can read it. The exit status
/// is 0, and 2 where something could not be seen, which the file says as well.
#[derive(Debug, Args)]
pub(super) struct Take {
    /// Files of YAML or JSON, and directories of them; - for the standard input
    paths: Vec<PathBuf>,
    /// The file to write, which is replaced as a whole [default: the standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

/// Not everything could be seen.
const UNJUDGED: u8 = 2;

impl Take {
    pub(super) fn execute(self, environment: Vec<(OsString, OsString)>) -> Result<ExitCode, Failure> {
        let config = self.connection.load(environment)?;
        let source = match self.paths.as_slice() {
            [] => Source::live(&config),
            paths => Source::files(paths),
        }
        .map_err(Failure::unjudged)?;
        let document = source.document();
        match &self.out {
            Some(path) => replace(path, &document),
            None => print(&document),
        }
        .map_err(Failure::unjudged)?;
        Ok(tell(&document))
    }
}

/// Writes the file beside the one that it replaces when it is complete.
fn replace(path: &Path, document: &Document<'_>) -> anyhow::Result<()> {
    let failed = || format!("failed to write {}", path.display());
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Such files are made for their owner alone.
    let file = NamedTempFile::new_in(folder).with_context(failed)?;
    let mut out = BufWriter::new(file);
    document.write(&mut out).with_context(failed)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

fn print(document: &Document<'_>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match document.write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
    .context("failed to write the snapshot")
}

/// Tells on the standard error what could not be seen.
fn tell(document: &Document<'_>) -> ExitCode {
    let hidden: Vec<String> = document.hidden().collect();
    let text = hidden.iter().map(|it| format!("problem: {}\n", Escaped(it))).collect::<Vec<_>>().concat();
    // Where the standard error is closed, the exit status has to say it alone.
    let _ = io::stderr().write_all(text.as_bytes());
    if hidden.is_empty() { ExitCode::SUCCESS } else { UNJUDGED.into() }
}
