//! A network policy, compiled.

use std::sync::Arc;

use super::{Block, NamedPort, PortSet, Protocol, Selector};

/// Which way traffic goes, as seen from the pod that a policy selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// To the pod.
    Ingress,
    /// From the pod.
    Egress,
}

impl Direction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ingress, Self::Egress];

    /// As `policyTypes` has it.
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
    pub selector: Arc<Selector>,
    /// Whether it isolates them, by direction.
    pub(super) isolates: [bool; 2],
    /// What it lets through, by direction; nothing in a direction in which it does not isolate.
    pub(super) rules: [Box<[Rule]>; 2],
}

/// A policy with its name, which is held once however many classes it isolates.
#[derive(Debug, PartialEq, Eq)]
pub struct NamedPolicy {
    /// What it is called in its namespace.
    pub name: Arc<str>,
    /// What it says.
    pub policy: Arc<Policy>,
}

impl Policy {
    /// Whether it isolates the pods that it is about.
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
    /// With whom.
    pub peers: Peers,
    /// On which ports.
    pub ports: RulePorts,
}

/// With whom a rule lets traffic through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peers {
    /// Everyone, in the cluster and outside of it.
    Everyone,
    /// Whoever is in one of these entries.
    Listed(Box<[Peer]>),
}

/// An entry of `from` or `to`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Peer {
    /// Pods of the policy's own namespace.
    Own(Arc<Selector>),
    /// Pods of namespaces.
    Pods(Arc<Selection>),
    /// Whatever has one of these addresses.
    Block(Arc<Block>),
}

/// The pods that a `namespaceSelector` and a `podSelector` select together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selection {
    /// What the labels of the namespaces have to be.
    pub namespaces: Selector,
    /// What the labels of the pods have to be.
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
    /// Those that are written as numbers.
    pub numbers: PortSet,
    /// Those that are written as names.
    pub names: Box<[(Protocol, Arc<str>)]>,
}

impl RulePorts {
    /// The ports at a pod that has these named ones. A name that it does not have stands for no port.
    pub fn at(&self, named: &[NamedPort]) -> PortSet {
        if self.names.is_empty() {
            return self.numbers.clone();
        }
        // Where containers of a pod share a name, it differs by plugin which of them counts: all that may be open do.
        let is_called =
            |it: &NamedPort| self.names.iter().any(|(of, name)| it.protocol == *of && it.name == *name);
        let called = named.iter().filter(|it| is_called(it));
        let found: Vec<PortSet> = called.map(|it| PortSet::range(it.protocol, it.port, it.port)).collect();
        PortSet::of_all(found.iter().chain([&self.numbers]))
    }
}
