//! The deviations that are known, under every order in which they are looked up.
//!
//! The maps are persistent: a clone of one is a view of that moment, and costs nothing.

use std::collections::HashMap;
use std::sync::Arc;

use imbl::OrdMap;
use jiff::{SignedDuration, Timestamp};

use crate::model::{CountKey, Deviation, DeviationId};

/// How many resolved deviations are remembered at most; beyond it the oldest are forgotten early.
const RESOLVED_MAX: usize = 100_000;

#[derive(Debug)]
pub(super) struct Book {
    retention: SignedDuration,
    standing: OrdMap<DeviationId, Arc<Deviation>>,
    by_seq: OrdMap<u64, Arc<Deviation>>,
    counts: OrdMap<CountKey, u64>,
    /// The last transition of what was lately resolved.
    resolved: HashMap<DeviationId, u64>,
    /// When which transition resolved something, oldest first.
    resolutions: OrdMap<(Timestamp, u64), DeviationId>,
}

impl Book {
    pub(super) fn new(retention: SignedDuration) -> Self {
        Self {
            retention,
            standing: OrdMap::new(),
            by_seq: OrdMap::new(),
            counts: OrdMap::new(),
            resolved: HashMap::new(),
            resolutions: OrdMap::new(),
        }
    }

    pub(super) fn standing(&self) -> &OrdMap<DeviationId, Arc<Deviation>> {
        &self.standing
    }

    pub(super) fn by_seq(&self) -> &OrdMap<u64, Arc<Deviation>> {
        &self.by_seq
    }

    pub(super) fn counts(&self) -> &OrdMap<CountKey, u64> {
        &self.counts
    }

    /// Enters a deviation in place of what was known of it.
    pub(super) fn enter(&mut self, deviation: Arc<Deviation>) {
        if let Some(before) = self.standing.remove(&deviation.id) {
            self.by_seq.remove(&before.seq);
            self.uncount(&before);
        }
        self.forget_resolution(deviation.id);
        self.by_seq.insert(deviation.seq, Arc::clone(&deviation));
        if let Some(at) = deviation.resolved_at {
            self.resolved.insert(deviation.id, deviation.seq);
            self.resolutions.insert((at, deviation.seq), deviation.id);
        } else {
            *self.counts.entry(count_key(&deviation)).or_insert(0) += 1;
            self.standing.insert(deviation.id, deviation);
        }
    }

    /// Forgets what was resolved longer ago than the retention.
    pub(super) fn forget(&mut self, now: Timestamp) {
        while let Some((&(at, _), &id)) = self.resolutions.get_min().map(|(key, id)| (key, id)) {
            if self.resolutions.len() <= RESOLVED_MAX && now.duration_since(at) < self.retention {
                break;
            }
            self.forget_resolution(id);
        }
    }

    fn forget_resolution(&mut self, id: DeviationId) {
        let Some(seq) = self.resolved.remove(&id) else { return };
        if let Some(deviation) = self.by_seq.remove(&seq)
            && let Some(at) = deviation.resolved_at
        {
            self.resolutions.remove(&(at, seq));
        }
    }

    fn uncount(&mut self, deviation: &Deviation) {
        let key = count_key(deviation);
        match self.counts.get(&key) {
            Some(count) if *count > 1 => {
                let count = count - 1;
                self.counts.insert(key, count);
            }
            _ => {
                self.counts.remove(&key);
            }
        }
    }
}

fn count_key(deviation: &Deviation) -> CountKey {
    CountKey {
        check: deviation.check.id,
        severity: deviation.severity,
        direction: deviation.finding.direction,
        namespace: Arc::clone(deviation.finding.namespace()),
    }
}
