//! Only pods with the declared labels reach addresses outside the cluster.
//!
//! Asked wherever `spec.network.internet` is declared. Reads the egress rules of the policies that isolate a pod: those
//! for everyone, and those for blocks of addresses. What lies inside the cluster is what its nodes and `ServiceCIDRs`
//! name (nodes, pods and services) and what `spec.network.inside` adds; flows to the `cidrs` of an allowed flow do not
//! count. A range is told as the policies let it through, if any of it lies outside: evidence that left the addresses
//! of nodes out would be another with every node. Where `defaultDeny` names Egress and nothing isolates the pod for it,
//! `network/not-isolated` tells that alone.
//!
//! Four ranges are neither inside nor outside, because no connection leaves the pod's node by them, whatever policies
//! say: this host (0.0.0.0/8 and ::), loopback and multicast. Link-local addresses do count: with them a pod reaches
//! its node and what the cloud answers there, such as metadata. Reserved and private addresses count as well: some
//! network may be behind them.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors>

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::outside::{AddressWays, Bounds};
use super::{CHECKLIST, POLICIES, Said, concerned, declared, loosened};
use crate::baseline::Network;
use crate::checks::words::{first_of, start_of};
use crate::checks::{Check, FLOWS_TO_ADDRESSES, Facts, Governed, Rule};
use crate::model::{CheckInfo, Finding, ObjectKey, Severity};
use crate::network::{AddressSet, Class, Direction, PortSet, Selector};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "network/internet-egress",
        severity: Severity::High,
        title: "pods that reach addresses outside the cluster undeclared",
        why: "Whoever takes over a pod that reaches the internet fetches tools and carries data out with it. One that \
              reaches the metadata service of a cloud may get the credentials of its node there.",
        mend: "Take the addresses out of the egress rules that select the pods, or give the pods the declared labels. \
               What is inside the cluster and not known to be is named by `spec.network.inside`; addresses that are to \
               be reached are allowed by `cidrs` in `spec.network.allow`.",
        references: &[POLICIES, CHECKLIST],
    },
    reads: FLOWS_TO_ADDRESSES,
    rule: Rule::Workload(evaluate),
};

/// How many ranges of addresses are told for the same ports, and how many different sets of ports.
const TOLD_MAX: usize = 20;

/// How many characters of a set of ports are told.
const PORTS_CHARS_MAX: usize = 200;

/// Where clouds answer for metadata, credentials among it, and for the agents of their machines.
const METADATA: [IpAddr; 6] = [
    // Amazon, Google, Microsoft, Oracle and most others.
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254)),
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    // https://cloud.google.com/compute/docs/metadata/querying-metadata
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254)),
    // https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    // https://www.alibabacloud.com/help/ecs/user-guide/view-instance-metadata
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
];

fn evaluate(facts: &Facts<'_>, governed: &Governed<'_>) -> Vec<Finding> {
    if !declared(&governed.governing).any(|(_, network)| network.internet.is_some()) {
        return Vec::new();
    }
    let object = &governed.workload.object;
    let map = facts.snapshot.network();
    let endpoints = facts.snapshot.endpoints(&map, &object.key);
    let known = facts.snapshot.inside();
    let mut findings = Vec::new();
    for (baseline, network) in declared(&governed.governing) {
        let Some(labels) = &network.internet else { continue };
        let bounds = Bounds { network, known: &known };
        let mut reach = Reach::default();
        for (id, pods) in &endpoints {
            let class = map.class(*id);
            if !labels.matches(&class.labels) && !is_told_alone(network, class) {
                let ways = map.outside(class, Direction::Egress);
                reach.add(bounds.beyond(class, Direction::Egress, ways), *pods, &bounds);
            }
        }
        if reach.classes > 0 {
            let said = reach.said(&object.key, labels, reach.classes < endpoints.len());
            findings.push(loosened(object, Direction::Egress.as_str(), reach.pods, baseline, said));
        }
    }
    findings
}

/// Whether `network/not-isolated` tells of the class, and nothing else has to.
fn is_told_alone(network: &Network, class: &Class) -> bool {
    network.default_deny.contains(&Direction::Egress) && class.side(Direction::Egress).is_open()
}

/// What the pods of a workload reach.
#[derive(Default)]
struct Reach {
    classes: usize,
    pods: u64,
    ways: AddressWays,
    metadata: BTreeSet<IpAddr>,
}

impl Reach {
    fn add(&mut self, ways: AddressWays, pods: u64, bounds: &Bounds<'_>) {
        if ways.is_empty() {
            return;
        }
        self.classes += 1;
        self.pods += pods;
        let is_reached = |it: &IpAddr| ways.values().any(|addresses| addresses.contains(*it));
        let is_outside = |it: &IpAddr| bounds.reach_out(&AddressSet::of((*it).into()));
        self.metadata.extend(METADATA.into_iter().filter(|it| is_reached(it) && is_outside(it)));
        for (ports, addresses) in ways {
            let known = self.ways.entry(ports).or_default();
            *known = known.union(&addresses);
        }
    }

    fn said(&self, workload: &ObjectKey, labels: &Selector, is_part: bool) -> Said {
        let part = if is_part { "some pods of " } else { "" };
        let (metadata, pods) = (self.metadata(), concerned(self.pods));
        Said {
            message: format!(
                "{part}{workload} may reach addresses outside the cluster{metadata}, though it is not labelled {labels}; \
                 {pods}"
            ),
            expected: format!("no address outside the cluster without {labels}"),
            actual: format!("{}{metadata}", self.told()),
            remedy: format!(
                "take these addresses out of the egress of the policies in namespace {} that select it, or label \
                 its pods {labels}",
                workload.namespace
            ),
        }
    }

    /// Every way out, as in `TCP/443 to 192.0.2.0-192.0.2.255; UDP/53 to every address`.
    fn told(&self) -> String {
        let way = |(ports, addresses): (&PortSet, &AddressSet)| {
            let ports = start_of(&ports.to_string(), PORTS_CHARS_MAX);
            let addresses = if *addresses == AddressSet::all() {
                "every address".to_owned()
            } else {
                first_of(addresses.ranges().collect(), TOLD_MAX)
            };
            format!("{ports} to {addresses}")
        };
        first_of(self.ways.iter().map(way).collect(), TOLD_MAX)
    }

    /// The addresses of metadata that are reached, as a part of a sentence.
    fn metadata(&self) -> String {
        if self.metadata.is_empty() {
            return String::new();
        }
        let metadata: Vec<String> = self.metadata.iter().map(IpAddr::to_string).collect();
        format!(", among them metadata ({})", metadata.join(", "))
    }
}
