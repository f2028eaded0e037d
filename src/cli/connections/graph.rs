//! Who can connect to whom. Each pair of pods that policies cannot tell apart is evaluated once, however many there are.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::RwLockReadGuard;

use super::By;
use super::peer::{Filter, Peer};
use crate::model::{Kind, ObjectKey};
use crate::network::{
    AddressPorts, AddressSet, Block, Class, ClassId, Direction, Endpoint, Map, Peers, PortSet,
};
use crate::snapshot::{Participant, Snapshot};

/// Everyone who can be an end of a connection, with what policies make of them.
pub(super) struct Graph<'a> {
    pub(super) map: RwLockReadGuard<'a, Map>,
    pub(super) by: By,
    /// In order.
    ends: Vec<End>,
    groups: Vec<Group>,
    of_class: HashMap<ClassId, Vec<usize>>,
    /// The pods and workloads in the network of the host. What policies do to them is not defined.
    pub(super) host_network: Vec<Peer>,
    /// The addresses of the families that the cluster speaks of.
    spoken: AddressSet,
}

struct End {
    peer: Arc<Peer>,
    /// Those that its endpoints are in.
    groups: Vec<usize>,
    /// It is one pod, which has nobody of its own to connect to.
    is_lone: bool,
    /// It is known what is let through in its namespace.
    is_known: bool,
}

/// Endpoints of one class that the same blocks of addresses hold.
struct Group {
    class: Class,
    /// The ends with endpoints in it, in order.
    ends: Vec<usize>,
    /// The groups that it can connect to; none until that is asked for.
    open_to: OnceCell<Vec<(usize, Arc<PortSet>)>>,
}

/// One end of a connection.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Peer(Arc<Peer>),
    External(AddressSet),
}

/// From one end to the other, ports are open.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) from: Node,
    pub(super) to: Node,
    pub(super) ports: Arc<PortSet>,
}

impl<'a> Graph<'a> {
    /// What the snapshot says.
    pub(super) fn of(snapshot: &'a Snapshot, by: By) -> Self {
        let participants = snapshot.participants();
        let hidden: HashSet<Arc<str>> = hidden_namespaces(snapshot).into_iter().map(|(it, _)| it).collect();
        let map = snapshot.network();
        let spoken = spoken(&map, &participants);
        let mut graph = Self {
            map,
            by,
            ends: Vec::new(),
            groups: Vec::new(),
            of_class: HashMap::new(),
            host_network: Vec::new(),
            spoken,
        };
        graph.enter(&participants, &hidden);
        graph
    }

    fn enter(&mut self, participants: &[Participant], hidden: &HashSet<Arc<str>>) {
        let blocks: Vec<Block> = self.map.blocks().cloned().collect();
        let with_pods: HashSet<&ObjectKey> =
            participants.iter().filter(|it| it.pod.is_some()).map(|it| &it.workload).collect();
        let mut host_network = BTreeSet::new();
        let mut ends: BTreeMap<Peer, (BTreeSet<usize>, bool)> = BTreeMap::new();
        let mut known: HashMap<(ClassId, Vec<usize>), usize> = HashMap::new();
        for participant in participants {
            let Participant { workload, pod, endpoint } = participant;
            let key = match (self.by, pod) {
                (By::Pod, Some(pod)) => pod,
                (By::Pod, None) if with_pods.contains(workload) => continue,
                (By::Pod, None) | (By::Workload, _) => workload,
            };
            let Some(endpoint) = endpoint else {
                host_network.insert(Peer::of(key));
                continue;
            };
            let Some(class) = self.map.class_of_endpoint(endpoint) else { continue };
            let held_by = (class, holding(&blocks, endpoint));
            let group = *known.entry(held_by).or_insert_with(|| self.add_group(class, endpoint));
            let (groups, is_lone) = ends.entry(Peer::of(key)).or_default();
            groups.insert(group);
            *is_lone |= pod.as_ref() == Some(key);
        }
        for (at, (peer, (groups, is_lone))) in ends.into_iter().enumerate() {
            for group in &groups {
                self.groups[*group].ends.push(at);
            }
            let is_known = !hidden.contains(peer.namespace.as_str());
            let groups = groups.into_iter().collect();
            self.ends.push(End { peer: Arc::new(peer), groups, is_lone, is_known });
        }
        self.host_network = host_network.into_iter().collect();
    }

