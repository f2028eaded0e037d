//! Opens the files of a journal in their order, while the daemon may be rotating them.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::VerifyError;
use crate::sinks::journal::files;

/// How often a directory is opened anew because files came or went meanwhile.
const TRIES_MAX: usize = 8;

/// A file that is open, so that nothing that happens to its name matters any more.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) file: File,
}

pub(super) fn open_all(paths: &[PathBuf]) -> Result<Vec<Source>, VerifyError> {
    let mut sources = Vec::new();
    for path in paths {
        if path.is_dir() {
            sources.extend(open_dir(path)?);
        } else {
            sources.push(open(path.clone())?);
        }
    }
    Ok(sources)
}

fn open(path: PathBuf) -> Result<Source, VerifyError> {
    match File::open(&path) {
        Ok(file) => Ok(Source { path, file }),
        Err(source) => Err(VerifyError::Read { path, source }),
    }
}

/// All files of the directory. A rotation between listing and opening would leave one out.
fn open_dir(dir: &Path) -> Result<Vec<Source>, VerifyError> {
    let failed = |source| VerifyError::Read { path: dir.to_owned(), source };
    for _ in 0..TRIES_MAX {
        let paths = list(dir).map_err(failed)?;
        let opened: Result<Vec<_>, _> = paths.iter().cloned().map(open).collect();
        match opened {
            Ok(sources) if sources.is_empty() => return Err(VerifyError::Empty { dir: dir.to_owned() }),
            Ok(sources) if list(dir).map_err(failed)? == paths => return Ok(sources),
            Err(VerifyError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    Err(VerifyError::Restless { dir: dir.to_owned() })
}

/// The rotated files, oldest first, and the live one.
fn list(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<_> = files::list_rotated(dir)?.into_iter().map(|(_, path)| path).collect();
    paths.extend(Some(files::live(dir)).filter(|live| live.exists()));
    Ok(paths)
}
