//! Only pods with the declared labels reach addresses outside the cluster.
//!
//! Asked wherever `spec.network.internet` is declared. Reads the egress rules of the policies that isolate a pod: those
//! for everyone, and those for blocks of addresses. What lies inside the cluster is what its nodes and `ServiceCIDRs`
//! name (nodes, pods and services) and what `spec.network.inside` adds; flows to the `cidrs` of an allowed flow do not
//! count. A range is told as the policies let it through, if any of it lies outside: evidence that left the addresses
//! of nodes out would be another with every node. Addresses of IPv6 are left out where all that is known of the cluster
//! is of IPv4. Where `defaultDeny` names Egress and nothing isolates the pod for it,
//! `network/not-isolated` tells that alone.
//!
//! Four ranges are neither inside nor outside, because no connection leaves the pod's node by them, whatever policies
//! say: this host (0.0.0.0/8 and ::), loopback and multicast. Link-local addresses do count: with them a pod reaches
//! its node and what the cloud answers there, such as metadata. Reserved and private addresses count as well: some
//! network may be behind them.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors>

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::outside::{AddressWays, Bounds, by_place};
use super::ways::{Place, steps, words_of};
use super::{CHECKLIST, POLICIES, Said, concerned, declared, loosened};
use crate::baseline::Network;
use crate::checks::remembered::{Asked, Verdict};
use crate::checks::words::{first_of, start_of};
use crate::checks::{Check, FLOWS_TO_ADDRESSES, Facts, Governed, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::network::{AddressSet, Class, ClassId, Direction, Map, PortSet, Selector};

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
    let endpoints = facts.endpoints(&map, &object.key);
    let known = facts.snapshot.inside();
    let mut findings = Vec::new();
    for (baseline, network) in declared(&governed.governing) {
        let Some(labels) = &network.internet else { continue };
        let bounds = Bounds { network, known: &known };
        let asked = Asked::new(CHECK.info.id, baseline, Direction::Egress, &endpoints);
        let judge = || Reach::of(&map, endpoints.keys(), &bounds, labels).verdict(&bounds, labels);
        let Some(verdict) = facts.verdict(asked, judge) else { continue };
        let pods = verdict.pods(&endpoints);
        let part = if verdict.classes.len() < endpoints.len() { "some pods of " } else { "" };
        let said = Said {
            message: format!("{part}{} {}; {}", object.key, verdict.found, concerned(pods)),
            expected: format!("no address outside the cluster without {labels}"),
            actual: verdict.actual.clone(),
            remedy: verdict.remedy.clone(),
        };
        let finding = loosened(object, Direction::Egress.as_str(), pods, baseline, said);
        findings.push(Finding { path: verdict.path.clone(), ..finding });
    }
    findings
}

/// Whether `network/not-isolated` tells of the class, and nothing else has to.
fn is_told_alone(network: &Network, class: &Class) -> bool {
    network.default_deny.contains(&Direction::Egress) && class.side(Direction::Egress).is_open()
}

/// What pods reach.
#[derive(Default)]
struct Reach {
    classes: Vec<ClassId>,
    ways: AddressWays,
    /// Where it is let through.
    places: BTreeSet<Place>,
    metadata: BTreeSet<IpAddr>,
}

impl Reach {
    /// What those of these classes reach that are not labelled so.
    fn of<'a>(
        map: &Map,
        classes: impl Iterator<Item = &'a ClassId>,
        bounds: &Bounds<'_>,
        labels: &Selector,
    ) -> Self {
        let mut reach = Self::default();
        for id in classes {
            let class = map.class(*id);
            if labels.matches(&class.labels) || is_told_alone(bounds.network, class) {
                continue;
            }
            let ways = bounds.beyond(class, Direction::Egress, map.outside(class, Direction::Egress));
            if !ways.is_empty() {
                reach.classes.push(*id);
                reach.add(ways, bounds);
                let places = by_place(bounds, class, Direction::Egress).into_iter();
                reach.places.extend(places.map(|(place, _)| place));
            }
        }
        reach
    }

    fn add(&mut self, ways: AddressWays, bounds: &Bounds<'_>) {
        let is_reached = |it: &IpAddr| ways.values().any(|addresses| addresses.contains(*it));
        let is_outside = |it: &IpAddr| bounds.reach_out(&AddressSet::of((*it).into()));
        self.metadata.extend(METADATA.into_iter().filter(|it| is_reached(it) && is_outside(it)));
        for (ports, addresses) in ways {
            let known = self.ways.entry(ports).or_default();
            *known = known.union(&addresses);
        }
    }

    fn verdict(self, bounds: &Bounds<'_>, labels: &Selector) -> Option<Verdict> {
        let path = self.places.first()?.to_string();
        let all = self.ways.keys().fold(PortSet::default(), |all, ports| all.union(ports));
        let (ports, metadata) = (start_of(&all.to_string(), PORTS_CHARS_MAX), self.metadata());
        let found = format!(
            "may reach addresses outside the cluster ({ports}: {}){metadata}, though it is not labelled {labels}",
            words_of(&self.places)
        );
        let actual = format!("{}{metadata}", self.told(bounds));
        let remedy = format!("{}, or label its pods {labels}", steps(&self.places, Direction::Egress));
        Some(Verdict { classes: self.classes, found, actual, path, remedy })
    }

    /// Every way out, as in `TCP/443 to 192.0.2.0/24; UDP/53 to every address`.
    fn told(&self, bounds: &Bounds<'_>) -> String {
        let way = |(ports, addresses): (&PortSet, &AddressSet)| {
            let ports = start_of(&ports.to_string(), PORTS_CHARS_MAX);
            let ranges = bounds.words(addresses, TOLD_MAX);
            format!("{ports} to {}", ranges.map_or("every address".to_owned(), |it| it.join("; ")))
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
