//! A network policy, compiled.

use std::sync::Arc;

use super::{Block, NamedPort, PortSet, Protocol, Selector};

/// Which way traffic goes, as seen from the pod that a policy selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    pub const ALL: [Self; 2] = [Self::Ingress, Self::Egress];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The direction in which the other end sees the same traffic.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Ingress => Self::Egress,
            Self::Egress => Self::Ingress,
        }
    }
}

/// What a policy says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// The pods of its namespace that it is about.
    pub selector: Selector,
    /// Whether it isolates them, by direction.
    pub(super) isolates: [bool; 2],
    /// What it lets through, by direction; nothing in a direction in which it does not isolate.
    pub(super) rules: [Box<[Rule]>; 2],
}

impl Policy {
    pub fn isolates(&self, direction: Direction) -> bool {
        self.isolates[direction as usize]
    }

    /// What it lets through, each rule at its place in the list of the spec.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        &self.rules[direction as usize]
    }
}

/// What one rule lets through: traffic with any of the peers on any of the ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub peers: Peers,
    pub ports: RulePorts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peers {
    /// Everyone, in the cluster and outside of it.
    Everyone,
    Listed(Box<[Peer]>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Peer {
    /// Pods of the policy's own namespace.
    Own(Selector),
    /// Pods of namespaces.
    Pods(Arc<Selection>),
    /// Whatever has one of these addresses.
    Block(Arc<Block>),
}

/// The pods that a `namespaceSelector` and a `podSelector` select together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selection {
    pub namespaces: Selector,
    pub pods: Selector,
}

impl Selection {
    /// Whether it selects every pod of every namespace.
    pub fn is_everyone(&self) -> bool {
        self.namespaces.is_empty() && self.pods.is_empty()
    }
}

/// The ports of a rule. Those with names are looked up at the pod that is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePorts {
    pub numbers: PortSet,
    pub names: Box<[(Protocol, Arc<str>)]>,
}

impl RulePorts {
    /// The ports at a pod that has these named ones. A name that it does not have stands for no port.
    pub fn at(&self, named: &[NamedPort]) -> PortSet {
        let of_name = |(protocol, name): &(Protocol, Arc<str>)| {
            // Where a pod has a name twice, the first counts.
            let port = named.iter().find(|it| it.protocol == *protocol && it.name == *name)?;
            Some(PortSet::range(*protocol, port.port, port.port))
        };
        let ports = self.names.iter().filter_map(of_name);
        ports.fold(self.numbers.clone(), |all, it| all.union(&it))
    }
}
