//! Flows that are wanted and closed, as evidence.

use std::collections::{BTreeMap, BTreeSet};

use super::outside::{AddressWays, without};
use super::peers::Workloads;
use crate::checks::words::{at_most, first_of};
use crate::network::{AddressSet, Class, Direction, Map, Pods, PortSet};
use crate::snapshot::Snapshot;

/// How many closed flows are told.
const CLOSED_MAX: usize = 20;

/// How many ranges of addresses are told for the same ports.
const RANGES_MAX: usize = 20;

/// Which end of a flow closes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closes {
    Leaving,
    Arriving,
    Both,
    /// Each end lets something through, and nothing is let through by both: other ports, or addresses of other families.
    Together,
}

impl Closes {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Leaving => "closed where it leaves",
            Self::Arriving => "closed where it arrives",
            Self::Both => "closed at both ends",
            Self::Together => "let through by each end and not by both",
        }
    }
}

/// The wanted flows of a workload that are closed.
#[derive(Debug, Default)]
pub(super) struct Closed {
    from: BTreeMap<Closes, Workloads>,
    to: BTreeMap<Closes, Workloads>,
    addresses: BTreeSet<String>,
    /// Pods that are not in sight, and the ports on which they are not let through where it leaves.
    unseen: BTreeSet<(String, PortSet)>,
}

impl Closed {
    pub(super) fn is_empty(&self) -> bool {
        self.from.is_empty() && self.to.is_empty() && self.addresses.is_empty() && self.unseen.is_empty()
    }

    /// Adds the flow of a class with the peer, in the direction as the class sees it, if any of these sets of ports is
    /// closed. Those that the same end closes are one. Returns whether any is.
    pub(super) fn add(
        &mut self,
        (snapshot, map): (&Snapshot, &Map),
        (class, direction): (&Class, Direction),
        peer: &Class,
        wanted: &[PortSet],
    ) -> bool {
        let (from, to) = match direction {
            Direction::Ingress => (peer, class),
            Direction::Egress => (class, peer),
        };
        let mut closed: BTreeMap<Closes, PortSet> = BTreeMap::new();
        for (closes, ports) in wanted.iter().filter_map(|ports| between(map, from, to, ports)) {
            let known = closed.entry(closes).or_default();
            *known = known.union(&ports);
        }
        let ends = match direction {
            Direction::Ingress => &mut self.from,
            Direction::Egress => &mut self.to,
        };
        for (closes, ports) in &closed {
            let workloads = ends.entry(*closes).or_default();
            snapshot.workloads_in(map, peer).into_iter().for_each(|it| workloads.add(it, ports));
        }
        !closed.is_empty()
    }

    /// Adds the flows to pods that are not in sight, if any of these ports is closed to them. Returns whether any is.
    pub(super) fn add_unseen(&mut self, pods: &Pods, closed: &PortSet) -> bool {
        if !closed.is_empty() {
            self.unseen.insert((pods.to_string(), closed.clone()));
        }
        !closed.is_empty()
    }

    /// The ports that are closed to pods.
    pub(super) fn ports(&self) -> PortSet {
        let seen = self.from.values().chain(self.to.values()).map(Workloads::ports);
        let unseen = self.unseen.iter().map(|(_, ports)| ports.clone());
        seen.chain(unseen).fold(PortSet::default(), |all, it| all.union(&it))
    }

    /// Adds the flows of a class with addresses, if any of them is closed on any of these ports. Returns whether one is.
    pub(super) fn add_addresses(
        &mut self,
        map: &Map,
        (class, direction): (&Class, Direction),
        addresses: &AddressSet,
        wanted: &PortSet,
    ) -> bool {
        let mut closed = AddressWays::from([(wanted.clone(), addresses.clone())]);
        for (ports, open) in map.outside(class, direction) {
            // Where any port is wanted, one is enough.
            closed = without(closed, &open, if *wanted == PortSet::all() { wanted } else { &ports });
        }
        let (way, end) = match direction {
            Direction::Ingress => ("from", Closes::Arriving),
            Direction::Egress => ("to", Closes::Leaving),
        };
        let told = closed.iter().map(|(ports, addresses)| {
            let ranges = at_most(addresses.words().collect(), RANGES_MAX).join(", ");
            format!("{way} {ranges} ({ports}): {}", end.as_str())
        });
        self.addresses.extend(told);
        !closed.is_empty()
    }

    /// As in `from shop: Deployment/web (TCP/8443): closed where it leaves`.
    pub(super) fn words(&self) -> String {
        let ends = [("from", &self.from), ("to", &self.to)].into_iter();
        let workloads = ends.flat_map(|(way, ends)| ends.iter().map(move |it| (way, it)));
        let told = workloads.flat_map(|(way, (closes, workloads))| {
            workloads.words().into_iter().map(move |it| format!("{way} {it}: {}", closes.as_str()))
        });
        let unseen = self
            .unseen
            .iter()
            .map(|(pods, ports)| format!("to {pods}, not in sight ({ports}): {}", Closes::Leaving.as_str()));
        first_of(told.chain(unseen).chain(self.addresses.iter().cloned()).collect(), CLOSED_MAX)
    }
}

/// The wanted ports on which a flow is closed, and which end closes it; none where it is open on them. Where any port is
/// wanted, it is closed if it is on all of them.
fn between(map: &Map, from: &Class, to: &Class, wanted: &PortSet) -> Option<(Closes, PortSet)> {
    let open = map.flow(from, to);
    let is_any = *wanted == PortSet::all();
    let missing = if is_any && !open.is_empty() { PortSet::default() } else { wanted.without(&open) };
    if missing.is_empty() {
        return None;
    }
    let lets = |class, direction, peer| {
        let through = map.let_through(class, direction, peer);
        if is_any { !through.is_empty() } else { through.covers(&missing) }
    };
    let closes = match (lets(from, Direction::Egress, to), lets(to, Direction::Ingress, from)) {
        (false, true) => Closes::Leaving,
        (true, false) => Closes::Arriving,
        (false, false) => Closes::Both,
        (true, true) => Closes::Together,
    };
    Some((closes, missing))
}
