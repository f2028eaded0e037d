//! Kubernetes' rules in the plainest way: for one pod and one peer at a time, with nothing gathered or remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::drawn::Change;
use super::points::{ADDRESSES, Point, Points};
use crate::network::{Direction, Interest, NamedPort};
use crate::wire::{
    IpBlock, LabelSelector, LabelSelectorRequirement, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};

pub(super) type Written = BTreeMap<&'static str, &'static str>;

/// What is in a cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Cluster {
    pub(super) namespaces: BTreeMap<&'static str, Written>,
    pub(super) policies: BTreeMap<(&'static str, &'static str), NetworkPolicySpec>,
    pub(super) pods: BTreeMap<&'static str, Pod>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pod {
    pub(super) namespace: &'static str,
    pub(super) owner: &'static str,
    pub(super) labels: Written,
    pub(super) ports: Vec<NamedPort>,
    pub(super) addresses: Vec<IpAddr>,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy)]
enum Party<'a> {
    /// A pod, by its addresses of IPv6 or by those of IPv4.
    Pod {
        pod: &'a Pod,
        v6: bool,
    },
    Address(IpAddr),
}

impl Cluster {
    pub(super) fn apply(&mut self, change: &Change) {
        fn set<K: Ord, V>(all: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
            match value {
                Some(value) => all.insert(key, value),
                None => all.remove(&key),
            };
        }
        match change.clone() {
            Change::Namespace(name, labels) => set(&mut self.namespaces, name, labels),
            Change::Policy(namespace, name, spec) => set(&mut self.policies, (namespace, name), spec),
            Change::Pod(name, pod) => set(&mut self.pods, name, pod),
        }
    }

    /// The changes that make it.
    pub(super) fn changes(&self) -> Vec<Change> {
        let namespaces = self.namespaces.iter().map(|(name, it)| Change::Namespace(name, Some(it.clone())));
        let policies = self.policies.iter();
        let policies = policies.map(|((space, name), it)| Change::Policy(space, name, Some(it.clone())));
        let pods = self.pods.iter().map(|(name, it)| Change::Pod(name, Some(it.clone())));
        // What comes first is not what the indexes would like best.
        pods.chain(policies).chain(namespaces).collect()
    }

    /// The changes that leave nothing of it.
    pub(super) fn undoing(&self) -> Vec<Change> {
        let namespaces = self.namespaces.keys().map(|name| Change::Namespace(name, None));
        let policies = self.policies.keys().map(|(space, name)| Change::Policy(space, name, None));
        namespaces.chain(policies).chain(self.pods.keys().map(|name| Change::Pod(name, None))).collect()
    }

    /// The policies that isolate the pod in the direction.
    fn isolating(&self, pod: &Pod, direction: Direction) -> impl Iterator<Item = &NetworkPolicySpec> {
        let own = self.policies.iter().filter(|((namespace, _), _)| *namespace == pod.namespace);
        own.map(|(_, spec)| spec)
            .filter(move |it| is_about(it, direction) && selects(it.pod_selector.as_ref(), &pod.labels))
    }

    pub(super) fn isolates(&self, pod: &Pod, direction: Direction) -> bool {
        self.isolating(pod, direction).next().is_some()
    }

    /// Whether a policy selects every pod that the namespace could have.
    pub(super) fn isolates_any(&self, namespace: &str, direction: Direction) -> bool {
        let selects_all = |spec: &NetworkPolicySpec| spec.pod_selector.as_ref().is_none_or(is_empty);
        let own = self.policies.iter().filter(|((it, _), _)| *it == namespace);
        own.map(|(_, spec)| spec).any(|it| is_about(it, direction) && selects_all(it))
    }

