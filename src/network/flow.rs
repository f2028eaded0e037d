//! What is let through between two classes: by each of them, and by both.

use std::sync::Arc;

use super::addresses::Family;
use super::class::{Class, Side};
use super::policy::{Direction, Peer, Peers, Rule, RulePorts};
use super::{Map, NamedPort, PortSet};

/// A rule by which a direction of a class lets a peer through.
#[derive(Debug, Clone, Copy)]
pub struct Through<'a> {
    /// The policy's name.
    pub policy: &'a Arc<str>,
    /// The place of the rule in the list of the policy's spec.
    pub number: usize,
    /// The rule itself.
    pub rule: &'a Rule,
}

impl Side {
    /// Every rule of the direction; none where nothing isolates it.
    pub fn rules(&self, direction: Direction) -> impl Iterator<Item = Through<'_>> {
        let policies = match self {
            Self::Open => &[][..],
            Self::Isolated(policies) => policies,
        };
        policies.iter().flat_map(move |it| {
            let rules = it.policy.rules(direction).iter().enumerate();
            rules.map(move |(number, rule)| Through { policy: &it.name, number, rule })
        })
    }
}

impl Map {
    /// Whether `class` lets `peer` through, on whatever ports.
    pub fn lets(&self, class: &Class, direction: Direction, peer: &Class) -> bool {
        let side = class.side(direction);
        side.is_open() || side.rules(direction).any(|it| self.is_among(class, &it.rule.peers, peer))
    }

    /// Whether the peer is one of those that a rule of a policy in the namespace of `class` is about.
    pub fn is_among(&self, class: &Class, peers: &Peers, peer: &Class) -> bool {
        match peers {
            Peers::Everyone => true,
            Peers::Listed(peers) => peers.iter().any(|it| self.is_selected(class, it, peer)),
        }
    }

    /// Whether one entry of a rule of a policy in the namespace of `class` selects the peer. A block of addresses does
    /// if any of the peer's known addresses is among them.
    pub fn is_selected(&self, class: &Class, entry: &Peer, peer: &Class) -> bool {
        match entry {
            Peer::Own(pods) => class.namespace == peer.namespace && pods.matches(&peer.labels),
            Peer::Pods(selection) => {
                selection.pods.matches(&peer.labels)
                    && selection.namespaces.matches(self.labels_of(&peer.namespace))
            }
            Peer::Block(block) => {
                Family::ALL.into_iter().any(|it| block.addresses.contains_any(it, &peer.addresses))
            }
        }
    }

    /// The ports of `to` on which a pod of `from` can connect to one of `to`: both ends let them through, for addresses
    /// of one family at least.
    pub fn flow(&self, from: &Class, to: &Class) -> PortSet {
        let in_family = |family| {
            let leaves = self.ports_with(from, Direction::Egress, to, &to.ports, family);
            if leaves.is_empty() {
                return leaves;
            }
            leaves.intersection(&self.ports_with(to, Direction::Ingress, from, &to.ports, family))
        };
        if from.reach(Direction::Egress).has_blocks || to.reach(Direction::Ingress).has_blocks {
            in_family(Family::V4).union(&in_family(Family::V6))
        } else {
            // Labels are the same in both.
            in_family(Family::V4)
        }
    }

    /// On which ports of the one that is connected to, with the named ones given, `class` lets `peer` through with its
    /// addresses of the family.
    fn ports_with(
        &self,
        class: &Class,
        direction: Direction,
        peer: &Class,
        named: &[NamedPort],
        family: Family,
    ) -> PortSet {
        let side = class.side(direction);
        if side.is_open() {
            return PortSet::all();
        }
        let is_let = |entry: &Peer| self.is_selected_by(class, entry, peer, family);
        let rules = side.rules(direction).map(|it| it.rule);
        let rules = rules.filter(|it| match &it.peers {
            Peers::Everyone => true,
            Peers::Listed(peers) => peers.iter().any(is_let),
        });
        rules.fold(PortSet::default(), |all, rule| all.union(&rule.ports.at(named)))
    }

    /// As [`Map::is_selected`], by the peer's addresses of the family alone.
    fn is_selected_by(&self, class: &Class, entry: &Peer, peer: &Class, family: Family) -> bool {
        match entry {
            Peer::Block(block) => block.addresses.contains_any(family, &peer.addresses),
            Peer::Own(_) | Peer::Pods(_) => self.is_selected(class, entry, peer),
        }
    }

    /// On which ports of the one that is connected to `class` lets the peer through, whatever the peer does.
    pub fn let_through(&self, class: &Class, direction: Direction, peer: &Class) -> PortSet {
        let named = match direction {
            Direction::Ingress => &class.ports,
            Direction::Egress => &peer.ports,
        };
        let [v4, v6] = Family::ALL.map(|it| self.ports_with(class, direction, peer, named, it));
        v4.union(&v6)
    }

    /// The ports on which a flow between `class` and `peer` comes by these entries of one rule of `class`: they and the
    /// other end let it through, for addresses of one family at least. No entry lets everyone through.
    pub fn flow_by(
        &self,
        class: &Class,
        direction: Direction,
        (entries, ports): (&[&Peer], &RulePorts),
        peer: &Class,
    ) -> PortSet {
        let named = match direction {
            Direction::Ingress => &class.ports,
            Direction::Egress => &peer.ports,
        };
        let ports = ports.at(named);
        let [v4, v6] = Family::ALL.map(|family| {
            if !entries.is_empty() && !entries.iter().any(|it| self.is_selected_by(class, it, peer, family)) {
                return PortSet::default();
            }
            self.ports_with(peer, direction.opposite(), class, named, family).intersection(&ports)
        });
        v4.union(&v6)
    }
}
