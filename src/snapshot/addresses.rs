//! The addresses of a pod, in the room of two pointers.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// How many addresses Kubernetes gives a pod: one of each family. What comes beyond is not taken.
const ADDRESSES_MAX: usize = 2;

/// The addresses of a pod, in the order of its status.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Addresses(Held);

/// Nearly every pod has one address of IPv4, which takes no allocation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
enum Held {
    #[default]
    None,
    V4(Ipv4Addr),
    /// One of IPv6, or two.
    Others(Arc<Vec<IpAddr>>),
}

impl Addresses {
    /// Reads them as a status has them. What is no address is left out.
    pub fn read<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        // As Go reads them, an address of IPv4 within IPv6 is the former.
        let parsed = texts.into_iter().filter_map(|text| Some(text.parse::<IpAddr>().ok()?.to_canonical()));
        let addresses: Vec<IpAddr> = parsed.take(ADDRESSES_MAX).collect();
        Self(match addresses.as_slice() {
            [] => Held::None,
            [IpAddr::V4(address)] => Held::V4(*address),
            _ => Held::Others(Arc::new(addresses)),
        })
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = IpAddr> {
        let (single, others) = match &self.0 {
            Held::None => (None, &[][..]),
            Held::V4(address) => (Some(IpAddr::V4(*address)), &[][..]),
            Held::Others(addresses) => (None, addresses.as_slice()),
        };
        single.into_iter().chain(others.iter().copied())
    }

    pub fn is_empty(&self) -> bool {
        self.0 == Held::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str], expected: &[&str]) {
        let addresses = Addresses::read(texts.iter().copied());
        let read: Vec<String> = addresses.iter().map(|it| it.to_string()).collect();
        assert_eq!(read, expected, "{texts:?}");
        assert_eq!(addresses.is_empty(), expected.is_empty(), "{texts:?}");
    }

    #[test]
    fn what_a_status_has_is_read_in_its_order() {
        check(&[], &[]);
        check(&["10.1.2.3"], &["10.1.2.3"]);
        check(&["fd00::1"], &["fd00::1"]);
        check(&["10.1.2.3", "fd00::1"], &["10.1.2.3", "fd00::1"]);
        check(&["fd00::1", "10.1.2.3"], &["fd00::1", "10.1.2.3"]);
        check(&["::ffff:10.1.2.3"], &["10.1.2.3"]);
    }

    #[test]
    fn what_is_no_address_is_left_out() {
        check(&["", "10.1.2", "10.1.2.3/32", "10.1.2.256", "fd00::1%eth0", "pod", "10.1.2.3"], &["10.1.2.3"]);
    }

    #[test]
    fn no_more_are_held_than_a_pod_can_have() {
        check(&["10.0.0.1", "10.0.0.2", "10.0.0.3"], &["10.0.0.1", "10.0.0.2"]);
    }

    #[test]
    fn they_take_the_room_of_two_pointers() {
        assert!(size_of::<Addresses>() <= 16);
    }
}