    /// The ports at which the pod lets traffic with the party through. Names of ports are those of `target`.
    fn lets(&self, pod: &Pod, direction: Direction, party: Party<'_>, target: Option<&Pod>) -> Points {
        if !self.isolates(pod, direction) {
            return Points::at_which(|_| true);
        }
        let rules = self.isolating(pod, direction).flat_map(|it| rules(it, direction));
        rules.fold(Points::default(), |all, (peers, ports)| {
            if peers.is_empty() || peers.iter().any(|it| self.is_peer(pod.namespace, it, party)) {
                all.or(Points::at_which(|point| {
                    ports.is_empty() || ports.iter().any(|it| is_port(it, point, target))
                }))
            } else {
                all
            }
        })
    }

    /// Whether the entry of a rule in a policy of the namespace selects the party.
    fn is_peer(&self, namespace: &str, peer: &NetworkPolicyPeer, party: Party<'_>) -> bool {
        if let Some(block) = &peer.ip_block {
            return match party {
                Party::Address(address) => is_in(block, address),
                Party::Pod { pod, v6 } => {
                    pod.addresses.iter().any(|it| it.is_ipv6() == v6 && is_in(block, *it))
                }
            };
        }
        let Party::Pod { pod, .. } = party else { return false };
        let is_there = match &peer.namespace_selector {
            None => pod.namespace == namespace,
            some => selects(some.as_ref(), &self.labels_of(pod.namespace)),
        };
        is_there && selects(peer.pod_selector.as_ref(), &pod.labels)
    }

    /// Every namespace has the label with its name, whether it is known or not.
    fn labels_of(&self, namespace: &'static str) -> Written {
        let mut labels = self.namespaces.get(namespace).cloned().unwrap_or_default();
        labels.insert("kubernetes.io/metadata.name", namespace);
        labels
    }

    /// The ports at which `to` can be reached from `from`: in one family of addresses at least, both let it through.
    pub(super) fn flow(&self, from: &Pod, to: &Pod) -> Points {
        let by_family = |v6: bool| {
            let leaves = self.lets(from, Direction::Egress, Party::Pod { pod: to, v6 }, Some(to));
            leaves.and(self.lets(to, Direction::Ingress, Party::Pod { pod: from, v6 }, Some(to)))
        };
        by_family(false).or(by_family(true))
    }

    /// By address, the ports at which the pod lets traffic with whatever is outside at this address through.
    pub(super) fn outside(&self, pod: &Pod, direction: Direction) -> Vec<Points> {
        let target = (direction == Direction::Ingress).then_some(pod);
        ADDRESSES.iter().map(|it| self.lets(pod, direction, Party::Address(*it), target)).collect()
    }

    /// Whether a rule of the pod's in this direction names the peer by its labels: it is about some pods, not all.
    pub(super) fn names(&self, pod: &Pod, direction: Direction, peer: &Pod) -> bool {
        self.entries(pod, direction).any(|it| !is_everyone(it) && self.selects_by_labels(pod, it, peer))
    }

    /// Whether a rule of the pod's in this direction selects the peer by its labels.
    pub(super) fn selects(&self, pod: &Pod, direction: Direction, peer: &Pod) -> bool {
        self.entries(pod, direction).any(|it| self.selects_by_labels(pod, it, peer))
    }

    /// Whether the pod lets anyone through in this direction whom no labels select.
    pub(super) fn is_wide(&self, pod: &Pod, direction: Direction) -> bool {
        let mut rules = self.isolating(pod, direction).flat_map(|it| rules(it, direction));
        !self.isolates(pod, direction)
            || rules.any(|(peers, _)| peers.is_empty())
            || self.entries(pod, direction).any(|it| it.ip_block.is_some() || is_everyone(it))
    }

    /// The entries of all rules of the pod's in this direction.
    fn entries(&self, pod: &Pod, direction: Direction) -> impl Iterator<Item = &NetworkPolicyPeer> {
        self.isolating(pod, direction).flat_map(move |it| rules(it, direction)).flat_map(|(peers, _)| peers)
    }

    fn selects_by_labels(&self, pod: &Pod, entry: &NetworkPolicyPeer, peer: &Pod) -> bool {
        entry.ip_block.is_none() && self.is_peer(pod.namespace, entry, Party::Pod { pod: peer, v6: false })
    }

