//! The selections of pods that rules name, with the policies that let them through.

use std::sync::Arc;

use super::index::{Index, is_anchored};
use super::policy::{Direction, Selection};
use super::selector::Selector;
use super::uses::{Use, Uses};
use crate::model::{Labels, ObjectKey};

/// The selectors of pods of one namespace, findable by what they select.
#[derive(Debug)]
pub(super) struct Selectors {
    uses: Uses<Selector>,
    index: Index<Selector>,
}

impl Default for Selectors {
    fn default() -> Self {
        Self { uses: Uses::default(), index: Index::by(|it| it) }
    }
}

impl Selectors {
    pub(super) fn add(&mut self, selector: &Arc<Selector>, direction: Direction, policy: &ObjectKey) {
        if self.uses.add(selector, direction, policy) {
            self.index.insert(selector);
        }
    }

    pub(super) fn remove(&mut self, selector: &Arc<Selector>, direction: Direction, policy: &ObjectKey) {
        if self.uses.remove(selector, direction, policy) {
            self.index.remove(selector);
        }
    }

    /// The selectors that select pods with these labels.
    pub(super) fn matching<'a>(&'a self, labels: &'a Labels) -> impl Iterator<Item = &'a Arc<Selector>> {
        self.index.matching(labels)
    }

    /// The policies that name the selector.
    pub(super) fn uses(&self, selector: &Selector) -> impl Iterator<Item = &Use> {
        self.uses.of(selector)
    }
}

/// The selections of pods of any namespace, findable by what they select.
#[derive(Debug)]
pub(super) struct Selections {
    uses: Uses<Selection>,
    by_namespace: Index<Selection>,
    /// Those to which no label of a namespace leads.
    by_pod: Index<Selection>,
}

impl Default for Selections {
    fn default() -> Self {
        let (by_namespace, by_pod) =
            (Index::by(|it: &Selection| &it.namespaces), Index::by(|it: &Selection| &it.pods));
        Self { uses: Uses::default(), by_namespace, by_pod }
    }
}

impl Selections {
    pub(super) fn add(&mut self, selection: &Arc<Selection>, direction: Direction, policy: &ObjectKey) {
        if self.uses.add(selection, direction, policy) {
            self.index_of(selection).insert(selection);
        }
    }

    pub(super) fn remove(&mut self, selection: &Arc<Selection>, direction: Direction, policy: &ObjectKey) {
        if self.uses.remove(selection, direction, policy) {
            self.index_of(selection).remove(selection);
        }
    }

    fn index_of(&mut self, selection: &Selection) -> &mut Index<Selection> {
        if is_anchored(&selection.namespaces) { &mut self.by_namespace } else { &mut self.by_pod }
    }

    /// The selections that select pods with these labels in a namespace with those.
    pub(super) fn matching<'a>(
        &'a self,
        namespace: &'a Labels,
        pod: &'a Labels,
    ) -> impl Iterator<Item = &'a Arc<Selection>> {
        let by_namespace = self.by_namespace.matching(namespace).filter(|it| it.pods.matches(pod));
        by_namespace.chain(self.by_pod.matching(pod).filter(|it| it.namespaces.matches(namespace)))
    }

    /// The policies whose rules ask for namespaces with such labels by what they have. Those that take any namespace, or
    /// any but some, are left out.
    pub(super) fn naming<'a>(&'a self, namespace: &'a Labels) -> impl Iterator<Item = &'a ObjectKey> {
        self.by_namespace.matching(namespace).flat_map(|it| self.uses.of(it)).map(|(_, policy)| policy)
    }

    /// The policies that name the selection.
    pub(super) fn uses(&self, selection: &Selection) -> impl Iterator<Item = &Use> {
        self.uses.of(selection)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.uses.is_empty() && self.by_namespace.is_empty() && self.by_pod.is_empty()
    }
}
