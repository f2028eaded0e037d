//! A namespace on the map: its labels, its policies, and the classes of its pods.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::NamedPort;
use super::class::{ClassId, SetId};
use super::counts::Keys;
use super::policy::{Direction, NamedPolicy, Peer, Peers, Policy};
use super::selections::Selectors;
use crate::model::Labels;

/// What is known of a namespace.
#[derive(Debug, Default)]
pub(super) struct Space {
    /// With the one that every namespace carries.
    pub(super) labels: Arc<Labels>,
    /// The namespace itself is there.
    pub(super) is_there: bool,
    pub(super) policies: BTreeMap<Arc<str>, Arc<NamedPolicy>>,
    /// The policies by the pods that they are about.
    pub(super) selectors: Selectors,
    /// The policies by the pods of the namespace that their rules select.
    pub(super) own_peers: Selectors,
    /// How often policies look at labels of these keys, at pods of this namespace alone.
    pub(super) keys: Keys,
    pub(super) sets: HashMap<Alike, SetId, RandomState>,
    pub(super) classes: HashMap<Alike, ClassId, RandomState>,
}

/// What pods of a namespace have in common: labels, and named ports.
pub(super) type Alike = (Arc<Labels>, Arc<[NamedPort]>);

impl Space {
    /// Whether nothing is known of it any more.
    pub(super) fn is_bare(&self) -> bool {
        !self.is_there && self.policies.is_empty() && self.sets.is_empty()
    }

    /// The policies that are about pods with these labels.
    pub(super) fn about<'a>(&'a self, labels: &'a Labels) -> impl Iterator<Item = &'a Arc<NamedPolicy>> {
        let uses = self.selectors.matching(labels).flat_map(|it| self.selectors.uses(it));
        uses.filter_map(|(_, key)| self.policies.get(&key.name))
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
