//! The naive way: for each pair of pods, each policy.

use std::sync::Arc;

use plimsoll::model::{Labels, ObjectKey};
use plimsoll::network::{Direction, Endpoint, Peer, Peers, Policy, PortSet};

use crate::shape::Pod;

/// How many pairs of pods of different namespaces have a flow.
pub(crate) fn ways(pods: &[Pod], policies: &[(ObjectKey, Arc<Policy>)]) -> usize {
    let pairs = pods.iter().flat_map(|from| pods.iter().map(move |to| (&from.endpoint, &to.endpoint)));
    let apart = pairs.filter(|(from, to)| from.namespace != to.namespace);
    let is_open = |(from, to): &(&Endpoint, &Endpoint)| {
        let leaves = lets(policies, from, Direction::Egress, to, to);
        !leaves.intersection(&lets(policies, to, Direction::Ingress, from, to)).is_empty()
    };
    apart.filter(is_open).count()
}

/// The ports of `target` at which the pod lets the peer through.
fn lets(
    policies: &[(ObjectKey, Arc<Policy>)],
    pod: &Endpoint,
    direction: Direction,
    peer: &Endpoint,
    target: &Endpoint,
) -> PortSet {
    let own = policies.iter().filter(|(key, _)| key.namespace == pod.namespace).map(|(_, policy)| policy);
    let mut ports = None;
    for policy in own.filter(|it| it.isolates(direction) && it.selector.matches(&pod.labels)) {
        let known = ports.get_or_insert_with(PortSet::default);
        for rule in policy.rules(direction) {
            let is_among = match &rule.peers {
                Peers::Everyone => true,
                Peers::Listed(peers) => peers.iter().any(|it| is_peer(it, &pod.namespace, peer)),
            };
            if is_among {
                *known = known.union(&rule.ports.at(&target.ports));
            }
        }
    }
    ports.unwrap_or_else(PortSet::all)
}

fn is_peer(entry: &Peer, namespace: &Arc<str>, peer: &Endpoint) -> bool {
    match entry {
        Peer::Own(pods) => *namespace == peer.namespace && pods.matches(&peer.labels),
        Peer::Pods(selection) => {
            let labels: Labels = vec![("kubernetes.io/metadata.name".into(), Arc::clone(&peer.namespace))];
            selection.pods.matches(&peer.labels) && selection.namespaces.matches(&labels)
        }
        Peer::Block(block) => peer.addresses.iter().any(|it| block.addresses.contains(*it)),
    }
}
