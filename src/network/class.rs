//! Classes of pods: those that no policy can tell apart.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::policy::{Direction, Peer, Peers};
use super::{NamedPort, Policy};
use crate::model::Labels;

/// A pod, or the pods that a template stands for, as policies see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub namespace: Arc<str>,
    pub labels: Arc<Labels>,
    /// The ports of its containers that have names.
    pub ports: Arc<[NamedPort]>,
    /// Empty where none is known.
    pub addresses: Vec<IpAddr>,
}

/// What stands for a class while it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(pub(super) usize);

/// What stands for the endpoints that are alike in all their labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SetId(pub(super) usize);

/// Endpoints of one namespace that no policy can tell apart but by their addresses.
#[derive(Debug)]
pub struct Class {
    pub namespace: Arc<str>,
    /// Those of their labels that any policy or declared flow looks at.
    pub labels: Labels,
    pub ports: Arc<[NamedPort]>,
    pub(super) sides: [Side; 2],
    pub(super) sets: Vec<SetId>,
    /// How many of its endpoints have each address.
    pub(super) addresses: BTreeMap<IpAddr, u32>,
}

/// One direction of a class: what policies make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// No policy isolates it, so that everything is let through.
    Open,
    /// These policies isolate it, and what any of them lets through is let through. In the order of their names.
    Isolated(Box<[(Arc<str>, Arc<Policy>)]>),
}

impl Class {
    pub fn side(&self, direction: Direction) -> &Side {
        &self.sides[direction as usize]
    }

    /// The class as if those of its endpoints were all that have these addresses.
    #[must_use]
    pub fn at(&self, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        Self {
            namespace: Arc::clone(&self.namespace),
            labels: self.labels.clone(),
            ports: Arc::clone(&self.ports),
            sides: self.sides.clone(),
            sets: self.sets.clone(),
            addresses: addresses.into_iter().map(|address| (address, 1)).collect(),
        }
    }

    /// The known addresses of its endpoints.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.keys().copied()
    }
}

impl Side {
    /// What these policies make of the direction, of all that select the class.
    pub(super) fn of(direction: Direction, selecting: &[(Arc<str>, Arc<Policy>)]) -> Self {
        let isolating = selecting.iter().filter(|(_, policy)| policy.isolates(direction));
        let isolating: Box<[_]> = isolating.cloned().collect();
        if isolating.is_empty() { Self::Open } else { Self::Isolated(isolating) }
    }

    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// Whether it lets through peers without selecting them by their labels: everyone, every pod, or addresses.
    pub fn is_wide(&self, direction: Direction) -> bool {
        let Self::Isolated(policies) = self else { return true };
        let rules = policies.iter().flat_map(|(_, policy)| policy.rules(direction));
        let is_wide = |peer: &Peer| match peer {
            Peer::Own(_) => false,
            Peer::Pods(selection) => selection.is_everyone(),
            Peer::Block(_) => true,
        };
        rules.into_iter().any(|rule| match &rule.peers {
            Peers::Everyone => true,
            Peers::Listed(peers) => peers.iter().any(is_wide),
        })
    }
}
