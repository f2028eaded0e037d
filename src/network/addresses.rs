//! Addresses outside and inside of the cluster, of both families.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::counts::Counts;
use super::ranges::Ranges;

/// IPv4 and IPv6 are networks of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    V4,
    V6,
}

impl Family {
    pub(super) const ALL: [Self; 2] = [Self::V4, Self::V6];

    pub(super) fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

/// A set of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct AddressSet {
    pub(super) v4: Ranges<u32>,
    pub(super) v6: Ranges<u128>,
}

impl AddressSet {
    /// Every address of both families.
    pub fn all() -> Self {
        Self { v4: Self::all_v4().v4, v6: Ranges::of(0, u128::MAX) }
    }

    /// Every address of IPv4.
    pub fn all_v4() -> Self {
        Self { v4: Ranges::of(0, u32::MAX), ..Self::default() }
    }

    /// The addresses of a range that is written with a length.
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

    /// The addresses of a range as in `10.0.0.0-10.0.0.255`; none where it is no such range.
    pub fn parse_range(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        match (first.parse().ok()?, last.parse().ok()?) {
            (IpAddr::V4(first), IpAddr::V4(last)) if first <= last => {
                Some(Self { v4: Ranges::of(first.to_bits(), last.to_bits()), ..Self::default() })
            }
            (IpAddr::V6(first), IpAddr::V6(last)) if first <= last => {
                Some(Self { v6: Ranges::of(first.to_bits(), last.to_bits()), ..Self::default() })
            }
            _ => None,
        }
    }

