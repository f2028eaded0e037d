//! Flows with addresses outside the cluster, beyond those that are allowed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::question::Question;
use super::ways::{Place, Ways};
use crate::baseline::{Network, Party};
use crate::checks::words::at_most;
use crate::network::{AddressSet, Class, Direction, Peer, Peers, PortSet, Rule, parse_net};

/// How many ranges of addresses are told for the same ports.
const RANGES_MAX: usize = 20;

/// Addresses by which no connection leaves or reaches a node.
static NOWHERE: LazyLock<AddressSet> = LazyLock::new(|| {
    let nets = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "::/127", "ff00::/8"];
    let nets = nets.map(|it| AddressSet::of(parse_net(it).expect("these are ranges of addresses")));
    AddressSet::of_all(&nets)
});

/// The addresses of a node's own link, which nobody means who declares a flow to everywhere.
static LINK: LazyLock<AddressSet> = LazyLock::new(|| {
    let nets = ["169.254.0.0/16", "fe80::/10"];
    let nets = nets.map(|it| AddressSet::of(parse_net(it).expect("these are ranges of addresses")));
    AddressSet::of_all(&nets)
});

/// By ports, the addresses with which flows are on them.
pub(super) type AddressWays = BTreeMap<PortSet, AddressSet>;

/// What lies inside and what is allowed.
#[derive(Debug)]
pub(super) struct Bounds<'a> {
    pub(super) network: &'a Network,
    /// What the cluster itself names as inside.
    pub(super) known: &'a AddressSet,
}

impl Bounds<'_> {
    /// What of these ways of the class is not allowed, as far as it is with addresses outside the cluster. A range is
    /// kept as it is if any of it lies outside: evidence that left the addresses of nodes out would be another with
    /// every node.
    pub(super) fn beyond(&self, class: &Class, direction: Direction, mut ways: AddressWays) -> AddressWays {
        let spoken = self.spoken();
        for addresses in ways.values_mut() {
            *addresses = addresses.intersection(&spoken);
        }
        for flow in self.network.allowed() {
            let (near, far) = match direction {
                Direction::Ingress => (&flow.to, &flow.from),
                Direction::Egress => (&flow.from, &flow.to),
            };
            if let (Party::Pods(pods), Party::Addresses(addresses)) = (near, far)
                && pods.select(class)
            {
                ways = without(ways, addresses, &flow.ports);
            }
        }
        let outside = ways.into_iter().map(|(ports, addresses)| {
            let pieces: Vec<AddressSet> = addresses.pieces().filter(|it| self.reach_out(it)).collect();
            (ports, AddressSet::of_all(&pieces))
        });
        outside.filter(|(_, addresses)| !addresses.is_empty()).collect()
    }

    /// What a declared flow with these addresses wants: those of them that lie outside the cluster.
    pub(super) fn wanted(&self, addresses: &AddressSet) -> AddressSet {
        let outside = addresses.intersection(&self.spoken()).without(&NOWHERE).without(&LINK);
        outside.without(&self.network.inside).without(self.known)
    }

    /// The addresses that are spoken: those of IPv4 alone where all that is known of the cluster is of that.
    fn spoken(&self) -> AddressSet {
        let has_v6 = self.known.has_v6() || self.network.inside.has_v6();
        if has_v6 || self.known.is_empty() { AddressSet::all() } else { AddressSet::all_v4() }
    }

    /// The first of so many ranges of the addresses, as people write them; none where it is every address.
    pub(super) fn words(&self, addresses: &AddressSet, max: usize) -> Option<Vec<String>> {
        (*addresses != self.spoken()).then(|| at_most(addresses.words().collect(), max))
    }

    /// Whether any of the addresses lies outside the cluster.
    pub(super) fn reach_out(&self, addresses: &AddressSet) -> bool {
        !self.known.covers(&addresses.without(&NOWHERE).without(&self.network.inside))
    }
}

/// The ways without these addresses on these ports.
pub(super) fn without(ways: AddressWays, addresses: &AddressSet, ports: &PortSet) -> AddressWays {
    let mut rest = AddressWays::new();
    let mut keep = |ports: PortSet, addresses: AddressSet| {
        if !ports.is_empty() && !addresses.is_empty() {
            let known = rest.entry(ports).or_default();
            *known = known.union(&addresses);
        }
    };
    for (of, reached) in ways {
        keep(of.without(ports), reached.intersection(addresses));
        keep(of, reached.without(addresses));
    }
    rest
}

/// Adds the ways by which anything outside comes through the direction of a class. Returns whether any does.
pub(super) fn ask(question: &Question<'_>, class: &Class, ways: &mut Ways) -> bool {
    let direction = question.direction;
    let inside = question.snapshot.inside();
    let bounds = Bounds { network: question.network, known: &inside };
    let mut comes = false;
    for (place, through) in by_place(&bounds, class, direction) {
        for (ports, addresses) in through {
            let whom = match bounds.words(&addresses, RANGES_MAX) {
                None => "everyone outside the cluster".to_owned(),
                Some(ranges) => format!("addresses outside the cluster in {}", ranges.join(", ")),
            };
            ways.add(place.clone(), whom, ports.to_string());
            comes = true;
        }
    }
    comes
}

/// What comes from or goes to the outside through the direction of a class, by the places where it is let through; none
/// of them without anything that comes.
pub(super) fn by_place(
    bounds: &Bounds<'_>,
    class: &Class,
    direction: Direction,
) -> Vec<(Place, AddressWays)> {
    let side = class.side(direction);
    // Where it should be isolated, that it is not is told alone.
    let is_told = side.is_open() && !bounds.network.default_deny.contains(&direction);
    let everything = || AddressWays::from([(PortSet::all(), AddressSet::all())]);
    let open = is_told.then(|| (Place::NotIsolated, everything()));
    let rules = side
        .rules(direction)
        .map(|through| (Place::of(&through, direction), ways_of(class, direction, through.rule)));
    let beyond =
        open.into_iter().chain(rules).map(|(place, ways)| (place, bounds.beyond(class, direction, ways)));
    beyond.filter(|(_, ways)| !ways.is_empty()).collect()
}

/// The flows with addresses that a rule lets through.
fn ways_of(class: &Class, direction: Direction, rule: &Rule) -> AddressWays {
    let ports = match direction {
        Direction::Ingress => rule.ports.at(&class.ports),
        // Nothing outside has ports with names.
        Direction::Egress => rule.ports.numbers.clone(),
    };
    let addresses = match &rule.peers {
        Peers::Everyone => AddressSet::all(),
        Peers::Listed(peers) => AddressSet::of_all(peers.iter().filter_map(|peer| match peer {
            Peer::Block(block) => Some(&block.addresses),
            Peer::Own(_) | Peer::Pods(_) => None,
        })),
    };
    let is_any = !ports.is_empty() && !addresses.is_empty();
    is_any.then_some((ports, addresses)).into_iter().collect()
}
