//! How often something is there.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;

/// Things with how often each is there, in order. Most often it is one or two of them.
#[derive(Debug)]
pub(super) struct Counts<K>(Vec<(K, u32)>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Clone> FromIterator<K> for Counts<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut counts = Self::default();
        for key in keys {
            counts.add(&key);
        }
        counts
    }
}

impl<K: Ord + Clone> Counts<K> {
    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(it, _)| it.cmp(key))
    }

    /// Counts one more. Returns whether it is the first.
    pub(super) fn add(&mut self, key: &K) -> bool {
        let place = self.place(key);
        match place {
            Ok(place) => self.0[place].1 += 1,
            Err(place) => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(place, (key.clone(), 1));
            }
        }
        place.is_err()
    }

    /// Counts one less. Returns whether it was the last.
    pub(super) fn remove(&mut self, key: &K) -> bool {
        let Ok(place) = self.place(key) else { return false };
        self.0[place].1 -= 1;
        let is_gone = self.0[place].1 == 0;
        if is_gone {
            self.0.remove(place);
        }
        is_gone
    }

    pub(super) fn count(&self, key: &K) -> u32 {
        self.place(key).map_or(0, |place| self.0[place].1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, u32)> {
        self.0.iter().map(|(key, count)| (key, *count))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    /// Those from `first` to `last`, with both.
    pub(super) fn between(&self, first: &K, last: &K) -> impl Iterator<Item = &K> {
        let start = self.0.partition_point(|(it, _)| it < first);
        self.0[start..].iter().map(|(key, _)| key).take_while(move |it| *it <= last)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Keys of labels, with how often each is looked at.
#[derive(Debug, Default)]
pub(super) struct Keys(HashMap<Arc<str>, u32, RandomState>);

impl Keys {
    /// Counts keys in. Returns those that are new.
    pub(super) fn add<'a>(&mut self, keys: impl Iterator<Item = &'a Arc<str>>) -> Vec<Arc<str>> {
        let mut new = Vec::new();
        for key in keys {
            let count = self.0.entry(Arc::clone(key)).or_default();
            if *count == 0 {
                new.push(Arc::clone(key));
            }
            *count += 1;
        }
        new
    }

    /// Counts keys out. Returns those that are gone.
    pub(super) fn remove<'a>(&mut self, keys: impl Iterator<Item = &'a Arc<str>>) -> Vec<Arc<str>> {
        let mut gone = Vec::new();
        for key in keys {
            if let Some(count) = self.0.get_mut(key) {
                *count -= 1;
                if *count == 0 {
                    self.0.remove(key);
                    gone.push(Arc::clone(key));
                }
            }
        }
        gone
    }

    pub(super) fn contains(&self, key: &Arc<str>) -> bool {
        self.0.contains_key(key)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
