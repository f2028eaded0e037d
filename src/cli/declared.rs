//! What the cluster or the files are held against.

use std::path::Path;
use std::sync::Arc;

use super::manifests::{Source, walk};
use super::problem::Problem;
use crate::baseline::{self, Declared, FILE_BYTES_MAX, Shelf};
use crate::checks::CHECKS;

/// What is declared at the path of a file or directory; the embedded default where there is none. What is wrong with
/// it is part of what is declared.
pub(super) fn declared(path: Option<&Path>) -> Arc<Declared> {
    let Some(path) = path else { return Arc::new(Declared::hardened()) };
    let mut problems = Vec::new();
    let mut sources: Vec<_> = walk(&[path], &mut problems).iter().map(read).collect();
    sources.extend(problems.into_iter().map(unreadable));
    let mut shelf = Shelf::new(CHECKS.iter().map(|check| check.info.id).collect());
    Arc::new(shelf.update(sources))
}

fn read(source: &Source) -> baseline::Source {
    // With one byte too many the reader itself says that it is too long.
    let content = source.read_bytes(FILE_BYTES_MAX as u64 + 1);
    baseline::Source { file: source.name(), content: content.map_err(|error| error.to_string()) }
}

fn unreadable(problem: Problem) -> baseline::Source {
    baseline::Source { file: problem.file.into(), content: Err(problem.message) }
}
