//! Finds which of many selectors select a set of labels, without trying all of them.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::selector::{Operator, Selector};
use crate::model::Labels;

/// A label: its key and its value.
pub(super) type Pair = (Arc<str>, Arc<str>);

/// Things with selectors. Each stands where the labels lead that one of its requirements needs.
#[derive(Debug)]
pub(super) struct Index<T> {
    selector: fn(&T) -> &Selector,
    by_pair: HashMap<Pair, Vec<Arc<T>>, RandomState>,
    by_key: HashMap<Arc<str>, Vec<Arc<T>>, RandomState>,
    /// Those that need no label to be there.
    others: Vec<Arc<T>>,
}

/// Where a selector stands.
enum Place<'a> {
    Pair(&'a Pair),
    Values(&'a Arc<str>, &'a [Arc<str>]),
    Key(&'a Arc<str>),
    Others,
}

/// Whether labels lead to the selector, so that it need not be tried on all of them.
pub(super) fn is_anchored(selector: &Selector) -> bool {
    !matches!(place(selector), Place::Others)
}

fn place(selector: &Selector) -> Place<'_> {
    if let Some(pair) = selector.equal.first() {
        return Place::Pair(pair);
    }
    let in_values = selector.requirements.iter().find_map(|it| match &it.operator {
        // Labels have one value for a key, so that at most one of these leads there.
        Operator::In(values) => Some(Place::Values(&it.key, values)),
        _ => None,
    });
    let exists = || selector.requirements.iter().find(|it| it.operator == Operator::Exists);
    in_values.unwrap_or_else(|| exists().map_or(Place::Others, |it| Place::Key(&it.key)))
}

impl<T: Eq> Index<T> {
    /// One of things that have this selector.
    pub(super) fn by(selector: fn(&T) -> &Selector) -> Self {
        Self { selector, by_pair: HashMap::default(), by_key: HashMap::default(), others: Vec::new() }
    }

    pub(super) fn insert(&mut self, thing: &Arc<T>) {
        match place((self.selector)(thing)) {
            Place::Pair(pair) => self.by_pair.entry(pair.clone()).or_default().push(Arc::clone(thing)),
            Place::Values(key, values) => {
                for value in values {
                    let pair = (Arc::clone(key), Arc::clone(value));
                    self.by_pair.entry(pair).or_default().push(Arc::clone(thing));
                }
            }
            Place::Key(key) => self.by_key.entry(Arc::clone(key)).or_default().push(Arc::clone(thing)),
            Place::Others => self.others.push(Arc::clone(thing)),
        }
    }

    pub(super) fn remove(&mut self, thing: &Arc<T>) {
        match place((self.selector)(thing)) {
            Place::Pair(pair) => self.remove_at(pair, thing),
            Place::Values(key, values) => {
                for value in values {
                    self.remove_at(&(Arc::clone(key), Arc::clone(value)), thing);
                }
            }
            Place::Key(key) => {
                if self.by_key.get_mut(key).is_some_and(|it| take(it, thing)) {
                    self.by_key.remove(key);
                }
            }
            Place::Others => {
                take(&mut self.others, thing);
            }
        }
    }

    fn remove_at(&mut self, pair: &Pair, thing: &Arc<T>) {
        if self.by_pair.get_mut(pair).is_some_and(|it| take(it, thing)) {
            self.by_pair.remove(pair);
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.by_pair.is_empty() && self.by_key.is_empty() && self.others.is_empty()
    }

    /// The things whose selectors select these labels.
    pub(super) fn matching<'a>(&'a self, labels: &'a Labels) -> impl Iterator<Item = &'a Arc<T>> {
        let (has_pairs, has_keys) = (!self.by_pair.is_empty(), !self.by_key.is_empty());
        let pairs = labels.iter().filter(move |_| has_pairs).filter_map(|it| self.by_pair.get(it));
        let keys = labels.iter().filter(move |_| has_keys).filter_map(|(key, _)| self.by_key.get(key));
        let found = pairs.chain(keys).flatten().chain(&self.others);
        found.filter(|it| (self.selector)(it).matches(labels))
    }
}

/// Takes the thing away. Returns whether nothing is left.
fn take<T: Eq>(things: &mut Vec<Arc<T>>, thing: &Arc<T>) -> bool {
    if let Some(at) = things.iter().position(|it| it == thing) {
        things.swap_remove(at);
    }
    things.is_empty()
}
