//! Ports with their protocols.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::ranges::Ranges;

/// A protocol that policies know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// `TCP`, which is meant where none is written.
    Tcp,
    /// `UDP`.
    Udp,
    /// `SCTP`.
    Sctp,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// As manifests write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }

    /// The protocol of this name, as manifests write it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Where its port 0 is among the numbers of a set.
    const fn base(self) -> u32 {
        (self as u32) << 16
    }
}

/// A port of a container that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedPort {
    /// What it is called.
    pub name: Arc<str>,
    /// What it speaks. A name counts for this protocol alone.
    pub protocol: Protocol,
    /// Its number.
    pub port: u16,
}

/// The last port.
const LAST: u16 = u16::MAX;

/// A set of ports, each with its protocol.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PortSet(Ranges<u32>);

impl PortSet {
    /// Every port of every protocol.
    pub fn all() -> Self {
        Self(Ranges::of_all(Protocol::ALL.map(|it| (it.base() + 1, it.base() + u32::from(LAST))).into()))
    }

    /// Every port of a protocol.
    pub fn all_of(protocol: Protocol) -> Self {
        Self::range(protocol, 1, LAST)
    }

    /// The ports from `first` to `last`, with both.
    pub fn range(protocol: Protocol, first: u16, last: u16) -> Self {
        Self(Ranges::of(protocol.base() + u32::from(first), protocol.base() + u32::from(last)))
    }

    /// The ports of a text as in `1-79,81-65535`, or `*` for all of them; none where it is none of these.
    pub fn parse(protocol: Protocol, text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::all_of(protocol));
        }
        text.split(',').try_fold(Self::default(), |all, part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (0 < first && first <= last).then(|| all.union(&Self::range(protocol, first, last)))
        })
    }

    /// The ports of all of these.
    pub(super) fn of_all<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        Self(Ranges::of_all(sets.into_iter().flat_map(|it| it.0.iter()).collect()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every port of the other set is in this one.
    pub fn covers(&self, other: &Self) -> bool {
        self.0.covers(&other.0)
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0))
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.without(&other.0))
    }

    /// By protocol, the ports as in `1-79,81-65535`, or `*` for all of them. A protocol without a port is left out.
    pub fn by_protocol(&self) -> BTreeMap<&'static str, String> {
        let mut ports: BTreeMap<&'static str, String> = BTreeMap::new();
        for protocol in Protocol::ALL {
            let own = self.0.intersection(&Self::all_of(protocol).0);
            let told =
                own.iter().map(|(first, last)| match (first - protocol.base(), last - protocol.base()) {
                    (1, last) if last == u32::from(LAST) => "*".to_owned(),
                    (first, last) if first == last => first.to_string(),
                    (first, last) => format!("{first}-{last}"),
                });
            let told: Vec<String> = told.collect();
            if !told.is_empty() {
                ports.insert(protocol.as_str(), told.join(","));
            }
        }
        ports
    }
}

impl fmt::Display for PortSet {
    /// `all ports`, or as in `TCP/80,443-8443 UDP/*`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::all() {
            return f.write_str("all ports");
        }
        let ports = self.by_protocol();
        let mut told = Protocol::ALL.iter().filter_map(|it| Some((it, ports.get(it.as_str())?)));
        if let Some((protocol, ports)) = told.next() {
            write!(f, "{}/{ports}", protocol.as_str())?;
        }
        told.try_for_each(|(protocol, ports)| write!(f, " {}/{ports}", protocol.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_as_they_are_told() {
        for text in ["*", "80", "1-79,81-65535", "65535"] {
            let ports = PortSet::parse(Protocol::Udp, text).unwrap();
            assert_eq!(ports.by_protocol(), BTreeMap::from([("UDP", text.to_owned())]));
        }
        for text in ["", "0", "2-1", "65536", "80,", "http", "1-2-3"] {
            assert_eq!(PortSet::parse(Protocol::Tcp, text), None, "{text}");
        }
    }
}
