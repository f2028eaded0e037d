//! Classes of pods: those that no policy can tell apart.

use std::net::IpAddr;
use std::sync::Arc;

use super::NamedPort;
use super::counts::Counts;
use super::policy::{Direction, NamedPolicy, Peer, Peers, Rule};
use crate::model::Labels;

/// A pod, or the pods that a template stands for, as policies see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it is.
    pub namespace: Arc<str>,
    /// All of its labels.
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
    /// Where they all are.
    pub namespace: Arc<str>,
    /// Those of their labels that any policy or declared flow looks at.
    pub labels: Arc<Labels>,
    /// The ports with names that all of them have.
    pub ports: Arc<[NamedPort]>,
    pub(super) sides: [Side; 2],
    /// What is to be known of each side at once.
    pub(super) reaches: [Reach; 2],
    pub(super) sets: Vec<SetId>,
    /// How many of its endpoints have each address.
    pub(super) addresses: Counts<IpAddr>,
}

/// One direction of a class: what policies make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// No policy isolates it, so that everything is let through.
    Open,
    /// These policies isolate it, and what any of them lets through is let through. In the order of their names.
    Isolated(Vec<Arc<NamedPolicy>>),
}

/// Whom a side lets through without selecting them by their labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reach {
    /// Everyone, because nothing isolates it.
    pub(super) is_open: bool,
    /// Everyone, or every pod, by a rule.
    pub(super) is_wide: bool,
    /// Addresses, by a rule.
    pub(super) has_blocks: bool,
}

impl Class {
    /// What policies make of the direction.
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
            reaches: self.reaches,
            sets: self.sets.clone(),
            addresses: addresses.into_iter().collect(),
        }
    }

    /// The known addresses of its endpoints.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.keys().copied()
    }

    pub(super) fn reach(&self, direction: Direction) -> Reach {
        self.reaches[direction as usize]
    }
}

impl Side {
    /// Whether nothing isolates it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// Whether the policy of this name isolates it.
    pub(super) fn has(&self, name: &Arc<str>) -> bool {
        match self {
            Self::Open => false,
            Self::Isolated(policies) => policies.binary_search_by(|it| it.name.cmp(name)).is_ok(),
        }
    }

    /// Lets the policy of this name be this one; none where it does not isolate the side.
    pub(super) fn exchange(&mut self, name: &Arc<str>, policy: Option<&Arc<NamedPolicy>>) {
        let Self::Isolated(policies) = self else {
            if let Some(policy) = policy {
                *self = Self::Isolated(vec![Arc::clone(policy)]);
            }
            return;
        };
        match (policies.binary_search_by(|it| it.name.cmp(name)), policy) {
            (Ok(place), Some(policy)) => policies[place] = Arc::clone(policy),
            (Ok(_), None) if policies.len() == 1 => *self = Self::Open,
            (Ok(place), None) => {
                policies.remove(place);
            }
            (Err(place), Some(policy)) => policies.insert(place, Arc::clone(policy)),
            (Err(_), None) => {}
        }
    }

    /// Whether it lets through peers without selecting them by their labels: everyone, every pod, or addresses.
    pub fn is_wide(&self, direction: Direction) -> bool {
        self.reach(direction).is_any()
    }

    pub(super) fn reach(&self, direction: Direction) -> Reach {
        match self {
            Self::Open => Reach { is_open: true, ..Reach::default() },
            Self::Isolated(policies) => Reach::of(policies.iter().flat_map(|it| it.policy.rules(direction))),
        }
    }
}

impl Reach {
    /// Whom these rules let through so.
    pub(super) fn of<'a>(rules: impl Iterator<Item = &'a Rule>) -> Self {
        let mut reach = Self::default();
        for rule in rules {
            match &rule.peers {
                Peers::Everyone => reach.is_wide = true,
                Peers::Listed(peers) => {
                    reach.has_blocks |= peers.iter().any(|it| matches!(it, Peer::Block(_)));
                    reach.is_wide |= peers.iter().any(Peer::is_everyone);
                }
            }
        }
        reach
    }

    /// The same with what rules of another policy let through; whatever the side was, it is isolated.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            is_open: false,
            is_wide: self.is_wide || other.is_wide,
            has_blocks: self.has_blocks || other.has_blocks,
        }
    }

    /// Whether there is anyone.
    pub(super) fn is_any(self) -> bool {
        self != Self::default()
    }
}

impl Peer {
    /// Whether it selects every pod of every namespace.
    fn is_everyone(&self) -> bool {
        matches!(self, Self::Pods(selection) if selection.is_everyone())
    }
}
