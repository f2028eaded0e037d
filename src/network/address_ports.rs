//! Ports by the addresses with which they are open.

use std::collections::BTreeMap;

use super::{AddressSet, PortSet};

/// Sets of addresses that do not overlap, each with the ports that are open with it.
#[derive(Debug, Clone, Default)]
pub struct AddressPorts(Vec<(AddressSet, PortSet)>);

impl AddressPorts {
    /// Opens the ports with these addresses as well.
    pub fn add(&mut self, mut addresses: AddressSet, ports: &PortSet) {
        if ports.is_empty() {
            return;
        }
        let mut split = Vec::new();
        for (known, known_ports) in &mut self.0 {
            let both = known.intersection(&addresses);
            if both.is_empty() {
                continue;
            }
            let all = known_ports.union(ports);
            addresses = addresses.without(&both);
            let rest = known.without(&both);
            if !rest.is_empty() {
                split.push((rest, known_ports.clone()));
            }
            (*known, *known_ports) = (both, all);
        }
        if !addresses.is_empty() {
            split.push((addresses, ports.clone()));
        }
        self.0.extend(split);
    }

    /// Each set of ports once, with all of its addresses.
    pub fn by_ports(&self) -> BTreeMap<PortSet, AddressSet> {
        joined(self.0.iter().cloned().map(|(addresses, ports)| (ports, addresses)))
    }

    /// The addresses with which other ports are open in the one than in the other, by the ports in each.
    pub fn differences(&self, other: &Self) -> BTreeMap<(PortSet, PortSet), AddressSet> {
        let none = PortSet::default();
        let mut pieces = Vec::new();
        for (addresses, ports) in &self.0 {
            let with = |(theirs, others): &(AddressSet, PortSet)| {
                ((ports.clone(), others.clone()), addresses.intersection(theirs))
            };
            pieces.extend(other.0.iter().filter(|(_, others)| others != ports).map(with));
            pieces.push(((ports.clone(), none.clone()), other.without(addresses)));
        }
        let only_there =
            other.0.iter().map(|(theirs, others)| ((none.clone(), others.clone()), self.without(theirs)));
        pieces.extend(only_there);
        joined(pieces.into_iter().filter(|(_, addresses)| !addresses.is_empty()))
    }

    /// Those of the addresses with which no port is open.
    fn without(&self, addresses: &AddressSet) -> AddressSet {
        self.0.iter().fold(addresses.clone(), |rest, (known, _)| rest.without(known))
    }
}

fn joined<K: Ord>(pieces: impl Iterator<Item = (K, AddressSet)>) -> BTreeMap<K, AddressSet> {
    let mut joined: BTreeMap<K, AddressSet> = BTreeMap::new();
    for (key, addresses) in pieces {
        let known = joined.entry(key).or_default();
        *known = known.union(&addresses);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Protocol;

    fn ports(of: &[(&str, u16)]) -> AddressPorts {
        let mut ports = AddressPorts::default();
        for (net, port) in of {
            ports.add(AddressSet::of(net.parse().unwrap()), &PortSet::range(Protocol::Tcp, *port, *port));
        }
        ports
    }

    fn told(ports: &AddressPorts) -> Vec<String> {
        ports.by_ports().iter().map(|(ports, addresses)| format!("{addresses}: {ports}")).collect()
    }

    #[test]
    fn what_overlaps_has_the_ports_of_all() {
        let all =
            ports(&[("10.0.0.0/8", 80), ("10.1.0.0/16", 443), ("10.1.0.0/16", 80), ("10.0.0.0/16", 443)]);
        let expected =
            ["10.2.0.0-10.255.255.255: TCP/80".to_owned(), "10.0.0.0-10.1.255.255: TCP/80,443".to_owned()];
        assert_eq!(told(&all), expected);
        assert!(told(&ports(&[])).is_empty());
    }

    #[test]
    fn ranges_that_are_split_otherwise_are_no_difference() {
        let (left, right) =
            (ports(&[("10.0.0.0/8", 80)]), ports(&[("10.128.0.0/9", 80), ("10.0.0.0/9", 80)]));
        assert!(left.differences(&right).is_empty());
        let more = ports(&[("10.0.0.0/8", 80), ("10.0.0.0/16", 443), ("11.0.0.0/8", 80)]);
        let told = |left: &AddressPorts, right: &AddressPorts| -> Vec<String> {
            let differences = left.differences(right);
            let differences = differences.iter();
            differences.map(|((before, after), it)| format!("{it}: {before} > {after}")).collect()
        };
        assert_eq!(
            told(&left, &more),
            ["11.0.0.0-11.255.255.255:  > TCP/80", "10.0.0.0-10.0.255.255: TCP/80 > TCP/80,443"]
        );
        assert_eq!(
            told(&more, &left),
            ["11.0.0.0-11.255.255.255: TCP/80 > ", "10.0.0.0-10.0.255.255: TCP/80,443 > TCP/80"]
        );
    }
}