    fn add_group(&mut self, class: ClassId, endpoint: &Endpoint) -> usize {
        let at = self.groups.len();
        let addresses = endpoint.addresses.iter().copied();
        let held = self.map.class(class).at(addresses);
        self.groups.push(Group { class: held, ends: Vec::new(), open_to: OnceCell::new() });
        self.of_class.entry(class).or_default().push(at);
        at
    }

    /// Everyone who has pods or stands for them.
    pub(super) fn peers(&self) -> impl Iterator<Item = &Peer> + Clone {
        self.ends.iter().map(|end| &*end.peer).chain(&self.host_network)
    }

    /// Whether the cluster speaks of addresses of IPv6.
    pub(super) fn speaks_v6(&self) -> bool {
        self.spoken.has_v6()
    }

    /// The connections that are asked for and known, in order; those from outside stand last.
    pub(super) fn connections<'s>(&'s self, filter: &'s Filter) -> impl Iterator<Item = Connection> + 's {
        let known = || self.ends.iter().enumerate().filter(|(_, end)| end.is_known);
        let from = known().filter(|(_, end)| filter.is_from(&end.peer));
        let from = from.flat_map(move |(at, _)| {
            let outside = filter.is_to_external().then(|| self.leaving(at));
            self.pairs(at, filter).chain(outside.into_iter().flatten())
        });
        let to = known().filter(move |(_, end)| filter.is_from_external() && filter.is_to(&end.peer));
        from.chain(to.flat_map(move |(at, _)| self.arriving(at)))
    }

