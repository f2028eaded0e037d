//! Things with labels, findable by what a selector asks for.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::index::Pair;
use super::selector::{Operator, Selector};
use crate::model::Labels;

type Set<V> = HashSet<V, RandomState>;

#[derive(Debug)]
pub(super) struct Labelled<V>(HashMap<Pair, Set<V>, RandomState>);

impl<V> Default for Labelled<V> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

/// Those among which is whatever a selector selects.
pub(super) struct Candidates<'a, V>(Vec<&'a Set<V>>);

impl<'a, V> Candidates<'a, V> {
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|it| it.len()).sum()
    }

    pub(super) fn iter(self) -> impl Iterator<Item = &'a V> {
        self.0.into_iter().flatten()
    }
}

impl<V: Clone + Eq + Hash> Labelled<V> {
    pub(super) fn insert(&mut self, labels: &Labels, value: &V) {
        for pair in labels {
            self.0.entry(pair.clone()).or_default().insert(value.clone());
        }
    }

    pub(super) fn remove(&mut self, labels: &Labels, value: &V) {
        for pair in labels {
            if let Some(values) = self.0.get_mut(pair) {
                values.remove(value);
                if values.is_empty() {
                    self.0.remove(pair);
                }
            }
        }
    }

    /// The least candidates for what the selector selects; none where no label leads to it.
    pub(super) fn candidates(&self, selector: &Selector) -> Option<Candidates<'_, V>> {
        let equal = selector.equal.iter().map(|pair| self.0.get(pair).into_iter().collect());
        let listed = selector.requirements.iter().filter_map(|it| match &it.operator {
            Operator::In(values) => {
                let pairs = values.iter().map(|value| (Arc::clone(&it.key), Arc::clone(value)));
                Some(pairs.filter_map(|pair| self.0.get(&pair)).collect())
            }
            _ => None,
        });
        equal.chain(listed).map(Candidates).min_by_key(Candidates::count)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
