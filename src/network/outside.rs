//! What is let through between a class and whatever is outside of the cluster, by its address.

use std::collections::{BTreeMap, BTreeSet};

use super::class::Class;
use super::policy::{Direction, Peer, Peers};
use super::ranges::{Number, Ranges};
use super::{AddressSet, Map, NamedPort, PortSet};

/// How many rules with ports of their own are told apart at one address. Where there are more, the address is said to
/// be let through on the ports of all rules of the direction, which is too much rather than too little.
const DEPTH_MAX: usize = 100;

impl Map {
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
        let all = AddressSet::all();
        let mut by_ports: BTreeMap<PortSet, Vec<&AddressSet>> = BTreeMap::new();
        for it in side.rules(direction) {
            let addresses = by_ports.entry(it.rule.ports.at(named)).or_default();
            match &it.rule.peers {
                Peers::Everyone => addresses.push(&all),
                Peers::Listed(peers) => addresses.extend(peers.iter().filter_map(addresses_of)),
            }
        }
        by_ports.retain(|ports, _| !ports.is_empty());
        let (ports, addresses): (Vec<_>, Vec<_>) = by_ports
            .into_iter()
            .map(|(ports, addresses)| (ports, AddressSet::of_all(addresses.iter().copied())))
            .unzip();
        apart(&ports, &addresses)
    }
}

fn addresses_of(peer: &Peer) -> Option<&AddressSet> {
    match peer {
        Peer::Block(block) => Some(&block.addresses),
        Peer::Own(_) | Peer::Pods(_) => None,
    }
}

/// The same ports at the same addresses, each address once.
fn apart(ports: &[PortSet], addresses: &[AddressSet]) -> BTreeMap<PortSet, AddressSet> {
    let v4 = segments(addresses.iter().map(|it| &it.v4));
    let mut v6 = segments(addresses.iter().map(|it| &it.v6));
    let mut found: BTreeMap<PortSet, AddressSet> = BTreeMap::new();
    let mut add = |of: &[usize], addresses: AddressSet| {
        let at_depth = || PortSet::of_all(of.iter().map(|at| &ports[*at]));
        let all = if of.len() > DEPTH_MAX { PortSet::of_all(ports) } else { at_depth() };
        let known = found.entry(all).or_default();
        *known = known.union(&addresses);
    };
    for (of, v4) in v4 {
        let v6 = v6.remove(&of).unwrap_or_default();
        add(&of, AddressSet { v4: Ranges::of_all(v4), v6: Ranges::of_all(v6) });
    }
    for (of, v6) in v6 {
        add(&of, AddressSet { v4: Ranges::default(), v6: Ranges::of_all(v6) });
    }
    found
}

/// The ranges of numbers that are in the same sets, by the places of these sets: of more than are told apart, the first.
fn segments<'a, N: Number + 'a>(
    sets: impl Iterator<Item = &'a Ranges<N>>,
) -> BTreeMap<Vec<usize>, Vec<(N, N)>> {
    // Where sets begin, and where they have ended.
    let mut edges: BTreeMap<N, Vec<usize>> = BTreeMap::new();
    for (at, (first, last)) in sets.enumerate().flat_map(|(at, it)| it.iter().map(move |range| (at, range))) {
        edges.entry(first).or_default().push(at);
        if let Some(next) = last.next() {
            edges.entry(next).or_default().push(at);
        }
    }
    let mut found: BTreeMap<Vec<usize>, Vec<(N, N)>> = BTreeMap::new();
    let mut within: BTreeSet<usize> = BTreeSet::new();
    let mut edges = edges.into_iter().peekable();
    while let Some((first, changed)) = edges.next() {
        for at in changed {
            if !within.remove(&at) {
                within.insert(at);
            }
        }
        let last = edges.peek().map_or(Some(N::MAX), |(next, _)| next.previous());
        if let Some(last) = last.filter(|_| !within.is_empty()) {
            let of: Vec<usize> = within.iter().copied().take(DEPTH_MAX + 1).collect();
            found.entry(of).or_default().push((first, last));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_rules_at_one_address_all_ports_are_told() {
        let number = u16::try_from(DEPTH_MAX).unwrap() + 2;
        let port = |port| PortSet::range(crate::network::Protocol::Tcp, port, port);
        let ports: Vec<PortSet> = (1..=number).map(port).collect();
        let net = |prefix: u16| AddressSet::of(format!("fd00::/{prefix}").parse().unwrap());
        let nested: Vec<AddressSet> = (1..=number).map(|it| net(it + 8)).collect();
        let found = apart(&ports, &nested);
        let at = |address: &str| {
            let address = address.parse().unwrap();
            found.iter().filter(|(_, it)| it.contains(address)).map(|(ports, _)| ports).collect::<Vec<_>>()
        };
        assert_eq!(at("fd40::"), [&port(1)]);
        assert_eq!(at("fd20::"), [&port(1).union(&port(2))]);
        assert_eq!(at("fd00::"), [&PortSet::of_all(&ports)]);
        assert!(at("fe00::").is_empty());
    }
}
