//! Changes of files, as the system tells of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// How long after a change the files are to be read, so that what changes together is taken up together.
const SETTLE: Duration = Duration::from_millis(100);

/// How often files are to be read without being told of a change: the system may have lost it, or never tell.
pub(super) const REREAD: Duration = Duration::from_mins(1);

/// What is told of the directories that are watched.
#[derive(Debug)]
pub(crate) struct Changes {
    /// None where the system does not tell of changes.
    watcher: Option<RecommendedWatcher>,
    /// One that waits says that something changed, however often it did.
    told: mpsc::Receiver<()>,
}

impl Changes {
    /// Nothing is watched yet. `what` names for the log whose changes they are.
    pub(crate) fn of(what: &'static str) -> Self {
        let (teller, told) = mpsc::channel(1);
        Self { watcher: watcher(what, teller), told }
    }

    /// One that is never told.
    #[cfg(test)]
    pub(crate) fn untold() -> Self {
        Self { watcher: None, told: mpsc::channel(1).1 }
    }

    /// Waits until files are to be read again: a moment after a change, or once in a while.
    pub(crate) async fn next(&mut self) {
        match timeout(REREAD, self.told.recv()).await {
            Ok(Some(())) => sleep(SETTLE).await,
            // Nobody tells.
            Ok(None) => sleep(REREAD).await,
            Err(_) => {}
        }
    }

    /// What has changed until now is about to be read.
    pub(crate) fn forget(&mut self) {
        while self.told.try_recv().is_ok() {}
    }

    /// Has the system tell of changes at the path. It is to be asked before each reading, because a directory may have
    /// been exchanged for another.
    pub(crate) fn watch(&mut self, path: &Path) {
        let Some(watcher) = &mut self.watcher else { return };
        let directory = directory(path);
        if let Err(error) = watcher.watch(&directory, RecursiveMode::NonRecursive) {
            tracing::debug!(%error, directory = %directory.display(), "changes are not told");
        }
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

/// What tells of changes through `teller`; none where the system has no more to give.
fn watcher(what: &'static str, teller: mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !is_change(event.kind)) {
            return;
        }
        // One that waits already says the same.
        let _full = teller.try_send(());
    };
    notify::recommended_watcher(tell)
        .inspect_err(|error| tracing::warn!(%error, "changes of the {what} are noticed late"))
        .ok()
}

/// Whether the event may have changed a file. Our own reading makes events too.
fn is_change(kind: EventKind) -> bool {
    !kind.is_access() || kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_reading_is_no_change() {
        for mode in [AccessKind::Open(AccessMode::Any), AccessKind::Close(AccessMode::Read), AccessKind::Read]
        {
            assert!(!is_change(EventKind::Access(mode)), "{mode:?}");
        }
        assert!(is_change(EventKind::Access(AccessKind::Close(AccessMode::Write))));
        assert!(is_change(EventKind::Any));
    }
}
