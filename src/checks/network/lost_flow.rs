//! What is allowed to flow does, and names are resolved.
//!
//! Reads policies, the labels, the named ports and the addresses of pods and templates, and `spec.network`. A flow of
//! `allow` between pods is lost if any of its ports is closed between any of the pods that are there at both ends; where
//! it names no ports, if all of them are. One with addresses is lost if any of them that lies outside the cluster is closed
//! at the pods. It is told at
//! the workload where the flow arrives, if this baseline governs that, else where it leaves. Where isolation for egress
//! or `allow` is declared, a pod that is isolated for egress has to reach the pods of the cluster's DNS, by UDP and by TCP,
//! on port 53 or on their ports `dns` and `dns-tcp`; what answers DNS itself has not. Where neither
//! these pods nor their namespace is in sight, as in a folder of manifests, it is judged whether one that is labelled as
//! declared would be reached; where their namespace is, something else answers, which is not known.
//! <https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/>

use std::collections::BTreeMap;
use std::sync::Arc;

use super::closed::Closed;
use super::dns;
use super::outside::Bounds;
use super::{POLICIES, declared};
use crate::baseline::{Baseline, Flow, Network, Party};
use crate::checks::remembered::Namespaces;
use crate::checks::words::start_of;
use crate::checks::{Check, FLOWS_TO_ADDRESSES, Facts, Governed, Rule};
use crate::model::{CheckInfo, Direction as Way, Finding, ObjectKey, ObjectRef, Severity};
use crate::network::{AddressSet, Class, ClassId, Direction, Map, Pods, PortSet};
use crate::snapshot::{Snapshot, is_undecided};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "network/lost-flow",
        severity: Severity::Medium,
        title: "flows that are allowed and closed",
        why: "What is declared to flow is needed by somebody. Closed by a policy, it is an outage, or will be one with \
              the next connection. A pod that cannot resolve names fails in ways that do not look like the network.",
        mend: "Let the flow through at the end that closes it: by a rule of egress where it leaves, by a rule of ingress \
               where it arrives. For names, let UDP and TCP 53 through to the pods of the cluster's DNS. A flow that is \
               no longer needed is taken out of `spec.network.allow`.",
        references: &[POLICIES, "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"],
    },
    reads: FLOWS_TO_ADDRESSES,
    rule: Rule::Workload(rule),
};

/// What is lost.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lost {
    /// An allowed flow, in words.
    Flow(String),
    Dns,
}

impl Lost {
    fn key(&self) -> &str {
        match self {
            Self::Flow(words) => words,
            Self::Dns => "DNS",
        }
    }
}

/// How many characters of an allowed flow are told.
const FLOW_CHARS_MAX: usize = 200;

fn rule(facts: &Facts<'_>, governed: &Governed<'_>) -> Vec<Finding> {
    let is_asked = |network: &Network| network.expects_dns();
    let mut asking = declared(&governed.governing).filter(|(_, network)| is_asked(network)).peekable();
    if asking.peek().is_none() {
        return Vec::new();
    }
    let object = &governed.workload.object;
    let (snapshot, map) = (facts.snapshot, facts.snapshot.network());
    let endpoints = facts.endpoints(&map, &object.key);
    let mut findings = Vec::new();
    for (baseline, network) in asking {
        let ungoverned = facts.ungoverned(&map, baseline);
        let ends = Ends { snapshot, map: &map, network, ungoverned: &ungoverned, endpoints: &endpoints };
        // What is allowed twice in the same words is told once.
        let flows: BTreeMap<String, &Flow> = network
            .allowed()
            .iter()
            .map(|flow| (start_of(&flow.to_string(), FLOW_CHARS_MAX), flow))
            .collect();
        let lost = flows.into_iter().map(|(words, flow)| {
            (Lost::Flow(words), ends.lost(|it, class, closed| it.add_flow(flow, class, closed)))
        });
        let lost = lost.chain([(Lost::Dns, ends.lost(Ends::add_dns))]);
        let lost = lost.filter(|(_, (closed, _))| !closed.is_empty());
        findings.extend(lost.map(|(what, (closed, pods))| finding(object, &what, pods, &closed, baseline)));
    }
    findings
}

/// The pods of a workload, as ends of flows.
struct Ends<'a> {
    snapshot: &'a Snapshot,
    map: &'a Map,
    network: &'a Network,
    /// The namespaces that the baseline does not govern. What arrives in any other is told there.
    ungoverned: &'a Namespaces,
    endpoints: &'a BTreeMap<ClassId, u64>,
}

