//! Clusters and changes by chance, in a universe so small that they often meet.

use std::collections::BTreeMap;
use std::net::IpAddr;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::brute_force::{Cluster, Net, Pod, Written};
use crate::network::{DeclaredFlow, End, Interest, NamedPort, Pods, Protocol, Selector};
use crate::wire::{
    EgressRule, IngressRule, IntOrString, IpBlock, LabelSelector, LabelSelectorRequirement,
    NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};

/// How many clusters are tried, and how many sequences of changes.
pub(super) const CLUSTERS: u32 = 3_000;
pub(super) const SEQUENCES: u32 = 400;

pub(super) const NAMESPACES: [&str; 3] = ["shop", "payments", "dns"];

/// Every number of a port that is ever written.
pub(super) const NUMBERS: [u16; 6] = [1, 80, 81, 443, 8080, 65535];

/// Every range of addresses that is ever written.
pub(super) const CIDRS: [&str; 11] = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.0/24",
    "10.1.2.3/32",
    "192.168.0.0/16",
    "255.255.255.255/32",
    "::/0",
    "fd00::/8",
    "fd00:1::/32",
    "fd00:1::5/128",
];

/// What the labels of pods and of namespaces are made of. No pod has the last key.
const KEYS: [&str; 4] = ["app", "tier", "rank", "none"];
const VALUES: [&str; 3] = ["", "a", "b"];

/// Something that happens in a cluster: what is there now, none where it is gone.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Namespace(&'static str, Option<Written>),
    Policy(&'static str, &'static str, Option<NetworkPolicySpec>),
    Pod(&'static str, Option<Pod>),
}

pub(super) fn cluster() -> impl Strategy<Value = Cluster> {
    let namespaces = btree_map(select(&NAMESPACES[..]), labels(), 0..4);
    let policies = btree_map(policy_name(), policy(), 0..6);
    let pods = btree_map(pod_name(), pod(), 1..7);
    (namespaces, policies, pods).prop_map(|(namespaces, policies, pods)| Cluster {
        namespaces,
        policies,
        pods,
    })
}

pub(super) fn changes() -> impl Strategy<Value = Vec<Change>> {
    vec(change(), 1..25)
}

fn change() -> impl Strategy<Value = Change> {
    let namespace = (select(&NAMESPACES[..]), option::weighted(0.8, labels()));
    let policy = (policy_name(), option::weighted(0.8, policy()));
    prop_oneof![
        1 => namespace.prop_map(|(name, labels)| Change::Namespace(name, labels)),
        3 => policy.prop_map(|((space, name), policy)| Change::Policy(space, name, policy)),
        3 => (pod_name(), option::weighted(0.85, pod())).prop_map(|(name, pod)| Change::Pod(name, pod)),
    ]
}

/// What verdicts are drawn from the map.
pub(super) fn interest() -> impl Strategy<Value = Interest> {
    let declared = vec(declared_flow(), 0..3);
    let keys = subsequence(&KEYS[..], 0..2);
    (any::<bool>(), any::<[bool; 2]>(), declared, keys).prop_map(|(within, open, declared, keys)| Interest {
        across: true,
        within,
        open,
        declared,
        keys: keys.into_iter().map(Into::into).collect(),
    })
}

fn declared_flow() -> impl Strategy<Value = DeclaredFlow> {
    let end = prop_oneof![Just(End::From), Just(End::To)];
    (pods(), pods(), end).prop_map(|(from, to, judged)| DeclaredFlow { from, to, judged })
}

fn pods() -> impl Strategy<Value = Pods> {
    (option::of(select(&NAMESPACES[..])), labels()).prop_map(|(namespace, labels)| {
        let labels: Vec<_> = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        Pods { namespace: namespace.map(Into::into), labels: Selector::of_labels(&labels) }
    })
}

fn policy_name() -> impl Strategy<Value = (&'static str, &'static str)> {
    (select(&NAMESPACES[..]), select(&["one", "two", "three"][..]))
}

fn pod_name() -> impl Strategy<Value = &'static str> {
    select(&["p", "q", "r", "s", "t", "u"][..])
}

fn pod() -> impl Strategy<Value = Pod> {
    let addresses =
        ["10.1.2.3", "10.1.3.4", "10.200.0.1", "192.168.0.9", "fd00:1::5", "fd00:2::6", "2001:db8::1"];
    let addresses = subsequence(addresses.to_vec(), 0..3);
    let addresses =
        addresses.prop_map(|all| all.iter().map(|it| it.parse().unwrap()).collect::<Vec<IpAddr>>());
    let ports = vec(named_port(), 0..3);
    let owner = select(&["web", "api", "db"][..]);
    (select(&NAMESPACES[..]), owner, labels(), ports, addresses).prop_map(
        |(namespace, owner, labels, ports, addresses)| Pod { namespace, owner, labels, ports, addresses },
    )
}

