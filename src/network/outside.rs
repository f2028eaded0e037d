//! What is let through between a class and whatever is outside of the cluster, by its address.

use std::collections::BTreeMap;

use super::class::Class;
use super::policy::{Direction, Peer, Peers};
use super::{AddressPorts, AddressSet, Map, NamedPort, PortSet};

impl Map {
    /// With which addresses, whoever has them, the direction lets traffic through on which ports, as
    /// [`AddressPorts::by_ports`] tells it.
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
        let mut open = AddressPorts::default();
        for it in side.rules(direction) {
            let addresses = match &it.rule.peers {
                Peers::Everyone => AddressSet::all(),
                Peers::Listed(peers) => AddressSet::of_all(peers.iter().filter_map(addresses_of)),
            };
            open.add(addresses, &it.rule.ports.at(named));
        }
        open.by_ports()
    }
}

fn addresses_of(peer: &Peer) -> Option<&AddressSet> {
    match peer {
        Peer::Block(block) => Some(&block.addresses),
        Peer::Own(_) | Peer::Pods(_) => None,
    }
}
