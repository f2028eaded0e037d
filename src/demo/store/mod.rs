//! What the embedded cluster holds: objects by kind and key, one counter of versions, a bounded log of events.

mod follower;
mod shelf;
mod stored;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::demo::objects::{Object, Time};
use crate::model::Kind;

use shelf::Shelf;

pub use follower::Follower;
pub use shelf::{EventType, Gone, Logged, Snapshot};
pub use stored::{Encoding, Stored};

/// The version before the first. Ten digits, so that every version that will ever be has as many.
const FIRST_VERSION: u64 = 1_000_000_000;

/// How many objects are touched at most before watches are told and others may use the store.
const TOUCH_BATCH_MAX: usize = 256;

/// The objects of the embedded cluster.
#[derive(Debug)]
pub struct Store {
    held: Mutex<Held>,
    /// The last version of each kind, for those who wait for the next.
    heads: [watch::Sender<u64>; Kind::ALL.len()],
    log_depth_max: usize,
}

#[derive(Debug)]
struct Held {
    version: u64,
    shelves: [Shelf; Kind::ALL.len()],
}

impl Store {
    /// An empty store whose log holds at most `log_depth_max` events of each kind. A watch that asks for what
    /// is no longer in the log is told that it has expired.
    pub fn new(log_depth_max: usize) -> Self {
        let held =
            Held { version: FIRST_VERSION, shelves: std::array::from_fn(|_| Shelf::new(FIRST_VERSION)) };
        let heads = std::array::from_fn(|_| watch::Sender::new(FIRST_VERSION));
        Self { held: Mutex::new(held), heads, log_depth_max: log_depth_max.max(1) }
    }

    /// Creates the object, or replaces the one of its name, and gives its new version.
    ///
    /// What a server sets is set: the version; for a new object the uid and, where it has none, the time of
    /// creation; for a changed one both stay as they were.
    pub fn put<T: Object>(&self, mut object: T, now: Timestamp) -> u64 {
        let mut held = self.lock();
        held.version += 1;
        let version = held.version;
        let of_kind = &mut held.shelves[T::KIND as usize];
        let metadata = object.metadata();
        let before =
            of_kind.get(&stored::key(&metadata.namespace, &metadata.name)).map(|before| decode::<T>(before));
        let metadata = object.metadata_mut();
        metadata.resource_version = version.to_string();
        if let Some(before) = before {
            metadata.uid.clone_from(&before.metadata().uid);
            metadata.creation_timestamp = before.metadata().creation_timestamp;
        } else {
            if metadata.uid.is_empty() {
                metadata.uid = uid(T::KIND, version);
            }
            if metadata.creation_timestamp == Time::default() {
                metadata.creation_timestamp = Time::new(now);
            }
        }
        of_kind.put(Stored::new(&object, version), self.log_depth_max);
        drop(held);
        self.heads[T::KIND as usize].send_replace(version);
        version
    }

    /// The object as it is; the namespace is empty for an object without one.
    pub fn get<T: Object>(&self, namespace: &str, name: &str) -> Option<T> {
        let held = self.lock();
        held.shelves[T::KIND as usize].get(&stored::key(namespace, name)).map(|object| decode(object))
    }

    /// All objects of a type, in the order in which they are listed.
    pub fn all<T: Object>(&self) -> Vec<T> {
        self.snapshot(T::KIND).objects.iter().map(|object| decode(object)).collect()
    }

    /// Deletes the object, and says whether it was there.
    pub fn delete(&self, kind: Kind, namespace: &str, name: &str) -> bool {
        let mut held = self.lock();
        let version = held.version + 1;
        let deleted =
            held.shelves[kind as usize].delete(&stored::key(namespace, name), version, self.log_depth_max);
        if deleted {
            held.version = version;
            drop(held);
            self.heads[kind as usize].send_replace(version);
        }
        deleted
    }

