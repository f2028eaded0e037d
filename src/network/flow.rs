//! What is let through between two classes: by each of them, and by both.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::addresses::Family;
use super::class::{Class, Side};
use super::policy::{Direction, Peer, Peers, Rule, RulePorts};
use super::{AddressPorts, AddressSet, Block, Map, NamedPort, PortSet};

/// A rule by which a direction of a class lets a peer through.
#[derive(Debug, Clone, Copy)]
pub struct Through<'a> {
    /// The policy's name.
    pub policy: &'a Arc<str>,
    /// The place of the rule in the list of the policy's spec.
    pub number: usize,
    pub rule: &'a Rule,
}

impl Side {
    /// Every rule of the direction; none where nothing isolates it.
    pub fn rules(&self, direction: Direction) -> impl Iterator<Item = Through<'_>> {
        let policies = match self {
            Self::Open => &[][..],
            Self::Isolated(policies) => policies,
        };
        policies.iter().flat_map(move |(policy, it)| {
            let rules = it.rules(direction).iter().enumerate();
            rules.map(move |(number, rule)| Through { policy, number, rule })
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
            Peer::Block(block) => peer.addresses().any(|it| block.addresses.contains(it)),
        }
    }

    /// The ports of `to` on which a pod of `from` can connect to one of `to`: both ends let them through, for addresses
    /// of one family at least.
    pub fn flow(&self, from: &Class, to: &Class) -> PortSet {
        let [v4, v6] = Family::ALL.map(|family| {
            let leaves = self.ports_with(from, Direction::Egress, to, &to.ports, family);
            leaves.intersection(&self.ports_with(to, Direction::Ingress, from, &to.ports, family))
        });
        v4.union(&v6)
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
        let mut ports = PortSet::default();
        for through in side.rules(direction) {
            let is_among = match &through.rule.peers {
                Peers::Everyone => true,
                Peers::Listed(peers) => peers.iter().any(|it| self.is_selected_by(class, it, peer, family)),
            };
            if is_among {
                ports = ports.union(&through.rule.ports.at(named));
            }
        }
        ports
    }

    /// As [`Map::is_selected`], by the peer's addresses of the family alone.
    fn is_selected_by(&self, class: &Class, entry: &Peer, peer: &Class, family: Family) -> bool {
        let Peer::Block(block) = entry else { return self.is_selected(class, entry, peer) };
        let mut addresses = peer.addresses().filter(|it| Family::of(*it) == family);
        addresses.any(|it| block.addresses.contains(it))
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

    /// With which addresses, whoever has them, the direction lets traffic through on which ports: each set of ports once,
    /// with all of its addresses.
    pub fn outside(&self, class: &Class, direction: Direction) -> BTreeMap<PortSet, AddressSet> {
        let side = class.side(direction);
        if side.is_open() {
            return BTreeMap::from([(PortSet::all(), AddressSet::all())]);
        }
        let named: &[NamedPort] = match direction {
            Direction::Ingress => &class.ports,
            // Nothing outside has named ports.
            Direction::Egress => &[],
        };
        // Rules of the same ports are put together first: there may be thousands of them.
        let mut alike: BTreeMap<PortSet, Vec<AddressSet>> = BTreeMap::new();
        for it in side.rules(direction) {
            let addresses = match &it.rule.peers {
                Peers::Everyone => AddressSet::all(),
                Peers::Listed(peers) => AddressSet::of_all(blocks(peers).map(|it| &it.addresses)),
            };
            let ports = it.rule.ports.at(named);
            if !addresses.is_empty() && !ports.is_empty() {
                alike.entry(ports).or_default().push(addresses);
            }
        }
        let mut through = AddressPorts::default();
        for (ports, addresses) in alike {
            through.add(AddressSet::of_all(addresses.iter()), &ports);
        }
        through.by_ports()
    }
}

fn blocks(peers: &[Peer]) -> impl Iterator<Item = &Block> + Clone {
    peers.iter().filter_map(|peer| match peer {
        Peer::Block(block) => Some(&**block),
        Peer::Own(_) | Peer::Pods(_) => None,
    })
}
