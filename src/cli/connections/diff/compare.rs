//! Flows as sets of single addresses and ports, and how two of them differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cli::connections::graph::{Connection, Graph, Node};
use crate::cli::connections::peer::{Filter, Peer};
use crate::network::{AddressPorts, AddressSet, Direction, PortSet};

/// Everything that is open.
#[derive(Default)]
pub(in crate::cli::connections) struct Flows {
    pub(in crate::cli::connections) pairs: BTreeMap<(Arc<Peer>, Arc<Peer>), Arc<PortSet>>,
    pub(in crate::cli::connections) outside: BTreeMap<(Arc<Peer>, Direction), AddressPorts>,
    pub(in crate::cli::connections) within: BTreeMap<Arc<Peer>, Arc<PortSet>>,
    /// Whether addresses of IPv6 are known of.
    pub(in crate::cli::connections) knows_v6: bool,
    /// Whether the cluster speaks of such addresses.
    pub(in crate::cli::connections) speaks_v6: bool,
}

impl Flows {
    /// Everything that is open there.
    pub(super) fn of(graph: &Graph<'_>) -> Self {
        let all = Filter::default();
        let mut flows = Self { knows_v6: true, speaks_v6: graph.speaks_v6(), ..Self::default() };
        for connection in graph.connections(&all) {
            if let (Node::Peer(from), Node::Peer(to)) = (connection.from, connection.to) {
                flows.add_pair(from, to, &connection.ports);
            }
        }
        for (at, peer) in graph.known_ends() {
            for direction in Direction::ALL {
                flows.outside.insert((Arc::clone(peer), direction), graph.outside(at, direction));
            }
        }
        flows.within = graph.within(&all).collect();
        flows
    }

    /// Leaves out whatever has an end in one of the namespaces.
    pub(super) fn leave_out(&mut self, namespaces: &BTreeSet<String>) {
        let is_in = |peer: &Peer| namespaces.contains(&peer.namespace);
        self.pairs.retain(|(from, to), _| !is_in(from) && !is_in(to));
        self.outside.retain(|(peer, _), _| !is_in(peer));
        self.within.retain(|peer, _| !is_in(peer));
    }

    pub(in crate::cli::connections) fn add_pair(
        &mut self,
        from: Arc<Peer>,
        to: Arc<Peer>,
        ports: &Arc<PortSet>,
    ) {
        let known = self.pairs.entry((from, to)).or_insert_with(|| Arc::clone(ports));
        if known != ports {
            *known = Arc::new(known.union(ports));
        }
    }
}

/// What differs.
#[derive(Default)]
pub(super) struct Differences {
    pub(super) added: Vec<Connection>,
    pub(super) removed: Vec<Connection>,
    pub(super) changed: Vec<Changed>,
    pub(super) within: Vec<Within>,
}

/// A connection with other ports than before.
pub(super) struct Changed {
    pub(super) from: Node,
    pub(super) to: Node,
    pub(super) before: Arc<PortSet>,
    pub(super) after: Arc<PortSet>,
}

/// A workload whose pods can connect to each other on other ports than before.
pub(super) struct Within {
    pub(super) workload: Arc<Peer>,
    pub(super) before: Arc<PortSet>,
    pub(super) after: Arc<PortSet>,
}

impl Differences {
    pub(super) fn is_empty(&self) -> bool {
        let Self { added, removed, changed, within } = self;
        added.is_empty() && removed.is_empty() && changed.is_empty() && within.is_empty()
    }

    fn enter(&mut self, from: Node, to: Node, before: Arc<PortSet>, after: Arc<PortSet>) {
        match (before.is_empty(), after.is_empty()) {
            (true, _) => self.added.push(Connection { from, to, ports: after }),
            (_, true) => self.removed.push(Connection { from, to, ports: before }),
            (false, false) => self.changed.push(Changed { from, to, before, after }),
        }
    }
}

/// How the flows after differ from those before.
pub(super) fn compare(before: &Flows, after: &Flows) -> Differences {
    let mut differences = Differences::default();
    for ((from, to), [before, after]) in differing(&before.pairs, &after.pairs) {
        let (from, to) = (Node::Peer(Arc::clone(from)), Node::Peer(Arc::clone(to)));
        differences.enter(from, to, before, after);
    }
    let compared = compared(before, after);
    let none = AddressPorts::default();
    let ends: BTreeSet<_> = before.outside.keys().chain(after.outside.keys()).collect();
    for end in ends {
        let [before, after] = [before, after].map(|it| it.outside.get(end).unwrap_or(&none));
        for ((before, after), addresses) in before.differences(after) {
            let addresses = addresses.intersection(&compared);
            if addresses.is_empty() {
                continue;
            }
            let (peer, outside) = (Node::Peer(Arc::clone(&end.0)), Node::External(addresses));
            let (from, to) = match end.1 {
                Direction::Ingress => (outside, peer),
                Direction::Egress => (peer, outside),
            };
            differences.enter(from, to, Arc::new(before), Arc::new(after));
        }
    }
    for (workload, [before, after]) in differing(&before.within, &after.within) {
        differences.within.push(Within { workload: Arc::clone(workload), before, after });
    }
    differences
}

/// What has other ports in the one than in the other, in order.
fn differing<'a, K: Ord>(
    before: &'a BTreeMap<K, Arc<PortSet>>,
    after: &'a BTreeMap<K, Arc<PortSet>>,
) -> impl Iterator<Item = (&'a K, [Arc<PortSet>; 2])> {
    let keys: BTreeSet<&K> = before.keys().chain(after.keys()).collect();
    let ports = move |key: &K| [before, after].map(|it| it.get(key).map(Arc::clone).unwrap_or_default());
    let both = keys.into_iter().map(move |key| (key, ports(key)));
    both.filter(|(_, [before, after])| before != after)
}

/// The addresses that are compared: of IPv6 those that both know of, where either speaks of any.
fn compared(before: &Flows, after: &Flows) -> AddressSet {
    let is_spoken = before.speaks_v6 || after.speaks_v6;
    if is_spoken && before.knows_v6 && after.knows_v6 { AddressSet::all() } else { AddressSet::all_v4() }
}
