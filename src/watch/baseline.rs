//! The files of the baseline, followed: what is declared is told again whenever it changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::files;
use crate::baseline::{Declared, Shelf, Source};
use crate::model::sha256_hex;

/// How long after a change the files are read, so that what changes together is taken up together.
const SETTLE: Duration = Duration::from_millis(100);

/// How often the files are read without being told of a change: the system may have lost it, or never tell.
const REREAD: Duration = Duration::from_mins(1);

/// A file or directory that declares, and what was last read of it.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    shelf: Shelf,
    /// What was last read.
    seen: Option<Seen>,
    /// None where the system does not tell of changes.
    watcher: Option<RecommendedWatcher>,
    /// One that waits says that something changed, however often it did.
    changes: mpsc::Receiver<()>,
}

/// Each file with the digest of its content, or why it could not be read; or why none could.
type Seen = Result<Vec<(Arc<str>, Result<String, String>)>, String>;

impl Follower {
    /// Reads what is declared at `path`. `known_checks` are the ids that waivers may name.
    ///
    /// What it gives is in force at once, whatever is wrong with it; [`Declared::incomplete`] says whether that will
    /// do.
    pub fn start(path: PathBuf, known_checks: Vec<&'static str>) -> (Self, Declared) {
        let (teller, changes) = mpsc::channel(1);
        let watcher = watcher(teller);
        Self::with(path, known_checks, watcher, changes)
    }

    fn with(
        path: PathBuf,
        known_checks: Vec<&'static str>,
        watcher: Option<RecommendedWatcher>,
        changes: mpsc::Receiver<()>,
    ) -> (Self, Declared) {
        let mut follower = Self { path, shelf: Shelf::new(known_checks), seen: None, watcher, changes };
        let declared = follower.load().expect("what is read for the first time was not seen before");
        (follower, declared)
    }

    /// Tells what is declared whenever it changed, for ever, or until nobody listens.
    ///
    /// The files are read when the system says that they changed, when `hangup` says so (SIGHUP), and once in a while.
    pub async fn run(mut self, declared: watch::Sender<Arc<Declared>>, mut hangup: mpsc::Receiver<()>) {
        let mut reread = interval(REREAD);
        reread.set_missed_tick_behavior(MissedTickBehavior::Delay);
        reread.reset();
        loop {
            tokio::select! {
                () = declared.closed() => return,
                Some(()) = self.changes.recv() => sleep(SETTLE).await,
                Some(()) = hangup.recv() => tracing::info!("reading the baseline again, as told by SIGHUP"),
                _ = reread.tick() => {}
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
        // What has changed until now is about to be read. The watch comes first, lest a change fall between the two.
        while self.changes.try_recv().is_ok() {}
        self.watch();
        let read = files::read(&self.path);
        let seen = seen(&read);
        if self.seen.as_ref() == Some(&seen) {
            return None;
        }
        self.seen = Some(seen);
        Some(take(&mut self.shelf, &self.path, read))
    }

    /// Has the system tell of changes. It is asked each time, because a directory may have been exchanged for another.
    fn watch(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        let directory = directory(&self.path);
        if let Err(error) = watcher.watch(&directory, RecursiveMode::NonRecursive) {
            tracing::debug!(%error, directory = %directory.display(), "changes are not told");
        }
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

/// The directory whose changes concern the path. That of a file is watched, because most programs write a new file in
/// place of the old.
fn directory(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !path.is_dir() && parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) if !path.is_dir() => parent.to_owned(),
        _ => path.to_owned(),
    }
}

fn seen(read: &Result<Vec<Source>, String>) -> Seen {
    let digest = |source: &Source| {
        let content = source.content.as_ref().map(|content| sha256_hex(content)).map_err(Clone::clone);
        (Arc::clone(&source.file), content)
    };
    read.as_ref().map(|sources| sources.iter().map(digest).collect()).map_err(Clone::clone)
}

/// What tells of changes through `teller`; none where the system has no more to give.
fn watcher(teller: mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !is_change(event.kind)) {
            return;
        }
        // One that waits already says the same.
        let _full = teller.try_send(());
    };
    notify::recommended_watcher(tell)
        .inspect_err(|error| tracing::warn!(%error, "changes of the baseline are noticed late"))
        .ok()
}

/// Whether the event may have changed a file. Our own reading makes events too.
fn is_change(kind: EventKind) -> bool {
    !kind.is_access() || kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

#[cfg(test)]
mod tests;
