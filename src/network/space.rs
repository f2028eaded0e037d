//! A namespace on the map: its labels, its policies, and the classes of its pods.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::NamedPort;
use super::class::{ClassId, SetId};
use super::index::Index;
use super::policy::{Direction, Peer, Peers, Policy};
use crate::model::{Labels, ObjectKey};

/// What is known of a namespace.
#[derive(Debug, Default)]
pub(super) struct Space {
    /// With the one that every namespace carries.
    pub(super) labels: Arc<Labels>,
    /// The namespace itself is there.
    pub(super) is_there: bool,
    pub(super) policies: BTreeMap<Arc<str>, Arc<Policy>>,
    /// The policies by the pods that they select.
    pub(super) selectors: Index<ObjectKey>,
    /// The policies by the pods of the namespace that their rules select.
    pub(super) own_peers: Index<ObjectKey>,
    /// How often policies look at labels of these keys, at pods of this namespace alone.
    pub(super) keys: Keys,
    pub(super) sets: HashMap<(Arc<Labels>, Arc<[NamedPort]>), SetId, RandomState>,
    pub(super) classes: HashMap<(Labels, Arc<[NamedPort]>), ClassId, RandomState>,
}

/// Keys of labels, with how often each is looked at.
#[derive(Debug, Default)]
pub(super) struct Keys(HashMap<Arc<str>, u32, RandomState>);

impl Keys {
    /// Counts keys in. Returns whether any of them is new.
    pub(super) fn add<'a>(&mut self, keys: impl Iterator<Item = &'a Arc<str>>) -> bool {
        let mut is_new = false;
        for key in keys {
            let count = self.0.entry(Arc::clone(key)).or_default();
            is_new |= *count == 0;
            *count += 1;
        }
        is_new
    }

    /// Counts keys out. Returns whether any of them is gone.
    pub(super) fn remove<'a>(&mut self, keys: impl Iterator<Item = &'a Arc<str>>) -> bool {
        let mut is_gone = false;
        for key in keys {
            if let Some(count) = self.0.get_mut(key) {
                *count -= 1;
                if *count == 0 {
                    self.0.remove(key);
                    is_gone = true;
                }
            }
        }
        is_gone
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, key: &Arc<str>) -> bool {
        self.0.contains_key(key)
    }
}

impl Space {
    /// Whether nothing is known of it any more.
    pub(super) fn is_bare(&self) -> bool {
        !self.is_there && self.policies.is_empty() && self.sets.is_empty()
    }

    /// The policies that select pods with these labels, in the order of their names.
    pub(super) fn selecting(&self, labels: &Labels) -> Vec<(Arc<str>, Arc<Policy>)> {
        let mut found: Vec<(Arc<str>, Arc<Policy>)> = self
            .selectors
            .matching(labels)
            .filter_map(|key| Some((Arc::clone(&key.name), Arc::clone(self.policies.get(&key.name)?))))
            .collect();
        found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        found
    }
}

/// The keys by which a policy tells pods of its own namespace apart.
pub(super) fn own_keys(policy: &Policy) -> impl Iterator<Item = &Arc<str>> {
    let own = peers(policy).filter_map(|(_, peer)| match peer {
        Peer::Own(pods) => Some(pods.keys()),
        Peer::Pods(_) | Peer::Block(_) => None,
    });
    policy.selector.keys().chain(own.flatten())
}

/// The keys by which a policy tells pods of any namespace apart.
pub(super) fn cross_keys(policy: &Policy) -> impl Iterator<Item = &Arc<str>> {
    let cross = peers(policy).filter_map(|(_, peer)| match peer {
        Peer::Pods(selection) => Some(selection.pods.keys()),
        Peer::Own(_) | Peer::Block(_) => None,
    });
    cross.flatten()
}

/// Every entry of every rule.
pub(super) fn peers(policy: &Policy) -> impl Iterator<Item = (Direction, &Peer)> {
    Direction::ALL.into_iter().flat_map(move |direction| {
        policy.rules(direction).iter().flat_map(move |rule| {
            let listed: &[Peer] = match &rule.peers {
                Peers::Everyone => &[],
                Peers::Listed(peers) => peers,
            };
            listed.iter().map(move |peer| (direction, peer))
        })
    })
}