    /// Whatever is in any of these sets.
    pub fn of_all<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for set in sets {
            v4.extend(set.v4.iter());
            v6.extend(set.v6.iter());
        }
        Self { v4: Ranges::of_all(v4), v6: Ranges::of_all(v6) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether any of it is of IPv6.
    pub fn has_v6(&self) -> bool {
        !self.v6.is_empty()
    }

    /// Whether the address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(address.to_bits()),
            IpAddr::V6(address) => self.v6.contains(address.to_bits()),
        }
    }

    /// Whether every address of the other set is in this one.
    pub fn covers(&self, other: &Self) -> bool {
        self.v4.covers(&other.v4) && self.v6.covers(&other.v6)
    }

    /// Each of its ranges as a set by itself.
    pub fn pieces(&self) -> impl Iterator<Item = Self> {
        let v4 = self.v4.iter().map(|(first, last)| Self { v4: Ranges::of(first, last), ..Self::default() });
        let v6 = self.v6.iter().map(|(first, last)| Self { v6: Ranges::of(first, last), ..Self::default() });
        v4.chain(v6)
    }

    /// Whether any of these addresses is in it, of those of the family.
    pub(super) fn contains_any(&self, family: Family, addresses: &Counts<IpAddr>) -> bool {
        let is_between = |first: IpAddr, last: IpAddr| addresses.between(&first, &last).next().is_some();
        let v4 =
            |(first, last)| is_between(Ipv4Addr::from_bits(first).into(), Ipv4Addr::from_bits(last).into());
        let v6 =
            |(first, last)| is_between(Ipv6Addr::from_bits(first).into(), Ipv6Addr::from_bits(last).into());
        // Of addresses and ranges, the fewer are gone through.
        match family {
            _ if addresses.len() <= self.v4.len() + self.v6.len() => {
                addresses.keys().any(|it| Family::of(*it) == family && self.contains(*it))
            }
            Family::V4 => self.v4.iter().any(v4),
            Family::V6 => self.v6.iter().any(v6),
        }
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    /// What is in both.
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

impl AddressSet {
    /// Its ranges as people write them, those of IPv4 first, in order: `10.0.0.1`, `10.0.0.0/8`, or else
    /// `10.0.0.1-10.0.0.9`.
    pub fn words(&self) -> impl Iterator<Item = String> {
        let v4 = self.v4.iter().map(|(first, last)| {
            let (from, to) = (Ipv4Addr::from_bits(first), Ipv4Addr::from_bits(last));
            words_of_range((from.into(), to.into()), (first.into(), last.into()))
        });
        let v6 = self.v6.iter().map(|(first, last)| {
            let (from, to) = (Ipv6Addr::from_bits(first), Ipv6Addr::from_bits(last));
            words_of_range((from.into(), to.into()), (first, last))
        });
        v4.chain(v6)
    }
}

/// The range between these addresses, which are these numbers.
fn words_of_range((from, to): (IpAddr, IpAddr), (first, last): (u128, u128)) -> String {
    let differing = first ^ last;
    if differing == 0 {
        return from.to_string();
    }
    // A range with a length has all zeros at the one end where it has all ones at the other.
    if differing & differing.wrapping_add(1) != 0 || first & differing != 0 {
        return format!("{from}-{to}");
    }
    let bits = if from.is_ipv4() { u32::BITS } else { u128::BITS };
    format!("{from}/{}", bits - differing.count_ones())
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
    /// The whole range.
    pub cidr: IpNet,
    /// Parts of it that are left out.
    pub except: Box<[IpNet]>,
    /// What is in the one and in none of the others.
    pub addresses: AddressSet,
}

impl Block {
    /// The range without its exceptions.
    pub fn new(cidr: IpNet, except: Box<[IpNet]>) -> Self {
        let excepted: Vec<AddressSet> = except.iter().copied().map(AddressSet::of).collect();
        let addresses = AddressSet::of(cidr).without(&AddressSet::of_all(excepted.iter()));
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

    #[test]
    fn ranges_are_told_as_people_write_them() {
        let words = |text: &str| AddressSet::parse_range(text).unwrap().words().collect::<Vec<_>>();
        for (range, expected) in [
            ("10.0.0.7-10.0.0.7", "10.0.0.7"),
            ("10.0.0.0-10.255.255.255", "10.0.0.0/8"),
            ("10.0.0.6-10.0.0.7", "10.0.0.6/31"),
            ("10.0.0.7-10.0.0.8", "10.0.0.7-10.0.0.8"),
            ("10.0.0.0-10.0.0.6", "10.0.0.0-10.0.0.6"),
            ("0.0.0.0-255.255.255.255", "0.0.0.0/0"),
            ("fd00::-fd00::ffff", "fd00::/112"),
            ("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"),
        ] {
            assert_eq!(words(range), [expected], "{range}");
        }
        assert_eq!(AddressSet::all().words().collect::<Vec<_>>(), ["0.0.0.0/0", "::/0"]);
    }

    #[test]
    fn a_set_is_all_of_its_pieces() {
        let of = |text: &str| AddressSet::of(text.parse().unwrap());
        let parts = [of("10.0.0.0/25"), of("fd00::/64"), of("10.0.0.128/25"), of("192.0.2.0/24")];
        let set = AddressSet::of_all(parts.iter());
        let pieces: Vec<AddressSet> = set.pieces().collect();
        assert_eq!(pieces, [of("10.0.0.0/24"), of("192.0.2.0/24"), of("fd00::/64")]);
        assert_eq!(AddressSet::of_all(pieces.iter()), set);
        assert!(pieces.iter().all(|it| set.covers(it)) && !set.covers(&of("10.0.0.0/8")));
        assert!(!of("10.0.0.0/24").covers(&of("fd00::/64")), "families do not mix");
    }

    #[test]
    fn ranges_are_read_as_they_are_told() {
        for text in ["10.0.0.0-10.0.0.255", "10.0.0.7-10.0.0.7", "fd00::-fd00::ffff"] {
            assert_eq!(AddressSet::parse_range(text).unwrap().to_string(), text);
        }
        for text in ["10.0.0.0", "10.0.0.1-10.0.0.0", "10.0.0.0-fd00::", "-", "10.0.0.0-10.0.0.256"] {
            assert_eq!(AddressSet::parse_range(text), None, "{text}");
        }
    }
}
