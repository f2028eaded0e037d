//! Addresses outside and inside of the cluster, of both families.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::ranges::Ranges;

/// A set of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct AddressSet {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
}

impl AddressSet {
    /// Every address of both families.
    pub fn all() -> Self {
        Self { v4: Self::all_v4().v4, v6: Ranges::of(0, u128::MAX) }
    }

    pub fn all_v4() -> Self {
        Self { v4: Ranges::of(0, u32::MAX), ..Self::default() }
    }

    pub fn of(net: IpNet) -> Self {
        match net {
            IpNet::V4(net) => {
                Self { v4: Ranges::of(net.network().to_bits(), net.broadcast().to_bits()), ..Self::default() }
            }
            IpNet::V6(net) => {
                Self { v6: Ranges::of(net.network().to_bits(), net.broadcast().to_bits()), ..Self::default() }
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether any of it is of IPv6.
    pub fn has_v6(&self) -> bool {
        !self.v6.is_empty()
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(address.to_bits()),
            IpAddr::V6(address) => self.v6.contains(address.to_bits()),
        }
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self { v4: self.v4.without(&other.v4), v6: self.v6.without(&other.v6) }
    }

    /// Its ranges as in `10.0.0.0-10.0.0.255`, those of IPv4 first, in order.
    pub fn ranges(&self) -> impl Iterator<Item = String> {
        let v4 = self
            .v4
            .iter()
            .map(|(first, last)| format!("{}-{}", Ipv4Addr::from_bits(first), Ipv4Addr::from_bits(last)));
        let v6 = self
            .v6
            .iter()
            .map(|(first, last)| format!("{}-{}", Ipv6Addr::from_bits(first), Ipv6Addr::from_bits(last)));
        v4.chain(v6)
    }
}

impl fmt::Display for AddressSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, range) in self.ranges().enumerate() {
            let before = if at == 0 { "" } else { ", " };
            write!(f, "{before}{range}")?;
        }
        Ok(())
    }
}

/// The addresses of an `ipBlock`, and how they were written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block {
    pub cidr: IpNet,
    pub except: Box<[IpNet]>,
    /// What is in the one and in none of the others.
    pub addresses: AddressSet,
}

impl Block {
    pub fn new(cidr: IpNet, except: Box<[IpNet]>) -> Self {
        let out = |rest: AddressSet, net: &IpNet| rest.without(&AddressSet::of(*net));
        let addresses = except.iter().fold(AddressSet::of(cidr), out);
        Self { cidr, except, addresses }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cidr)?;
        for (at, net) in self.except.iter().enumerate() {
            let before = if at == 0 { " but" } else { "," };
            write!(f, "{before} {net}")?;
        }
        Ok(())
    }
}

/// A range as API servers read it: numbers of IPv4 may have zeros before them.
pub fn parse_net(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    let plain = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    };
    let address = match address.contains(':') {
        true => address.to_owned(),
        false => address.split('.').map(plain).collect::<Vec<_>>().join("."),
    };
    let digits = !length.is_empty() && length.bytes().all(|it| it.is_ascii_digit());
    let net = IpNet::new(address.parse().ok()?, length.parse().ok().filter(|_| digits)?).ok()?;
    Some(net.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_cuts_a_hole_and_families_do_not_mix() {
        let net = |text: &str| text.parse().unwrap();
        let block = Block::new(net("10.0.0.0/8"), [net("10.64.0.0/10")].into());
        assert_eq!(block.addresses.to_string(), "10.0.0.0-10.63.255.255, 10.128.0.0-10.255.255.255");
        assert!(block.addresses.contains("10.63.255.255".parse().unwrap()));
        assert!(!block.addresses.contains("10.64.0.0".parse().unwrap()));
        let six = AddressSet::of(net("fd00::/8"));
        assert!(!six.contains("10.0.0.1".parse().unwrap()));
        assert_eq!(AddressSet::all().without(&AddressSet::all_v4()).intersection(&six), six);
        assert_eq!(block.to_string(), "10.0.0.0/8 but 10.64.0.0/10");
    }
}
