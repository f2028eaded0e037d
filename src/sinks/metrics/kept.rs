//! What is kept of the page from scrape to scrape, so that a scrape costs what changed since the one before and
//! not what stands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use jiff::Timestamp;

use super::series::Series;
use super::table::{DEVIATION_INFO, DEVIATIONS};
use super::text::sample;
use crate::model::{CountKey, Deviation, DeviationId, Severity, View};

type Standing = OrdMap<DeviationId, Arc<Deviation>>;

/// A deviation that came, went or changed: as it was and as it is.
type Change<'a> = (DeviationId, Option<&'a Deviation>, Option<&'a Deviation>);

/// The families that grow with what stands.
#[derive(Debug, Default)]
pub(super) struct Kept {
    counts: OrdMap<CountKey, u64>,
    pub(super) deviations: Series<CountKey>,
    standing: Standing,
    /// The sequence number of the last transition that is taken in.
    seq: u64,
    pub(super) infos: Series<DeviationId>,
    /// How many deviations are told one by one, by check.
    pub(super) told: BTreeMap<(&'static str, Severity), u64>,
    /// How many deviations were opened at each time.
    opened: BTreeMap<(Severity, Timestamp), u64>,
}

impl Kept {
    /// Brings everything up to the view. `info_max` deviations are told one by one, the first in the order of ids,
    /// which is steady while others come and go.
    pub(super) fn follow(&mut self, view: &View, info_max: usize) {
        self.follow_counts(&view.counts);
        let before = std::mem::replace(&mut self.standing, view.standing.clone());
        let after = std::mem::replace(&mut self.seq, view.seq);
        let changes = since(after, &before, view).unwrap_or_else(|| difference(&before, &view.standing));
        for (_, old, new) in &changes {
            self.count_opened(*old, *new);
        }
        self.follow_infos(&changes, view, info_max);
    }

    /// When the oldest deviation of each severity was opened.
    pub(super) fn oldest(&self) -> BTreeMap<Severity, Timestamp> {
        let first =
            |severity| self.opened.range((severity, Timestamp::MIN)..=(severity, Timestamp::MAX)).next();
        let oldest = Severity::ALL.into_iter().filter_map(first);
        oldest.map(|((severity, opened), _)| (*severity, *opened)).collect()
    }

    fn follow_counts(&mut self, counts: &OrdMap<CountKey, u64>) {
        let before = std::mem::replace(&mut self.counts, counts.clone());
        let changes = before.diff(counts).map(|item| match item {
            DiffItem::Add(key, count) | DiffItem::Update { new: (key, count), .. } => {
                (key.clone(), Some(*count))
            }
            DiffItem::Remove(key, _) => (key.clone(), None),
        });
        self.deviations.apply(changes, |key, count, line| {
            let CountKey { check, severity, direction, namespace } = key;
            sample(line, &DEVIATIONS, &[check, severity.as_str(), direction.as_str(), namespace], count);
        });
    }

    fn count_opened(&mut self, old: Option<&Deviation>, new: Option<&Deviation>) {
        let key = |deviation: &Deviation| (deviation.severity, deviation.opened_at);
        if let Some(new) = new {
            *self.opened.entry(key(new)).or_default() += 1;
        }
        if let Some(old) = old {
            take_one(&mut self.opened, &key(old));
        }
    }

    fn follow_infos(&mut self, changes: &[Change<'_>], view: &View, max: usize) {
        // Beyond the last one that is told there may be others, which are not.
        let cut_off = self.infos.len() == max;
        let end = self.infos.last_key().copied().filter(|_| cut_off);
        let within = |(id, ..): &&Change<'_>| !cut_off || end.is_some_and(|end| *id <= end);
        let mut added = 0;
        // What comes after `max` others is not among the first.
        let among_first = |(_, old, _): &&Change<'_>| {
            added += usize::from(old.is_none());
            old.is_some() || added <= max
        };
        let changes: Vec<&Change<'_>> = changes.iter().filter(within).filter(among_first).collect();
        self.tell(changes.into_iter().copied());
        while self.infos.len() > max {
            let gone = self.infos.pop().and_then(|id| view.standing.get(&id));
            self.count_told(gone.map(|gone| &**gone), None);
        }
        let room = max - self.infos.len();
        if room > 0 && self.infos.len() < view.standing.len() {
            let end = self.infos.last_key().copied().map_or(Bound::Unbounded, Bound::Excluded);
            let further = view.standing.range((end, Bound::Unbounded)).take(room);
            self.tell(further.map(|(id, deviation)| (*id, None, Some(&**deviation))));
        }
    }

    /// Sets and removes the series of single deviations.
    fn tell<'a>(&mut self, changes: impl Iterator<Item = Change<'a>>) {
        let changes: Vec<Change<'_>> = changes.collect();
        for (_, old, new) in &changes {
            self.count_told(*old, *new);
        }
        let lines = changes.into_iter().map(|(id, _, new)| (id, new));
        self.infos.apply(lines, |id, deviation, line| {
            let (check, severity) = (deviation.check.id, deviation.severity.as_str());
            let (key, namespace) = (&deviation.finding.object.key, deviation.finding.namespace());
            let id = id.to_string();
            sample(line, &DEVIATION_INFO, &[&id, check, severity, namespace, key.kind.label(), &key.name], 1);
        });
    }

    fn count_told(&mut self, old: Option<&Deviation>, new: Option<&Deviation>) {
        let key = |deviation: &Deviation| (deviation.check.id, deviation.severity);
        if let Some(new) = new {
            *self.told.entry(key(new)).or_default() += 1;
        }
        if let Some(old) = old {
            take_one(&mut self.told, &key(old));
        }
    }
}

/// What happened after a number, in the order of ids; none where that does not account for what stands, because
/// something was resolved so long ago that it is forgotten.
fn since<'a>(seq: u64, before: &'a Standing, view: &'a View) -> Option<Vec<Change<'a>>> {
    let ids: BTreeSet<DeviationId> = view
        .by_seq
        .range((Bound::Excluded(seq), Bound::Unbounded))
        .map(|(_, deviation)| deviation.id)
        .collect();
    let get = |standing: &'a Standing, id| standing.get(id).map(|deviation| &**deviation);
    let changes = ids.iter().map(|id| (*id, get(before, id), get(&view.standing, id)));
    let changes: Vec<Change<'_>> = changes.filter(|(_, old, new)| old.is_some() || new.is_some()).collect();
    let gone = changes.iter().filter(|(_, _, new)| new.is_none()).count();
    let come = changes.iter().filter(|(_, old, _)| old.is_none()).count();
    (before.len() + come == view.standing.len() + gone).then_some(changes)
}

/// What differs, in the order of ids. Goes through all that stands.
fn difference<'a>(before: &'a Standing, now: &'a Standing) -> Vec<Change<'a>> {
    let changes = before.diff(now).map(|item| match item {
        DiffItem::Add(id, new) => (*id, None, Some(&**new)),
        DiffItem::Update { old: (id, old), new: (_, new) } => (*id, Some(&**old), Some(&**new)),
        DiffItem::Remove(id, old) => (*id, Some(&**old), None),
    });
    changes.collect()
}

/// Counts one less, and forgets a count that falls to nothing.
fn take_one<K: Ord>(counts: &mut BTreeMap<K, u64>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