    /// What a policy selects: whether any pod at all, and by each entry of its rules that is about pods.
    pub(super) fn selected(&self, namespace: &str, spec: &NetworkPolicySpec) -> Vec<bool> {
        let mut own = self.pods.values().filter(|it| it.namespace == namespace);
        let mut selected = vec![own.any(|it| selects(spec.pod_selector.as_ref(), &it.labels))];
        for direction in Direction::ALL.into_iter().filter(|it| is_about(spec, *it)) {
            for peer in rules(spec, direction).flat_map(|(peers, _)| peers).filter(|it| it.ip_block.is_none())
            {
                let is_selected = |pod| self.is_peer(namespace, peer, Party::Pod { pod, v6: false });
                selected.push(self.pods.values().any(is_selected));
            }
        }
        selected
    }

    /// The classes of pods: each what policies tell apart.
    pub(super) fn classes(&self, interest: &Interest) -> BTreeSet<(&'static str, Written, Vec<NamedPort>)> {
        self.pods.values().map(|it| self.class(it, interest)).collect()
    }

    fn class(&self, pod: &Pod, interest: &Interest) -> (&'static str, Written, Vec<NamedPort>) {
        let keys = keys(self, pod.namespace, interest);
        let labels = pod.labels.iter().filter(|(key, _)| keys.contains(**key));
        (pod.namespace, labels.map(|(key, value)| (*key, *value)).collect(), pod.ports.clone())
    }

    /// The pod with the addresses of all pods of its class, which is judged as one.
    pub(super) fn with_addresses_of_class(&self, pod: &Pod, interest: &Interest) -> Pod {
        let class = self.class(pod, interest);
        let alike = self.pods.values().filter(|it| self.class(it, interest) == class);
        Pod { addresses: alike.flat_map(|it| &it.addresses).copied().collect(), ..pod.clone() }
    }
}

/// The keys of labels by which policies tell pods of the namespace apart.
pub(super) fn keys(cluster: &Cluster, namespace: &str, interest: &Interest) -> BTreeSet<String> {
    let mut keys: BTreeSet<String> = interest.keys.iter().map(ToString::to_string).collect();
    for flow in &interest.declared {
        for pods in [&flow.from, &flow.to] {
            keys.extend(pods.labels.keys().map(ToString::to_string));
        }
    }
    let mut add = |selector: Option<&LabelSelector>| {
        if let Some(selector) = selector {
            keys.extend(selector.match_labels.keys().cloned());
            keys.extend(selector.match_expressions.iter().map(|it| it.key.clone()));
        }
    };
    for ((of, _), spec) in &cluster.policies {
        if *of == namespace {
            add(spec.pod_selector.as_ref());
        }
        for direction in Direction::ALL.into_iter().filter(|it| is_about(spec, *it)) {
            for peer in rules(spec, direction).flat_map(|(peers, _)| peers) {
                if *of == namespace || peer.namespace_selector.is_some() {
                    add(peer.pod_selector.as_ref());
                }
            }
        }
    }
    keys
}

fn is_empty(selector: &LabelSelector) -> bool {
    selector.match_labels.is_empty() && selector.match_expressions.is_empty()
}

/// Whether it selects every pod of every namespace.
fn is_everyone(entry: &NetworkPolicyPeer) -> bool {
    entry.namespace_selector.as_ref().is_some_and(is_empty)
        && entry.pod_selector.as_ref().is_none_or(is_empty)
}

/// Whether the policy isolates in this direction.
fn is_about(spec: &NetworkPolicySpec, direction: Direction) -> bool {
    match (spec.policy_types.is_empty(), direction) {
        (true, Direction::Ingress) => true,
        (true, Direction::Egress) => !spec.egress.is_empty(),
        (false, Direction::Ingress) => spec.policy_types.iter().any(|it| it == "Ingress"),
        (false, Direction::Egress) => spec.policy_types.iter().any(|it| it == "Egress"),
    }
}