    /// The workloads whose pods can connect to others of their own, and on which ports.
    pub(super) fn within<'s>(
        &'s self,
        filter: &'s Filter,
    ) -> impl Iterator<Item = (Arc<Peer>, Arc<PortSet>)> + 's {
        let asked = self
            .ends
            .iter()
            .enumerate()
            .filter(|(_, end)| end.is_known && !end.is_lone)
            .filter(move |(_, end)| filter.is_from(&end.peer) && filter.is_to(&end.peer));
        asked.filter_map(move |(at, end)| {
            let (_, ports) = self.row(at).into_iter().find(|(to, _)| *to == at)?;
            Some((Arc::clone(&end.peer), ports))
        })
    }

    /// With which addresses the end exchanges traffic in this direction, and on which ports, of both families.
    pub(super) fn outside(&self, at: usize, direction: Direction) -> AddressPorts {
        let mut all = AddressPorts::default();
        for group in &self.ends[at].groups {
            for (ports, addresses) in self.map.outside(&self.groups[*group].class, direction) {
                all.add(addresses, &ports);
            }
        }
        all
    }

    /// Every end, with its place.
    pub(super) fn ends(&self) -> impl Iterator<Item = (usize, &Arc<Peer>)> {
        self.ends.iter().map(|end| &end.peer).enumerate()
    }

    /// Every end of which it is known what is let through, with its place.
    pub(super) fn known_ends(&self) -> impl Iterator<Item = (usize, &Arc<Peer>)> {
        let known = self.ends.iter().enumerate().filter(|(_, end)| end.is_known);
        known.map(|(at, end)| (at, &end.peer))
    }

    /// The classes of an end's endpoints.
    pub(super) fn classes(&self, at: usize) -> impl Iterator<Item = &Class> {
        self.ends[at].groups.iter().map(|group| &self.groups[*group].class)
    }

    fn pairs<'s>(&'s self, at: usize, filter: &'s Filter) -> impl Iterator<Item = Connection> + 's {
        let from = &self.ends[at].peer;
        let to = self.row(at).into_iter().filter(move |(to, _)| *to != at && self.ends[*to].is_known);
        let to = to.map(move |(to, ports)| (&self.ends[to].peer, ports));
        let asked = to.filter(move |(peer, _)| filter.is_to(peer));
        asked.map(move |(to, ports)| Connection {
            from: Node::Peer(Arc::clone(from)),
            to: Node::Peer(Arc::clone(to)),
            ports,
        })
    }

    fn leaving(&self, at: usize) -> impl Iterator<Item = Connection> {
        let from = Arc::clone(&self.ends[at].peer);
        self.spoken_outside(at, Direction::Egress).map(move |(ports, addresses)| Connection {
            from: Node::Peer(Arc::clone(&from)),
            to: Node::External(addresses),
            ports: Arc::new(ports),
        })
    }

    fn arriving(&self, at: usize) -> impl Iterator<Item = Connection> {
        let to = Arc::clone(&self.ends[at].peer);
        self.spoken_outside(at, Direction::Ingress).map(move |(ports, addresses)| Connection {
            from: Node::External(addresses),
            to: Node::Peer(Arc::clone(&to)),
            ports: Arc::new(ports),
        })
    }

    fn spoken_outside(&self, at: usize, direction: Direction) -> impl Iterator<Item = (PortSet, AddressSet)> {
        let all = self.outside(at, direction).by_ports().into_iter();
        let spoken = all.map(|(ports, addresses)| (ports, addresses.intersection(&self.spoken)));
        spoken.filter(|(_, addresses)| !addresses.is_empty())
    }

    /// The ends that this one can connect to, in order, itself among them where its pods can connect to each other.
    fn row(&self, at: usize) -> Vec<(usize, Arc<PortSet>)> {
        let mut row: Vec<(usize, Arc<PortSet>)> = Vec::new();
        for group in &self.ends[at].groups {
            for (to, ports) in self.open_to(*group) {
                row.extend(self.groups[*to].ends.iter().map(|end| (*end, Arc::clone(ports))));
            }
        }
        row.sort_by_key(|(end, _)| *end);
        row.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same && next.1 != kept.1 {
                kept.1 = Arc::new(kept.1.union(&next.1));
            }
            is_same
        });
        row
    }

    fn open_to(&self, group: usize) -> &[(usize, Arc<PortSet>)] {
        let group = &self.groups[group];
        group.open_to.get_or_init(|| {
            let classes = self.candidates(&group.class);
            let groups = classes.iter().filter_map(|id| self.of_class.get(id)).flatten();
            let ports = groups.map(|to| (*to, self.map.flow(&group.class, &self.groups[*to].class)));
            ports.filter(|(_, ports)| !ports.is_empty()).map(|(to, ports)| (to, Arc::new(ports))).collect()
        })
    }

    /// The classes among which is every one that this one can connect to.
    fn candidates(&self, from: &Class) -> BTreeSet<ClassId> {
        let side = from.side(Direction::Egress);
        if side.is_wide(Direction::Egress) {
            let wide = self.map.wide(Direction::Ingress);
            return wide.chain(self.map.selecting(from, Direction::Ingress)).collect();
        }
        let listed = side.rules(Direction::Egress).filter_map(|it| match &it.rule.peers {
            Peers::Listed(peers) => Some(peers),
            Peers::Everyone => None,
        });
        listed.flatten().flat_map(|peer| self.map.selected(from, peer)).collect()
    }
}

/// The namespaces in which it is not known what is let through, with the kind of the policies by which it is not.
pub(super) fn hidden_namespaces(snapshot: &Snapshot) -> Vec<(Arc<str>, Kind)> {
    let namespaces: Vec<Arc<str>> = snapshot.network().namespaces().cloned().collect();
    let hidden = namespaces.into_iter().map(|namespace| {
        let kind = snapshot.hidden_by(&namespace)?;
        Some((namespace, kind))
    });
    hidden.flatten().collect()
}

/// The places of the blocks that hold any of the endpoint's addresses.
fn holding(blocks: &[Block], endpoint: &Endpoint) -> Vec<usize> {
    let holds = |(_, block): &(usize, &Block)| {
        endpoint.addresses.iter().any(|address| block.addresses.contains(*address))
    };
    blocks.iter().enumerate().filter(holds).map(|(at, _)| at).collect()
}

/// The addresses of IPv4, and those of IPv6 where a policy or a pod has any of these.
fn spoken(map: &Map, participants: &[Participant]) -> AddressSet {
    let of_pods = participants.iter().filter_map(|it| it.endpoint.as_ref()).flat_map(|it| &it.addresses);
    let is_spoken =
        map.blocks().any(|block| block.addresses.has_v6()) || of_pods.into_iter().any(IpAddr::is_ipv6);
    if is_spoken { AddressSet::all() } else { AddressSet::all_v4() }
}

#[cfg(test)]
mod tests;
