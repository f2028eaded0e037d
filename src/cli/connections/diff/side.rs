//! One of two clusters that are compared.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, ensure};

use super::Flows;
use crate::cli::connections::By;
use crate::cli::connections::document::{Document, is_document, read};
use crate::cli::connections::graph::Graph;
use crate::cli::connections::source::{LIVE, Source, Unknown};
use crate::cli::problem::Problem;
use crate::config::Config;

/// What was read of it.
pub(super) struct Side {
    pub(super) flows: Flows,
    pub(super) unknown: Vec<Unknown>,
    pub(super) problems: Vec<Problem>,
}

/// The largest document that is read, in bytes. It is held in memory as a whole.
const DOCUMENT_BYTES_MAX: u64 = 4 << 30;

impl Side {
    /// Reads what the path means.
    pub(super) fn read(path: &Path, by: By, config: &Config) -> anyhow::Result<Self> {
        if path == Path::new(LIVE) && !path.exists() {
            return Ok(Self::of(Source::live(config)?, by));
        }
        if fs::metadata(path).is_ok_and(|it| it.is_file()) {
            let text = read_bytes(path).with_context(|| path.display().to_string())?;
            if is_document(&text) {
                let document = read(&text, by).with_context(|| path.display().to_string())?;
                return Ok(Self::of_document(path, document));
            }
        }
        // What is not there is not empty: everything would count as added or removed.
        Ok(Self::of(Source::files(&[path.to_owned()])?, by))
    }

    fn of(source: Source, by: By) -> Self {
        let flows = Flows::of(&Graph::of(&source.snapshot, by));
        Self { flows, unknown: source.unknown, problems: source.problems }
    }

    fn of_document(path: &Path, document: Document) -> Self {
        let Document { flows, unknown, problems } = document;
        let told = (problems > 0).then(|| {
            Problem::of_path(path, format!("it tells of {problems} problems, and may not be complete"))
        });
        Self { flows, unknown, problems: told.into_iter().collect() }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.unknown.is_empty() && self.problems.is_empty()
    }
}

fn read_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).context("failed to read")?;
    file.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut bytes).context("failed to read")?;
    ensure!(bytes.len() as u64 <= DOCUMENT_BYTES_MAX, "it is longer than {DOCUMENT_BYTES_MAX} bytes");
    Ok(bytes)
}