    /// Writes the status of so many objects of a kind anew, round robin, so many per second; as fast as the
    /// watches follow if `per_second` is 0. Ends early where there is no object, and gives how many it wrote.
    pub async fn churn(&self, kind: Kind, events: usize, per_second: usize) -> usize {
        let begun = Instant::now();
        let mut done = 0;
        while done < events && !self.is_empty(kind) {
            let due = if per_second == 0 { events } else { due(begun, per_second).min(events) };
            if due == done || self.lag(kind) > self.log_depth_max / 2 {
                tokio::time::sleep(Duration::from_millis(1)).await;
                continue;
            }
            done += self.touch(kind, (due - done).min(self.touch_batch()));
            tokio::task::yield_now().await;
        }
        done
    }

    /// How many objects are touched at once: no more than the log takes beside what watches have not read yet.
    fn touch_batch(&self) -> usize {
        TOUCH_BATCH_MAX.min(self.log_depth_max.div_ceil(2))
    }

    /// Writes the status of so many objects of a kind anew, from where the last time ended.
    fn touch(&self, kind: Kind, count: usize) -> usize {
        let mut guard = self.lock();
        let held = &mut *guard;
        let of_kind = &mut held.shelves[kind as usize];
        let mut done = of_kind.touch(count, &mut held.version, self.log_depth_max);
        if done == 0 {
            done = of_kind.touch(count, &mut held.version, self.log_depth_max);
        }
        let version = held.version;
        drop(guard);
        self.heads[kind as usize].send_replace(version);
        done
    }

    /// Forgets all events and all lists read in pages, as a real server's storage does in time.
    pub fn compact(&self) {
        let mut guard = self.lock();
        let held = &mut *guard;
        // A version is used up, so that whoever has seen all that there was is behind as well.
        held.version += 1;
        for shelf in &mut held.shelves {
            shelf.compact(held.version);
        }
    }

    /// The last version that was given out.
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// How many objects of the kind there are.
    pub fn len(&self, kind: Kind) -> usize {
        self.lock().shelves[kind as usize].len()
    }

    /// Whether there is no object of the kind.
    pub fn is_empty(&self, kind: Kind) -> bool {
        self.len(kind) == 0
    }

    /// How many watches of the kind are running.
    pub fn watchers(&self, kind: Kind) -> usize {
        self.lock().shelves[kind as usize].watchers()
    }

    /// How many events of the kind the slowest watch is behind.
    pub fn lag(&self, kind: Kind) -> usize {
        self.lock().shelves[kind as usize].lag()
    }

    /// All objects of the kind.
    pub fn snapshot(&self, kind: Kind) -> Snapshot {
        let held = self.lock();
        held.shelves[kind as usize].snapshot(held.version)
    }

    /// Remembers a list of which more pages will be asked for.
    pub(super) fn remember(&self, kind: Kind, snapshot: Snapshot) {
        self.lock().shelves[kind as usize].remember(snapshot);
    }

    /// The list of which more pages are asked for, if it is remembered.
    pub(super) fn remembered(&self, kind: Kind, version: u64) -> Option<Snapshot> {
        self.lock().shelves[kind as usize].remembered(version)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many events are owed since `begun`.
fn due(begun: Instant, per_second: usize) -> usize {
    let millis = usize::try_from(begun.elapsed().as_millis()).unwrap_or(usize::MAX);
    millis.saturating_mul(per_second) / 1000
}

fn decode<T: Object>(object: &Arc<Stored>) -> T {
    T::decode(object.bytes(Encoding::Protobuf).as_ref()).expect("we encoded it ourselves")
}

/// A uid of the usual form. Versions are never given twice, so neither are uids.
fn uid(kind: Kind, version: u64) -> String {
    let mixed = version.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (high, middle) = (mixed >> 32, mixed >> 16 & 0xffff);
    format!("{high:08x}-{middle:04x}-4{:03x}-8{:03x}-{version:012x}", mixed & 0xfff, kind as usize)
}