type RuleOf<'a> = (&'a [NetworkPolicyPeer], &'a [NetworkPolicyPort]);

fn rules(spec: &NetworkPolicySpec, direction: Direction) -> impl Iterator<Item = RuleOf<'_>> {
    let ingress = spec.ingress.iter().filter(move |_| direction == Direction::Ingress);
    let egress = spec.egress.iter().filter(move |_| direction == Direction::Egress);
    ingress.map(|it| (&it.from[..], &it.ports[..])).chain(egress.map(|it| (&it.to[..], &it.ports[..])))
}

fn is_port(port: &NetworkPolicyPort, point: Point, target: Option<&Pod>) -> bool {
    if port.protocol.as_deref().unwrap_or("TCP") != point.protocol.as_str() {
        return false;
    }
    let at = i32::from(point.port);
    match &port.port {
        None => true,
        Some(it) if it.kind == 0 => it.int <= at && at <= port.end_port.unwrap_or(it.int),
        Some(it) => {
            let ports = target.into_iter().flat_map(|pod| &pod.ports);
            let mut named = ports.filter(|own| *own.name == *it.string && own.protocol == point.protocol);
            named.any(|own| own.port == point.port)
        }
    }
}

/// Whether the labels are selected; a selector that is absent selects all.
fn selects(selector: Option<&LabelSelector>, labels: &Written) -> bool {
    let holds = |it: &LabelSelectorRequirement| {
        let value = labels.get(&*it.key);
        let is_listed = value.is_some_and(|value| it.values.iter().any(|listed| listed == value));
        match &*it.operator {
            "In" => is_listed,
            "NotIn" => !is_listed,
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            other => panic!("{other} is never drawn"),
        }
    };
    selector.is_none_or(|it| {
        it.match_labels.iter().all(|(key, value)| labels.get(&**key).is_some_and(|it| it == value))
            && it.match_expressions.iter().all(holds)
    })
}

fn is_in(block: &IpBlock, address: IpAddr) -> bool {
    Net::read(&block.cidr).contains(address) && !block.except.iter().any(|it| Net::read(it).contains(address))
}

/// A range of addresses: those whose first bits are these.
#[derive(Debug, Clone, Copy)]
pub(super) struct Net {
    address: IpAddr,
    length: u32,
}

impl Net {
    pub(super) fn read(text: &str) -> Self {
        let (address, length) = text.split_once('/').unwrap();
        Self { address: address.parse().unwrap(), length: length.parse().unwrap() }
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv6() == self.address.is_ipv6() && self.start(address) == self.start(self.address)
    }

    /// Whether all of it is in the other, which is larger.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        other.contains(self.address) && self.length > other.length
    }

    fn start(&self, address: IpAddr) -> u128 {
        bits(address).checked_shr(width(address) - self.length).unwrap_or(0)
    }

    /// Its first and last address, with those beside them.
    pub(super) fn edges(&self) -> Vec<IpAddr> {
        let free = width(self.address) - self.length;
        let first = self.start(self.address).checked_shl(free).unwrap_or(0);
        let last = first | 1u128.checked_shl(free).unwrap_or(0).wrapping_sub(1);
        let edges = [first.checked_sub(1), Some(first), Some(last), last.checked_add(1)];
        edges.into_iter().flatten().filter_map(|it| of_bits(it, self.address)).collect()
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(it) => u128::from(u32::from(it)),
        IpAddr::V6(it) => u128::from(it),
    }
}

/// The address of these bits in the family of the other; none where there are too many.
fn of_bits(bits: u128, family: IpAddr) -> Option<IpAddr> {
    match family {
        IpAddr::V4(_) => Some(Ipv4Addr::from(u32::try_from(bits).ok()?).into()),
        IpAddr::V6(_) => Some(Ipv6Addr::from(bits).into()),
    }
}
