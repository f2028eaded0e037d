//! The selections of pods of other namespaces, with the policies that let them through.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::Block;
use super::index::{Index, is_anchored};
use super::map::count_down;
use super::policy::{Direction, Selection};
use super::selector::{Operator, Selector};
use crate::model::{Labels, ObjectKey};

/// Every selection that rules name, once, findable by what it selects.
#[derive(Debug, Default)]
pub(super) struct Selections {
    uses: HashMap<Arc<Selection>, BTreeMap<(Direction, ObjectKey), u32>, RandomState>,
    by_namespace: Index<Arc<Selection>>,
    by_pod: Index<Arc<Selection>>,
    blocks: HashMap<Arc<Block>, BTreeMap<(Direction, ObjectKey), u32>, RandomState>,
}

impl Selections {
    /// Notes that a policy lets the selection through in this direction, once more.
    pub(super) fn add(&mut self, selection: &Arc<Selection>, direction: Direction, policy: &ObjectKey) {
        let uses = self.uses.entry(Arc::clone(selection)).or_default();
        let is_new = uses.is_empty();
        *uses.entry((direction, policy.clone())).or_default() += 1;
        if is_new {
            if is_anchored(&selection.namespaces) {
                self.by_namespace.insert(&selection.namespaces, selection);
            } else {
                self.by_pod.insert(&selection.pods, selection);
            }
        }
    }

    pub(super) fn remove(&mut self, selection: &Arc<Selection>, direction: Direction, policy: &ObjectKey) {
        let Some(uses) = self.uses.get_mut(selection) else { return };
        count_down(uses, &(direction, policy.clone()));
        if uses.is_empty() {
            self.uses.remove(selection);
            if is_anchored(&selection.namespaces) {
                self.by_namespace.remove(&selection.namespaces, selection);
            } else {
                self.by_pod.remove(&selection.pods, selection);
            }
        }
    }

    /// The policies whose rules ask for namespaces with such labels by what they have. Those that take any namespace, or
    /// any but some, are left out.
    pub(super) fn naming<'a>(&'a self, namespace: &'a Labels) -> impl Iterator<Item = &'a ObjectKey> {
        let found = self.by_namespace.matching(namespace).filter_map(|it| self.uses.get(it));
        found.flat_map(|uses| uses.keys().map(|(_, policy)| policy))
    }

    /// Notes that a policy lets the addresses through in this direction, once more.
    pub(super) fn add_block(&mut self, block: &Arc<Block>, direction: Direction, policy: &ObjectKey) {
        let uses = self.blocks.entry(Arc::clone(block)).or_default();
        *uses.entry((direction, policy.clone())).or_default() += 1;
    }

    pub(super) fn remove_block(&mut self, block: &Arc<Block>, direction: Direction, policy: &ObjectKey) {
        let Some(uses) = self.blocks.get_mut(block) else { return };
        count_down(uses, &(direction, policy.clone()));
        if uses.is_empty() {
            self.blocks.remove(block);
        }
    }

    /// Every block that rules name, once.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.keys().map(|block| &**block)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.uses.is_empty()
            && self.by_namespace.is_empty()
            && self.by_pod.is_empty()
            && self.blocks.is_empty()
    }

    /// The blocks that hold the address, with the policies that let it through in which direction.
    pub(super) fn blocks_with(
        &self,
        address: IpAddr,
    ) -> impl Iterator<Item = (&Block, Direction, &ObjectKey)> {
        let holding = self.blocks.iter().filter(move |(block, _)| block.addresses.contains(address));
        holding
            .flat_map(|(block, uses)| uses.keys().map(|(direction, policy)| (&**block, *direction, policy)))
    }

    /// The policies with a rule, in which direction, that selects pods with these labels in a namespace with those.
    pub(super) fn selecting<'a>(
        &'a self,
        namespace: &'a Labels,
        pod: &'a Labels,
    ) -> impl Iterator<Item = (Direction, &'a ObjectKey)> {
        let by_namespace = self.by_namespace.matching(namespace).filter(|it| it.pods.matches(pod));
        let by_pod = self.by_pod.matching(pod).filter(|it| it.namespaces.matches(namespace));
        let found = by_namespace.chain(by_pod).filter_map(|it| self.uses.get(it));
        found.flat_map(|uses| uses.keys().map(|(direction, policy)| (*direction, policy)))
    }
}

/// Things with labels, findable by what a selector asks for.
#[derive(Debug)]
pub(super) struct Labelled<V> {
    by_pair: HashMap<(Arc<str>, Arc<str>), HashSet<V, RandomState>, RandomState>,
}

impl<V> Default for Labelled<V> {
    fn default() -> Self {
        Self { by_pair: HashMap::default() }
    }
}

impl<V: Clone + Eq + Hash> Labelled<V> {
    pub(super) fn insert(&mut self, labels: &Labels, value: &V) {
        for pair in labels {
            self.by_pair.entry(pair.clone()).or_default().insert(value.clone());
        }
    }

    pub(super) fn remove(&mut self, labels: &Labels, value: &V) {
        for pair in labels {
            if let Some(values) = self.by_pair.get_mut(pair) {
                values.remove(value);
                if values.is_empty() {
                    self.by_pair.remove(pair);
                }
            }
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.by_pair.is_empty()
    }

    /// Those among which is whatever the selector selects; none where it does not narrow them down.
    pub(super) fn candidates<'a>(&'a self, selector: &Selector) -> Option<impl Iterator<Item = &'a V>> {
        let found = |pair: &(Arc<str>, Arc<str>)| self.by_pair.get(pair);
        if !selector.equal.is_empty() {
            let size = |pair: &&(Arc<str>, Arc<str>)| found(pair).map_or(0, HashSet::len);
            let pair = selector.equal.iter().min_by_key(size)?;
            return Some(Vec::from_iter(found(pair)).into_iter().flatten());
        }
        selector.requirements.iter().find_map(|it| match &it.operator {
            Operator::In(values) => {
                let pairs = values.iter().map(|value| (Arc::clone(&it.key), Arc::clone(value)));
                let found: Vec<_> = pairs.filter_map(|pair| found(&pair)).collect();
                Some(found.into_iter().flatten())
            }
            _ => None,
        })
    }
}
