//! Ports by the addresses with which they are open.

use std::collections::BTreeMap;

use super::segments::{Segment, segments};
use super::{AddressSet, PortSet};

/// How many entries, each of a set of ports at a range of addresses, are told apart by their addresses. Where there are
/// more, they are told as they were added.
const APART_MAX: usize = 100_000;

/// Sets of ports, each with addresses with which it is open.
#[derive(Debug, Clone, Default)]
pub struct AddressPorts(Vec<(PortSet, AddressSet)>);

impl AddressPorts {
    /// Opens the ports with these addresses as well.
    pub fn add(&mut self, addresses: AddressSet, ports: &PortSet) {
        if !ports.is_empty() && !addresses.is_empty() {
            self.0.push((ports.clone(), addresses));
        }
    }

    /// Each set of ports once, with all of its addresses. Each address is told once, with all of its ports; only where
    /// very many rules overlap it may be told more than once, each time with some of them.
    pub fn by_ports(&self) -> BTreeMap<PortSet, AddressSet> {
        let added = joined(self.0.iter().map(|(ports, addresses)| (ports.clone(), addresses)));
        let (ports, addresses): (Vec<&PortSet>, Vec<&AddressSet>) = added.iter().unzip();
        let Some(apart) = segments(&addresses, APART_MAX) else { return added };
        let all = |of: &[usize]| PortSet::of_all(of.iter().map(|at| ports[*at]));
        joined(apart.iter().map(|(of, addresses)| (all(of), addresses)))
    }

    /// The addresses with which other ports are open in the one than in the other, by the ports in each.
    pub fn differences(&self, other: &Self) -> BTreeMap<(PortSet, PortSet), AddressSet> {
        let entries: Vec<&(PortSet, AddressSet)> = self.0.iter().chain(&other.0).collect();
        let addresses: Vec<&AddressSet> = entries.iter().map(|(_, addresses)| addresses).collect();
        let apart = segments(&addresses, usize::MAX).unwrap_or_default();
        let ports = |of: &[usize]| PortSet::of_all(of.iter().map(|at| &entries[*at].0));
        let difference = |(of, addresses): &Segment| {
            let (before, after) = of.split_at(of.partition_point(|at| *at < self.0.len()));
            ((ports(before), ports(after)), addresses.clone())
        };
        let differences: Vec<_> = apart.iter().map(difference).collect();
        let differences = differences.iter().filter(|((before, after), _)| before != after);
        joined(differences.map(|(ports, addresses)| (ports.clone(), addresses)))
    }
}

/// Each key once, with the addresses of all that have it.
fn joined<'a, K: Ord>(pieces: impl Iterator<Item = (K, &'a AddressSet)>) -> BTreeMap<K, AddressSet> {
    let mut by_key: BTreeMap<K, Vec<&AddressSet>> = BTreeMap::new();
    for (key, addresses) in pieces {
        by_key.entry(key).or_default().push(addresses);
    }
    by_key.into_iter().map(|(key, addresses)| (key, AddressSet::of_all(addresses))).collect()
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

    #[test]
    fn of_many_rules_at_one_address_only_their_ports_are_told() {
        // Each lies within the one before.
        let nested: Vec<(String, u16)> = (1..=119).map(|it| (format!("fd00::/{}", it + 8), it)).collect();
        let nested: Vec<(&str, u16)> = nested.iter().map(|(net, port)| (&**net, *port)).collect();
        let found = ports(&nested).by_ports();
        for depth in 1..119 {
            // The first bit that a net has beyond those around it is set in none that lies within it.
            let address = (0xfd_u128 << 120) | (1 << (127 - 8 - depth));
            let address = std::net::Ipv6Addr::from_bits(address).into();
            let at: Vec<&PortSet> =
                found.iter().filter(|(_, it)| it.contains(address)).map(|(ports, _)| ports).collect();
            assert_eq!(at, [&PortSet::range(Protocol::Tcp, 1, depth)], "{address}");
        }
    }
}
