//! The files of the baseline: one file, or those of a directory.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::baseline::{FILE_BYTES_MAX, Source};

/// How many files a directory may hold.
const FILES_MAX: usize = 1000;

/// How many bytes the files may have together.
const BYTES_MAX: usize = 64 << 20;

/// How often a directory is read that is exchanged meanwhile.
const ATTEMPTS_MAX: usize = 3;

/// The names that are read, by their ends.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// The link that a mounted `ConfigMap` or `Secret` exchanges to change all of its files at once.
const GENERATION: &str = "..data";

/// The file at `path`, or those of the directory there in the order of their names; the error says why it cannot be
/// told which there are.
///
/// Each is read up to a byte beyond what a file may have, so that it is seen to have more.
pub(super) fn read(path: &Path) -> Result<Vec<Source>, String> {
    let told = |error: std::io::Error| format!("failed to read: {error}");
    if !fs::metadata(path).map_err(told)?.is_dir() {
        return Ok(vec![source(path)]);
    }
    let generation = || fs::read_link(path.join(GENERATION)).ok();
    for _ in 1..ATTEMPTS_MAX {
        let before = generation();
        let sources = read_all(&names(path).map_err(told)?)?;
        if generation() == before {
            return Ok(sources);
        }
    }
    read_all(&names(path).map_err(told)?)
}

/// The files of the directory that are read, sorted. What is hidden is passed over, and so are directories.
fn names(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let extension = path.extension().and_then(|extension| extension.to_str());
        let declares = extension.is_some_and(|extension| EXTENSIONS.contains(&extension));
        if declares && !hidden && !path.is_dir() {
            names.push(path);
        }
        if names.len() > FILES_MAX {
            break;
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn read_all(names: &[PathBuf]) -> Result<Vec<Source>, String> {
    if names.len() > FILES_MAX {
        return Err(format!("the directory holds more than {FILES_MAX} files"));
    }
    let mut bytes = 0;
    let mut sources = Vec::with_capacity(names.len());
    for name in names {
        let source = source(name);
        bytes += source.content.as_ref().map_or(0, Vec::len);
        if bytes > BYTES_MAX {
            return Err(format!("the files of the directory have more than {BYTES_MAX} bytes"));
        }
        sources.push(source);
    }
    Ok(sources)
}

fn source(path: &Path) -> Source {
    let content = read_file(path, FILE_BYTES_MAX).map_err(|error| format!("failed to read: {error}"));
    Source { file: path.to_string_lossy().into(), content }
}

/// The file's content, up to a byte beyond `max` bytes, so that it is seen to have more.
pub(crate) fn read_file(path: &Path, max: usize) -> std::io::Result<Vec<u8>> {
    // To open a pipe would wait for whoever writes to it.
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("not a regular file"));
    }
    let mut content = Vec::new();
    File::open(path)?.take(max as u64 + 1).read_to_end(&mut content)?;
    Ok(content)
}
