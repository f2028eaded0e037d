//! The cluster's DNS: on which ports it answers, and whether pods that are not in sight would be reached there.

use super::METADATA_NAME;
use crate::model::Labels;
use crate::network::{Class, Direction, Peer, Peers, Pods, PortSet, Protocol, Selector};

/// The port of the DNS.
const PORT: u16 = 53;

/// What ports of the DNS are called at the pods that answer it, where they listen on others.
const NAMES: [(Protocol, &str); 2] = [(Protocol::Udp, "dns"), (Protocol::Tcp, "dns-tcp")];

/// The ports on which these pods may answer.
pub(super) fn all_ports(pods: &Class) -> PortSet {
    ports(pods).iter().chain(&standard_ports()).fold(PortSet::default(), |all, it| all.union(it))
}

/// By protocol, the ports on which these pods answer: those that are called so, or else that of the DNS.
pub(super) fn ports(pods: &Class) -> [PortSet; 2] {
    NAMES.map(|(protocol, name)| {
        let named = pods.ports.iter().filter(|it| it.protocol == protocol && *it.name == *name);
        let ports = named.map(|it| PortSet::range(protocol, it.port, it.port));
        ports.reduce(|all, it| all.union(&it)).unwrap_or_else(|| PortSet::range(protocol, PORT, PORT))
    })
}

/// The protocols of these ports as the end of a sentence: `UDP and TCP`.
pub(super) fn protocols(ports: &PortSet) -> String {
    let is_of = |it: &(Protocol, &str)| !ports.intersection(&PortSet::all_of(it.0)).is_empty();
    let protocols = NAMES.into_iter().filter(is_of).map(|(protocol, _)| protocol.as_str());
    protocols.collect::<Vec<_>>().join(" and ")
}

/// The ports of the DNS that the class does not let through to pods that are declared to answer it and are not in sight,
/// whatever else they are. None where nothing says in which namespace they are.
///
/// What is not known of them is believed: other labels than those that are declared, those of their namespace but for its
/// name, their addresses.
pub(super) fn closed_to_unseen(class: &Class, pods: &Pods) -> PortSet {
    let Some(namespace) = &pods.namespace else { return PortSet::default() };
    let own: Labels = pods.labels.pairs().map(|(key, value)| (key.clone(), value.clone())).collect();
    let of_namespace: Labels = vec![(METADATA_NAME.into(), namespace.clone())];
    let selects = |peer: &Peer| match peer {
        Peer::Own(pods) => class.namespace == *namespace && may_match(pods, &own),
        Peer::Pods(selection) => {
            may_match(&selection.namespaces, &of_namespace) && may_match(&selection.pods, &own)
        }
        Peer::Block(_) => true,
    };
    let rules = class.side(Direction::Egress).rules(Direction::Egress).map(|it| it.rule);
    let about = rules.filter(|rule| match &rule.peers {
        Peers::Everyone => true,
        Peers::Listed(peers) => peers.iter().any(selects),
    });
    about.fold(standard_ports()[0].union(&standard_ports()[1]), |closed, rule| {
        let named = rule.ports.names.iter();
        let called =
            named.filter(|(protocol, name)| NAMES.iter().any(|it| it.0 == *protocol && *it.1 == **name));
        let called = called.map(|(protocol, _)| PortSet::all_of(*protocol));
        called.fold(closed.without(&rule.ports.numbers), |closed, ports| closed.without(&ports))
    })
}

fn standard_ports() -> [PortSet; 2] {
    NAMES.map(|(protocol, _)| PortSet::range(protocol, PORT, PORT))
}

/// Whether the selector selects what has these labels, or asks for any that are not among them.
fn may_match(selector: &Selector, labels: &Labels) -> bool {
    let is_known = |key: &str| labels.iter().any(|it| *it.0 == *key);
    selector.matches(labels) || selector.keys().any(|key| !is_known(key))
}
