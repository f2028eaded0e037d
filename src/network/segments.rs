//! Sets that overlap, cut where any of them begins or ends.

use std::collections::{BTreeMap, BTreeSet};

use super::AddressSet;
use super::ranges::{Number, Ranges};

/// Addresses that are in the same sets, by the places of these.
pub(super) type Segment = (Vec<usize>, AddressSet);

/// The addresses of each family that are in the same sets, by the places of these sets: each address once. None where
/// that takes more than `entries_max` places in all.
pub(super) fn segments(sets: &[&AddressSet], entries_max: usize) -> Option<Vec<Segment>> {
    let v4 = cut(sets.iter().map(|it| &it.v4), entries_max)?.into_iter();
    let v6 = cut(sets.iter().map(|it| &it.v6), entries_max)?.into_iter();
    let v4 = v4.map(|(of, v4)| (of, AddressSet { v4: Ranges::of_all(v4), v6: Ranges::default() }));
    let v6 = v6.map(|(of, v6)| (of, AddressSet { v4: Ranges::default(), v6: Ranges::of_all(v6) }));
    Some(v4.chain(v6).collect())
}

/// Ranges of numbers that are in the same sets, by the places of these.
type Cut<N> = BTreeMap<Vec<usize>, Vec<(N, N)>>;

fn cut<'a, N: Number + 'a>(sets: impl Iterator<Item = &'a Ranges<N>>, entries_max: usize) -> Option<Cut<N>> {
    // Where sets begin, and where they have ended.
    let mut edges: BTreeMap<N, Vec<usize>> = BTreeMap::new();
    for (at, (first, last)) in sets.enumerate().flat_map(|(at, it)| it.iter().map(move |range| (at, range))) {
        edges.entry(first).or_default().push(at);
        if let Some(next) = last.next() {
            edges.entry(next).or_default().push(at);
        }
    }
    let mut found = Cut::new();
    let mut within: BTreeSet<usize> = BTreeSet::new();
    let mut entries: usize = 0;
    let mut edges = edges.into_iter().peekable();
    while let Some((first, changed)) = edges.next() {
        for at in changed {
            if !within.remove(&at) {
                within.insert(at);
            }
        }
        let last = edges.peek().map_or(Some(N::MAX), |(next, _)| next.previous());
        if let Some(last) = last.filter(|_| !within.is_empty()) {
            entries += within.len();
            if entries > entries_max {
                return None;
            }
            found.entry(within.iter().copied().collect()).or_default().push((first, last));
        }
    }
    Some(found)
}
