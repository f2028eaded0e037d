//! What a verdict on an owner of pods, a policy or a namespace can hang on, by the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::brute_force::{Cluster, Pod};
use super::points::Points;
use super::{Told, labels_of, owner, policy_key};
use crate::model::ObjectKey;
use crate::network::{DeclaredFlow, Direction, End, Interest, Pods};

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// On owners of pods, one for each kind of them.
    Pods(BTreeSet<OfPod>),
    /// On a policy: what it selects.
    Policy(Vec<bool>),
    /// On a namespace: what becomes of a pod that it does not have yet.
    Namespace { isolates_any: [bool; 2], has_pods: bool },
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OfPod {
    isolated: [bool; 2],
    outside: [Vec<Points>; 2],
    /// By direction, flows with whom a rule of the pod's own names.
    named: [BTreeMap<ObjectKey, Points>; 2],
    /// By direction, the ports of all flows together.
    all: [Points; 2],
    /// Flows that are looked for, with whom they are.
    declared: Vec<BTreeMap<ObjectKey, Points>>,
}

/// Every verdict there is.
pub(super) fn all(told: &Told) -> BTreeMap<ObjectKey, Verdict> {
    let (cluster, interest) = (&told.cluster, &told.map.interest);
    let pods = cluster.pods.values().map(|it| cluster.with_addresses_of_class(it, interest));
    let pods: Vec<Pod> = pods.collect();
    let mut verdicts = BTreeMap::new();
    for pod in &pods {
        let of_owner = verdicts.entry(owner(pod)).or_insert_with(|| Verdict::Pods(BTreeSet::new()));
        let Verdict::Pods(of_owner) = of_owner else { panic!("an owner is no policy") };
        of_owner.insert(of_pod(cluster, &pods, pod, interest));
    }
    for ((namespace, name), spec) in &cluster.policies {
        let selected = Verdict::Policy(cluster.selected(namespace, spec));
        verdicts.insert(policy_key(namespace, name), selected);
    }
    for namespace in cluster.namespaces.keys() {
        let isolates_any = Direction::ALL.map(|it| cluster.isolates_any(namespace, it));
        let has_pods = pods.iter().any(|it| it.namespace == *namespace);
        let verdict = Verdict::Namespace { isolates_any, has_pods };
        verdicts.insert(ObjectKey::of_namespace((*namespace).into()), verdict);
    }
    verdicts
}

fn of_pod(cluster: &Cluster, pods: &[Pod], pod: &Pod, interest: &Interest) -> OfPod {
    let declared = interest.declared.iter().map(|it| declared(cluster, pods, pod, it));
    let mut verdict = OfPod {
        isolated: Direction::ALL.map(|it| cluster.isolates(pod, it)),
        outside: Direction::ALL.map(|it| cluster.outside(pod, it)),
        named: Default::default(),
        all: Default::default(),
        declared: declared.collect(),
    };
    for direction in Direction::ALL {
        let at = direction as usize;
        if !verdict.isolated[at] && !interest.open[at] {
            continue;
        }
        for peer in pods.iter().filter(|it| interest.within || it.namespace != pod.namespace) {
            let flow = match direction {
                Direction::Ingress => cluster.flow(peer, pod),
                Direction::Egress => cluster.flow(pod, peer),
            };
            verdict.all[at] = verdict.all[at].or(flow);
            if cluster.names(pod, direction, peer) && !flow.is_empty() {
                let named = verdict.named[at].entry(owner(peer)).or_default();
                *named = named.or(flow);
            }
        }
    }
    verdict
}

/// The flows that are looked for, where the pod is the end that is judged.
fn declared(cluster: &Cluster, pods: &[Pod], pod: &Pod, flow: &DeclaredFlow) -> BTreeMap<ObjectKey, Points> {
    let (judged, other) = match flow.judged {
        End::From => (&flow.from, &flow.to),
        End::To => (&flow.to, &flow.from),
    };
    let mut found: BTreeMap<ObjectKey, Points> = BTreeMap::new();
    if is_among(judged, pod) {
        for peer in pods.iter().filter(|it| is_among(other, it)) {
            let ports = match flow.judged {
                End::From => cluster.flow(pod, peer),
                End::To => cluster.flow(peer, pod),
            };
            let known = found.entry(owner(peer)).or_default();
            *known = known.or(ports);
        }
    }
    found
}

fn is_among(pods: &Pods, pod: &Pod) -> bool {
    pods.namespace.as_ref().is_none_or(|it| **it == *pod.namespace)
        && pods.labels.matches(&labels_of(&pod.labels))
}
