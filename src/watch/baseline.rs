//! The files of the baseline, followed: what is declared is told again whenever it changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::changes::Changes;
use super::files;
use crate::baseline::{Declared, Shelf, Source};
use crate::model::sha256_hex;

/// A file or directory that declares, and what was last read of it.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    shelf: Shelf,
    /// What was last read.
    seen: Option<Seen>,
    changes: Changes,
}

/// Each file with the digest of its content, or why it could not be read; or why none could.
type Seen = Result<Vec<(Arc<str>, Result<String, String>)>, String>;

impl Follower {
    /// Reads what is declared at `path`. `known_checks` are the ids that waivers may name.
    ///
    /// What it gives is in force at once, whatever is wrong with it; [`Declared::incomplete`] says whether that will
    /// do.
    pub fn start(path: PathBuf, known_checks: Vec<&'static str>) -> (Self, Declared) {
        Self::with(path, known_checks, Changes::of("baseline"))
    }

    fn with(path: PathBuf, known_checks: Vec<&'static str>, changes: Changes) -> (Self, Declared) {
        let mut follower = Self { path, shelf: Shelf::new(known_checks), seen: None, changes };
        let declared = follower.load().expect("what is read for the first time was not seen before");
        (follower, declared)
    }

    /// Tells what is declared whenever it changed, for ever, or until nobody listens.
    ///
    /// The files are read when the system says that they changed, when `hangup` says so (SIGHUP), and once in a while.
    pub async fn run(mut self, declared: watch::Sender<Arc<Declared>>, mut hangup: mpsc::Receiver<()>) {
        loop {
            tokio::select! {
                () = declared.closed() => return,
                () = self.changes.next() => {}
                Some(()) = hangup.recv() => tracing::info!("reading the baseline again, as told by SIGHUP"),
            }
            // Files may be slow, and long.
            let load = tokio::task::spawn_blocking(move || {
                let loaded = self.load();
                (self, loaded)
            });
            let Ok((follower, loaded)) = load.await else { return };
            self = follower;
            if let Some(loaded) = loaded {
                let Declared { baselines, objects, problems, .. } = &loaded;
                let (baselines, objects, problems) = (baselines.len(), objects.len(), problems.len());
                tracing::info!(baselines, objects, problems, "the baseline changed");
                declared.send_replace(Arc::new(loaded));
            }
        }
    }

    /// What is declared, if anything was read that had not been seen.
    fn load(&mut self) -> Option<Declared> {
        // The watch comes first, lest a change fall between the two.
        self.changes.forget();
        self.changes.watch(&self.path);
        let read = files::read(&self.path);
        let seen = seen(&read);
        if self.seen.as_ref() == Some(&seen) {
            return None;
        }
        self.seen = Some(seen);
        Some(take(&mut self.shelf, &self.path, read))
    }
}

/// What is declared at `path` as it is now. `known_checks` are the ids that waivers may name.
pub fn read_once(path: &Path, known_checks: Vec<&'static str>) -> Declared {
    take(&mut Shelf::new(known_checks), path, files::read(path))
}

/// Puts what was read at `path` on the shelf.
fn take(shelf: &mut Shelf, path: &Path, read: Result<Vec<Source>, String>) -> Declared {
    match read {
        Ok(sources) => shelf.update(sources),
        Err(reason) => shelf.keep(path.to_string_lossy().into(), &reason),
    }
}

fn seen(read: &Result<Vec<Source>, String>) -> Seen {
    let digest = |source: &Source| {
        let content = source.content.as_ref().map(|content| sha256_hex(content)).map_err(Clone::clone);
        (Arc::clone(&source.file), content)
    };
    read.as_ref().map(|sources| sources.iter().map(digest).collect()).map_err(Clone::clone)
}

#[cfg(test)]
mod tests;
