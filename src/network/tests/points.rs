//! Ports and addresses one by one, as many as tell apart whatever the universe of these tests can write.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::LazyLock;

use super::brute_force::Net;
use super::drawn::{CIDRS, NUMBERS};
use crate::network::{AddressSet, PortSet, Protocol};

/// A port of a protocol.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) protocol: Protocol,
    pub(super) port: u16,
}

/// Every number that is written, with those beside it, for every protocol.
pub(super) static PORTS: LazyLock<Vec<Point>> = LazyLock::new(|| {
    let beside = NUMBERS.iter().flat_map(|it| [it.saturating_sub(1), *it, it.saturating_add(1)]);
    let mut numbers: Vec<u16> = beside.filter(|it| *it > 0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let of = |protocol| numbers.iter().map(move |port| Point { protocol, port: *port });
    Protocol::ALL.into_iter().flat_map(of).collect()
});

/// The first and the last address of every range that is written, with those beside them.
pub(super) static ADDRESSES: LazyLock<Vec<IpAddr>> = LazyLock::new(|| {
    let mut addresses: Vec<IpAddr> = CIDRS.iter().flat_map(|it| Net::read(it).edges()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
});

/// A set of those ports, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Points(u64);

impl Points {
    /// Those for which it holds.
    pub(super) fn at_which(holds: impl Fn(Point) -> bool) -> Self {
        assert!(PORTS.len() <= 64, "there is a bit for each");
        let held = PORTS.iter().enumerate().filter(|(_, point)| holds(**point));
        Self(held.fold(0, |all, (at, _)| all | 1 << at))
    }

    pub(super) fn of(ports: &PortSet) -> Self {
        Self::at_which(|it| ports.covers(&PortSet::range(it.protocol, it.port, it.port)))
    }

    /// By address, those of the sets in which it is. No address may be in two of them.
    pub(super) fn outside(sets: &BTreeMap<PortSet, AddressSet>) -> Vec<Self> {
        let of_address = |address: &IpAddr| {
            let mut found = sets.iter().filter(|(_, addresses)| addresses.contains(*address));
            let points = found.next().map(|(ports, _)| Self::of(ports)).unwrap_or_default();
            assert!(found.next().is_none(), "{address} is in two sets");
            points
        };
        ADDRESSES.iter().map(of_address).collect()
    }

    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    #[must_use]
    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }
}
