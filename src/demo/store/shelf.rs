//! All objects of one kind, and the log of what happened to them.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use super::stored::Stored;

/// How many lists that are read in pages are remembered. Beyond it the oldest is forgotten, and whoever still
/// reads it is told that it has expired.
const PAGED_LISTS_MAX: usize = 16;

/// What happened to an object, in the words of a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    Added,
    Modified,
    Deleted,
}

impl EventType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}

/// One event of the log.
#[derive(Debug, Clone)]
pub struct Logged {
    pub event: EventType,
    /// The object after the event; for a deletion, as it last was, at the version of the deletion.
    pub object: Arc<Stored>,
}

/// All objects of a kind at one version, in the order in which they are listed.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub version: u64,
    pub objects: Arc<[Arc<Stored>]>,
}

/// The version that is asked for is no longer in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// The oldest version from which events can be had.
    pub oldest: u64,
}

#[derive(Debug)]
pub(super) struct Shelf {
    objects: BTreeMap<Box<str>, Arc<Stored>>,
    log: VecDeque<Logged>,
    /// Events up to this version are no longer in the log.
    compacted: u64,
    paged: VecDeque<Snapshot>,
    /// How far each running watch has come.
    cursors: Vec<Weak<AtomicU64>>,
    /// The key that was touched last.
    touched: Box<str>,
}

impl Shelf {
    /// An empty shelf. What happened up to `version` is not known.
    pub(super) fn new(version: u64) -> Self {
        Self {
            objects: BTreeMap::new(),
            log: VecDeque::new(),
            compacted: version,
            paged: VecDeque::new(),
            cursors: Vec::new(),
            touched: Box::default(),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Arc<Stored>> {
        self.objects.get(key)
    }

    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn put(&mut self, object: Stored, depth_max: usize) {
        let object = Arc::new(object);
        let before = self.objects.insert(object.key().into(), Arc::clone(&object));
        let event = if before.is_some() { EventType::Modified } else { EventType::Added };
        self.log(Logged { event, object }, depth_max);
    }

    pub(super) fn delete(&mut self, key: &str, version: u64, depth_max: usize) -> bool {
        let Some(object) = self.objects.remove(key) else { return false };
        let object = Arc::new(object.at(version));
        self.log(Logged { event: EventType::Deleted, object }, depth_max);
        true
    }

    /// Touches so many objects from where the last time ended, and gives how many it touched.
    pub(super) fn touch(&mut self, count: usize, version: &mut u64, depth_max: usize) -> usize {
        let from = Bound::Excluded(self.touched.clone());
        let mut touched = Vec::with_capacity(count);
        for object in
            self.objects.range_mut::<Box<str>, _>((from, Bound::Unbounded)).map(|(_, object)| object)
        {
            if touched.len() == count {
                break;
            }
            *version += 1;
            *object = Arc::new(object.touch(*version));
            touched.push(Arc::clone(object));
        }
        // An empty key is before all others: the next time begins anew.
        self.touched = touched
            .last()
            .filter(|_| touched.len() == count)
            .map_or_else(Box::default, |last| last.key().into());
        let done = touched.len();
        for object in touched {
            self.log(Logged { event: EventType::Modified, object }, depth_max);
        }
        done
    }

    fn log(&mut self, event: Logged, depth_max: usize) {
        self.log.push_back(event);
        while self.log.len() > depth_max {
            let dropped = self.log.pop_front().expect("the log is not empty");
            self.compacted = dropped.object.version();
        }
    }

    /// Forgets what happened up to `version` and all lists that are being read in pages. A running watch that
    /// has seen everything goes on.
    pub(super) fn compact(&mut self, version: u64) {
        let last = self.log.back().map_or(self.compacted, |logged| logged.object.version());
        for cursor in self.cursors.iter().filter_map(Weak::upgrade) {
            if cursor.load(Ordering::Relaxed) >= last {
                cursor.store(version, Ordering::Relaxed);
            }
        }
        self.log.clear();
        self.paged.clear();
        self.compacted = version;
    }

    pub(super) fn snapshot(&self, version: u64) -> Snapshot {
        Snapshot { version, objects: self.objects.values().cloned().collect() }
    }

    /// Remembers a list of which more pages will be asked for.
    pub(super) fn remember(&mut self, snapshot: Snapshot) {
        if self.paged.iter().any(|paged| paged.version == snapshot.version) {
            return;
        }
        if self.paged.len() == PAGED_LISTS_MAX {
            self.paged.pop_front();
        }
        self.paged.push_back(snapshot);
    }

    pub(super) fn remembered(&self, version: u64) -> Option<Snapshot> {
        self.paged.iter().find(|snapshot| snapshot.version == version).cloned()
    }

    /// The events after a version, so many at most.
    pub(super) fn events_after(&self, version: u64, max: usize) -> Result<Vec<Logged>, Gone> {
        if version < self.compacted {
            return Err(Gone { oldest: self.compacted });
        }
        let from = self.log.partition_point(|logged| logged.object.version() <= version);
        Ok(self.log.range(from..).take(max).cloned().collect())
    }

    pub(super) fn register(&mut self, cursor: &Arc<AtomicU64>) {
        self.cursors.retain(|cursor| cursor.strong_count() > 0);
        self.cursors.push(Arc::downgrade(cursor));
    }

    pub(super) fn watchers(&self) -> usize {
        self.cursors.iter().filter(|cursor| cursor.strong_count() > 0).count()
    }

    /// How many events the slowest watch is behind.
    pub(super) fn lag(&self) -> usize {
        let cursors = self.cursors.iter().filter_map(Weak::upgrade);
        let slowest = cursors.map(|cursor| cursor.load(Ordering::Relaxed)).min();
        let Some(slowest) = slowest else { return 0 };
        self.log.len() - self.log.partition_point(|logged| logged.object.version() <= slowest)
    }
}