impl Ends<'_> {
    /// What is closed, as `add` adds it for each class, and to how many pods.
    fn lost(&self, add: impl Fn(&Self, &Class, &mut Closed) -> bool) -> (Closed, u64) {
        let mut closed = Closed::default();
        let lost = self.endpoints.iter().filter(|(id, _)| add(self, self.map.class(**id), &mut closed));
        let pods = lost.map(|(_, pods)| pods).sum();
        (closed, pods)
    }

    /// Adds what is closed of an allowed flow. Returns whether anything is.
    fn add_flow(&self, flow: &Flow, class: &Class, closed: &mut Closed) -> bool {
        let map = self.map;
        let (arrives, leaves) = ((class, Direction::Ingress), (class, Direction::Egress));
        match (&flow.from, &flow.to) {
            (Party::Pods(from), Party::Pods(to)) => {
                let sources = if to.select(class) { map.classes_of_pods(from) } else { Vec::new() };
                let targets = if from.select(class) { self.ungoverned(to) } else { Vec::new() };
                let is_cut_off = self.add_each(arrives, sources, &flow.ports, closed);
                self.add_each(leaves, targets, &flow.ports, closed) || is_cut_off
            }
            (Party::Pods(from), Party::Addresses(addresses)) => {
                from.select(class) && closed.add_addresses(map, leaves, &self.wanted(addresses), &flow.ports)
            }
            (Party::Addresses(addresses), Party::Pods(to)) => {
                to.select(class) && closed.add_addresses(map, arrives, &self.wanted(addresses), &flow.ports)
            }
            (Party::Addresses(_), Party::Addresses(_)) => false,
        }
    }

    fn wanted(&self, addresses: &AddressSet) -> AddressSet {
        Bounds { network: self.network, known: &self.snapshot.inside() }.wanted(addresses)
    }

    fn is_in_sight(&self, namespace: &Arc<str>) -> bool {
        self.snapshot.is_there(&ObjectKey::of_namespace(Arc::clone(namespace)))
    }

    /// Adds what is closed of the way to the cluster's DNS. Returns whether anything is.
    fn add_dns(&self, class: &Class, closed: &mut Closed) -> bool {
        let pods = &self.network.dns;
        if class.side(Direction::Egress).is_open() || pods.select(class) {
            return false;
        }
        let seen = self.map.classes_of_pods(pods);
        if seen.is_empty() {
            // Where their namespace is in sight and they are not, it is something else that answers.
            if pods.namespace.as_ref().is_some_and(|it| self.is_in_sight(it)) {
                return false;
            }
            return closed.add_unseen(pods, &dns::closed_to_unseen(class, pods));
        }
        let mut is_closed = false;
        for id in seen {
            let peer = self.map.class(id);
            is_closed |=
                closed.add((self.snapshot, self.map), (class, Direction::Egress), peer, &dns::ports(peer));
        }
        is_closed
    }

    fn add_each(
        &self,
        end: (&Class, Direction),
        peers: Vec<ClassId>,
        ports: &PortSet,
        closed: &mut Closed,
    ) -> bool {
        // What will become of flows with pods whose labels are not known, nobody knows yet.
        let peers = peers.into_iter().map(|id| self.map.class(id)).filter(|it| !is_undecided(it));
        let add = |is_closed, peer| {
            closed.add((self.snapshot, self.map), end, peer, std::slice::from_ref(ports)) || is_closed
        };
        peers.fold(false, add)
    }

    /// Those of these pods that the baseline does not govern.
    fn ungoverned(&self, pods: &Pods) -> Vec<ClassId> {
        let namespaces = self.ungoverned.iter();
        let namespaces = namespaces.filter(|name| pods.namespace.as_ref().is_none_or(|it| it == *name));
        let classes = namespaces.flat_map(|name| self.map.classes_in(name));
        classes.filter(|id| pods.select(self.map.class(*id))).collect()
    }
}

fn finding(object: &ObjectRef, what: &Lost, pods: u64, closed: &Closed, baseline: &Baseline) -> Finding {
    let actual = closed.words();
    let (message, expected) = match what {
        Lost::Dns => (
            format!(
                "{} cannot ask the cluster's DNS by {}: {actual}",
                object.key,
                dns::protocols(&closed.ports())
            ),
            "UDP and TCP to the cluster's DNS".to_owned(),
        ),
        Lost::Flow(flow) => {
            (format!("what is allowed is closed to {}: {flow}: {actual}", object.key), flow.clone())
        }
    };
    Finding {
        object: object.clone(),
        exposed: None,
        key: what.key().to_owned(),
        direction: Way::Tightened,
        count: pods,
        message,
        expected,
        actual,
        path: String::new(),
        remedy: String::new(),
        declaration: Some(Arc::clone(&baseline.declaration)),
    }
}
