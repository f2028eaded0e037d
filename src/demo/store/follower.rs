//! Reading the log as it grows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use crate::model::Kind;

use super::{Gone, Logged, Store};

/// Follows the events of one kind from a version on.
#[derive(Debug)]
pub struct Follower {
    store: Arc<Store>,
    kind: Kind,
    /// The version up to which events were taken. The store looks at it to know how far watches lag.
    cursor: Arc<AtomicU64>,
    head: watch::Receiver<u64>,
}

impl Follower {
    /// Follows the kind's events after `version`.
    pub fn new(store: &Arc<Store>, kind: Kind, version: u64) -> Self {
        let head = store.heads[kind as usize].subscribe();
        let cursor = Arc::new(AtomicU64::new(version));
        store.lock().shelves[kind as usize].register(&cursor);
        Self { store: Arc::clone(store), kind, cursor, head }
    }

    /// The events that there are and were not taken yet, so many at most; empty if there is none.
    pub fn take(&mut self, max: usize) -> Result<Vec<Logged>, Gone> {
        self.head.mark_unchanged();
        let from = self.cursor.load(Ordering::Relaxed);
        let held = self.store.lock();
        let events = held.shelves[self.kind as usize].events_after(from, max)?;
        if let Some(last) = events.last() {
            self.cursor.store(last.object.version(), Ordering::Relaxed);
        }
        Ok(events)
    }

    /// Waits until there may be events that were not there when [`Self::take`] was last called.
    pub async fn wait(&mut self) {
        // The sender lives in the store, which the follower itself keeps alive.
        let _ = self.head.changed().await;
    }

    /// The version of the last event that was taken.
    pub fn version_taken(&self) -> u64 {
        self.cursor.load(Ordering::Relaxed)
    }

    /// The last version there is, if all events up to it were taken: what a bookmark says.
    pub fn version_seen(&self) -> u64 {
        let taken = self.version_taken();
        let held = self.store.lock();
        let pending = held.shelves[self.kind as usize].events_after(taken, 1);
        if pending.is_ok_and(|events| events.is_empty()) { held.version } else { taken }
    }
}
