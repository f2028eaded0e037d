//! Finds which of many selectors select a set of labels, without trying all of them.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::selector::{Operator, Selector};
use crate::model::Labels;

/// Values by their selectors. Each stands where the labels lead that one of its requirements needs.
#[derive(Debug)]
pub(super) struct Index<V> {
    by_pair: HashMap<(Arc<str>, Arc<str>), Vec<(Selector, V)>, RandomState>,
    by_key: HashMap<Arc<str>, Vec<(Selector, V)>, RandomState>,
    /// Those that need no label to be there.
    others: Vec<(Selector, V)>,
}

impl<V> Default for Index<V> {
    fn default() -> Self {
        Self { by_pair: HashMap::default(), by_key: HashMap::default(), others: Vec::new() }
    }
}

/// Where a selector stands.
enum Place<'a> {
    Pairs(Vec<(&'a Arc<str>, &'a Arc<str>)>),
    Key(&'a Arc<str>),
    Others,
}

/// Whether labels lead to the selector, so that it need not be tried on all of them.
pub(super) fn is_anchored(selector: &Selector) -> bool {
    !matches!(place(selector), Place::Others)
}

fn place(selector: &Selector) -> Place<'_> {
    if let Some((key, value)) = selector.equal.first() {
        return Place::Pairs(vec![(key, value)]);
    }
    let in_values = selector.requirements.iter().find_map(|it| match &it.operator {
        // Labels have one value for a key, so that at most one of these leads there.
        Operator::In(values) => Some(values.iter().map(|value| (&it.key, value)).collect()),
        _ => None,
    });
    if let Some(pairs) = in_values {
        return Place::Pairs(pairs);
    }
    let exists = selector.requirements.iter().find(|it| it.operator == Operator::Exists);
    exists.map_or(Place::Others, |it| Place::Key(&it.key))
}

impl<V: Clone + PartialEq> Index<V> {
    pub(super) fn insert(&mut self, selector: &Selector, value: &V) {
        let entry = || (selector.clone(), value.clone());
        match place(selector) {
            Place::Pairs(pairs) => {
                for (key, value) in pairs {
                    self.by_pair.entry((Arc::clone(key), Arc::clone(value))).or_default().push(entry());
                }
            }
            Place::Key(key) => self.by_key.entry(Arc::clone(key)).or_default().push(entry()),
            Place::Others => self.others.push(entry()),
        }
    }

    pub(super) fn remove(&mut self, selector: &Selector, value: &V) {
        match place(selector) {
            Place::Pairs(pairs) => {
                for (key, of) in pairs {
                    let pair = (Arc::clone(key), Arc::clone(of));
                    if self.by_pair.get_mut(&pair).is_some_and(|it| take(it, value)) {
                        self.by_pair.remove(&pair);
                    }
                }
            }
            Place::Key(key) => {
                if self.by_key.get_mut(key).is_some_and(|it| take(it, value)) {
                    self.by_key.remove(key);
                }
            }
            Place::Others => {
                take(&mut self.others, value);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.by_pair.is_empty() && self.by_key.is_empty() && self.others.is_empty()
    }

    /// The values whose selectors select these labels.
    pub(super) fn matching<'a>(&'a self, labels: &'a Labels) -> impl Iterator<Item = &'a V> {
        let pairs = labels.iter().filter(|_| !self.by_pair.is_empty()).filter_map(|it| self.by_pair.get(it));
        let keys =
            labels.iter().filter(|_| !self.by_key.is_empty()).filter_map(|(key, _)| self.by_key.get(key));
        let found = pairs.chain(keys).flatten().chain(&self.others);
        found.filter(|(selector, _)| selector.matches(labels)).map(|(_, value)| value)
    }
}

/// Takes one entry of the value away. Returns whether nothing is left.
fn take<V: PartialEq>(entries: &mut Vec<(Selector, V)>, value: &V) -> bool {
    if let Some(at) = entries.iter().position(|(_, it)| it == value) {
        entries.swap_remove(at);
    }
    entries.is_empty()
}