fn named_port() -> impl Strategy<Value = NamedPort> {
    (port_name(), protocol(), select(&NUMBERS[..])).prop_map(|(name, protocol, port)| NamedPort {
        name: name.into(),
        protocol,
        port,
    })
}

/// No pod has the last of them.
fn port_name() -> impl Strategy<Value = &'static str> {
    select(&["http", "dns"][..])
}

fn protocol() -> impl Strategy<Value = Protocol> {
    select(&Protocol::ALL[..])
}

fn labels() -> impl Strategy<Value = Written> {
    let keys = subsequence(&KEYS[..3], 0..4);
    (keys, vec(select(&VALUES[..]), 4)).prop_map(|(keys, values)| keys.into_iter().zip(values).collect())
}

fn policy() -> impl Strategy<Value = NetworkPolicySpec> {
    let rule = || (vec(peer(), 0..3), vec(port(), 0..3));
    let types = subsequence(vec!["Ingress".to_owned(), "Egress".to_owned()], 0..3);
    (option::of(selector()), vec(rule(), 0..3), vec(rule(), 0..3), types).prop_map(
        |(pod_selector, ingress, egress, policy_types)| NetworkPolicySpec {
            pod_selector,
            ingress: ingress.into_iter().map(|(from, ports)| IngressRule { ports, from }).collect(),
            egress: egress.into_iter().map(|(to, ports)| EgressRule { ports, to }).collect(),
            policy_types,
        },
    )
}

fn selector() -> impl Strategy<Value = LabelSelector> {
    let match_labels = btree_map(label_key(), select(&VALUES[..]).prop_map(str::to_owned), 0..2);
    (match_labels, vec(requirement(), 0..2))
        .prop_map(|(match_labels, match_expressions)| LabelSelector { match_labels, match_expressions })
}

fn label_key() -> impl Strategy<Value = String> {
    select(&KEYS[..]).prop_map(str::to_owned)
}

fn requirement() -> impl Strategy<Value = LabelSelectorRequirement> {
    let values = || subsequence(VALUES.map(str::to_owned).to_vec(), 1..3);
    let listed = (select(&["In", "NotIn"][..]), values());
    let bare = select(&["Exists", "DoesNotExist"][..]).prop_map(|operator| (operator, Vec::new()));
    (label_key(), prop_oneof![listed, bare]).prop_map(|(key, (operator, values))| LabelSelectorRequirement {
        key,
        operator: operator.to_owned(),
        values,
    })
}

/// What selects namespaces: by labels of their own, or by their name.
fn namespace_selector() -> impl Strategy<Value = LabelSelector> {
    let by_name = select(&NAMESPACES[..]).prop_map(|name| LabelSelector {
        match_labels: BTreeMap::from([("kubernetes.io/metadata.name".to_owned(), name.to_owned())]),
        match_expressions: Vec::new(),
    });
    prop_oneof![2 => selector(), 1 => by_name]
}

fn peer() -> impl Strategy<Value = NetworkPolicyPeer> {
    let pods = (option::of(selector()), option::of(namespace_selector()));
    let pods = pods.prop_filter_map("a peer is something", |(pod_selector, namespace_selector)| {
        let is_peer = pod_selector.is_some() || namespace_selector.is_some();
        is_peer.then_some(NetworkPolicyPeer { pod_selector, namespace_selector, ip_block: None })
    });
    let block =
        block().prop_map(|it| NetworkPolicyPeer { ip_block: Some(it), ..NetworkPolicyPeer::default() });
    prop_oneof![2 => pods, 1 => block]
}

fn block() -> impl Strategy<Value = IpBlock> {
    (select(&CIDRS[..]), subsequence(&CIDRS[..], 0..4)).prop_map(|(cidr, except)| {
        let within = except.into_iter().filter(|it| Net::read(it).is_within(&Net::read(cidr)));
        IpBlock { cidr: cidr.to_owned(), except: within.map(str::to_owned).collect() }
    })
}

fn port() -> impl Strategy<Value = NetworkPolicyPort> {
    let number = |int: u16| IntOrString { kind: 0, int: int.into(), string: String::new() };
    let range = (select(&NUMBERS[..]), option::of(select(&NUMBERS[..])));
    let range = range.prop_map(move |(port, end)| {
        let end = end.filter(|it| *it >= port);
        (Some(number(port)), end.map(i32::from))
    });
    let name = select(&["http", "dns", "missing"][..]);
    let name = name.prop_map(|it| (Some(IntOrString { kind: 1, int: 0, string: it.to_owned() }), None));
    let protocol = option::of(protocol().prop_map(|it| it.as_str().to_owned()));
    (protocol, prop_oneof![3 => range, 2 => name, 1 => Just((None, None))])
        .prop_map(|(protocol, (port, end_port))| NetworkPolicyPort { protocol, port, end_port })
}
