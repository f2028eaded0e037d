//! What is declared of the network: `spec.network`.

use std::fmt;
use std::sync::Arc;

use super::field::{Table, optional, required};
use super::namespaces::{NAMESPACE, is_namespace};
use super::reader::{Fields, Reader, Value};
use crate::network::{
    AddressSet, DeclaredFlow, Direction, End, Interest, Pods, PortSet, Protocol, Selector, parse_net,
};

const RANGES: &str = "a list of ranges of addresses such as 10.0.0.0/8";
const RANGE: &str = "a range of addresses such as 10.0.0.0/8";

/// `spec.network`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// The directions in which every pod must be isolated.
    pub default_deny: Vec<Direction>,
    /// `within: namespace`: pods may talk inside their namespace.
    pub within_namespace: bool,
    /// The flows that are allowed beyond that. None asks nothing.
    pub allow: Option<Vec<Flow>>,
    /// The labels of the pods that may reach addresses outside the cluster, and no others. None asks nothing.
    pub internet: Option<Selector>,
    /// The addresses that count as inside the cluster, besides those that the cluster itself names.
    pub inside: AddressSet,
    /// The pods that answer the cluster's DNS.
    pub dns: Pods,
}

/// A flow that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub from: Party,
    pub to: Party,
    pub ports: PortSet,
}

/// One end of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    Pods(Pods),
    /// Whoever has one of these addresses outside the cluster.
    Addresses(AddressSet),
}

impl Party {
    pub fn pods(&self) -> Option<&Pods> {
        match self {
            Self::Pods(pods) => Some(pods),
            Self::Addresses(_) => None,
        }
    }

    pub fn addresses(&self) -> Option<&AddressSet> {
        match self {
            Self::Pods(_) => None,
            Self::Addresses(addresses) => Some(addresses),
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pods(pods) => write!(f, "{pods}"),
            Self::Addresses(addresses) => f.write_str(&addresses.words().collect::<Vec<_>>().join(", ")),
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}, {}", self.from, self.to, self.ports)
    }
}

impl Network {
    /// Whether it says which flows there may be.
    pub fn limits_flows(&self) -> bool {
        self.within_namespace || self.allow.is_some()
    }

    /// Whether it expects pods to be isolated for egress, so that names are resolved by what is allowed alone.
    pub fn expects_dns(&self) -> bool {
        self.default_deny.contains(&Direction::Egress) || self.allow.is_some()
    }

    /// The allowed flows.
    pub fn allowed(&self) -> &[Flow] {
        self.allow.as_deref().unwrap_or_default()
    }
}

/// What the map of the network has to know of these declarations.
pub fn interest<'a>(declared: impl Iterator<Item = &'a Network>) -> Interest {
    let mut interest = Interest::default();
    for network in declared {
        interest.across |= network.limits_flows();
        interest.within |= network.allow.is_some() && !network.within_namespace;
        for direction in Direction::ALL {
            let is_told = network.limits_flows() && !network.default_deny.contains(&direction);
            interest.open[direction as usize] |= is_told;
        }
        if network.expects_dns() {
            let flow = DeclaredFlow { from: Pods::default(), to: network.dns.clone(), judged: End::From };
            interest.declared.push(flow);
        }
        for flow in network.allowed() {
            match (&flow.from, &flow.to) {
                (Party::Pods(from), Party::Pods(to)) => {
                    // It is told where it leaves if it arrives where the baseline does not govern.
                    for judged in [End::To, End::From] {
                        let (from, to) = (from.clone(), to.clone());
                        interest.declared.push(DeclaredFlow { from, to, judged });
                    }
                }
                (Party::Pods(pods), Party::Addresses(_)) | (Party::Addresses(_), Party::Pods(pods)) => {
                    interest.keys.extend(pods.labels.keys().cloned());
                }
                (Party::Addresses(_), Party::Addresses(_)) => {}
            }
        }
        // What goes there is allowed.
        interest.keys.extend(network.dns.labels.keys().cloned());
        interest.keys.extend(network.internet.iter().flat_map(Selector::keys).cloned());
    }
    interest
}

pub(super) static TABLE: Table = Table {
    path: "spec.network",
    fields: &[
        optional("defaultDeny", "a list of directions", "Every pod is isolated for `Ingress`, for `Egress`."),
        optional("within", "namespace", "Pods may talk inside their namespace."),
        optional("allow", "a list of flows", "These flows are allowed beyond that, and no others."),
        optional(
            "internet",
            "a mapping such as {podLabels: {egress: internet}}",
            "Only pods so labelled may reach addresses outside the cluster.",
        ),
        optional(
            "inside",
            RANGES,
            "These addresses count as inside the cluster, besides those that its nodes and its `ServiceCIDRs` name.",
        ),
        optional(
            "dns",
            "the pods that answer the cluster's DNS",
            "The pods that answer the cluster's DNS, which everyone may reach on port 53; those that are labelled \
             `k8s-app: kube-dns` in kube-system where it is left out.",
        ),
    ],
};

pub(super) static FLOW: Table = Table {
    path: "spec.network.allow[]",
    fields: &[
        required("from", "the pods that connect", "The pods that connect."),
        required("to", "the pods that are connected to", "The pods that are connected to."),
        optional(
            "ports",
            "a list of ports",
            "The ports that are connected to, as in `TCP/8443` or `UDP/8000-8100`. Any where it is left out.",
        ),
    ],
};

pub(super) static PEER: Table = Table {
    path: "spec.network.allow[].from, spec.network.allow[].to",
    fields: &[
        optional("namespace", NAMESPACE, "The namespace of the pods; any where it is left out."),
        optional("podLabels", "a mapping of labels", "The labels that the pods all carry."),
        optional(
            "cidrs",
            RANGES,
            "Whoever has one of these addresses outside the cluster, in place of pods.",
        ),
    ],
};

pub(super) static DNS: Table = Table {
    path: "spec.network.dns",
    fields: &[
        optional("namespace", NAMESPACE, "Their namespace; any where it is left out."),
        optional("podLabels", "a mapping of labels", "The labels that they all carry."),
    ],
};

pub(super) static INTERNET: Table = Table {
    path: "spec.network.internet",
    fields: &[required("podLabels", "a mapping of labels", "The labels that they all carry.")],
};

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<Network> {
    let fields = value.fields(reader, &TABLE)?;
    let deny = fields.get("defaultDeny");
    let within = fields.get("within");
    let allow = fields.get("allow");
    let internet = fields.get("internet");
    let labels = internet.and_then(|it| it.fields(reader, &INTERNET)?.get("podLabels")?.labels(reader));
    let inside = fields.get("inside");
    let dns = fields.get("dns");
    Some(Network {
        default_deny: deny
            .and_then(|it| it.some(reader, "Ingress or Egress", read_direction))
            .unwrap_or_default(),
        within_namespace: within.and_then(|it| it.word(reader, &["namespace"])).is_some(),
        allow: allow.and_then(|it| it.entries(reader, "a flow", read_flow)),
        internet: labels.map(|it| Selector::of_labels(&it)),
        inside: inside.and_then(|it| read_addresses(&it, reader)).unwrap_or_default(),
        dns: dns.and_then(|it| read_dns(&it, reader)).unwrap_or_else(cluster_dns),
    })
}

/// Where `CoreDNS` is found, and what was there before it.
fn cluster_dns() -> Pods {
    Pods {
        namespace: Some("kube-system".into()),
        labels: Selector::of_labels(&[("k8s-app".to_owned(), "kube-dns".to_owned())]),
    }
}

fn read_direction(value: &Value<'_>, reader: &mut Reader) -> Option<Direction> {
    let ingress = value.word(reader, &["Ingress", "Egress"])? == "Ingress";
    Some(if ingress { Direction::Ingress } else { Direction::Egress })
}

fn read_flow(value: &Value<'_>, reader: &mut Reader) -> Option<Flow> {
    let fields = value.fields(reader, &FLOW)?;
    let from = fields.get("from").and_then(|it| read_party(&it, reader));
    let to = fields.get("to").and_then(|it| read_party(&it, reader));
    let expects = "a protocol and ports such as TCP/8443";
    let ports = fields.get("ports");
    let ports = ports.and_then(|it| it.some(reader, expects, |it, reader| it.parsed(reader, parse_ports)));
    let ports = ports.map(|it| it.iter().fold(PortSet::default(), |all, ports| all.union(ports)));
    let (from, to) = (from?, to?);
    if from.addresses().and(to.addresses()).is_some() {
        // What is outside at both ends is no flow of the cluster.
        return Value { expects: "pods at one end at least", ..fields.get("to")? }
            .refuse_as("cidrs at both", reader);
    }
    Some(Flow { from, to, ports: ports.unwrap_or_else(PortSet::all) })
}

fn read_party(value: &Value<'_>, reader: &mut Reader) -> Option<Party> {
    let fields = value.fields(reader, &PEER)?;
    let selects = fields.get("namespace").is_some() || fields.get("podLabels").is_some();
    match (selects, fields.get("cidrs")) {
        (true, None) => read_pods(&fields, reader).map(Party::Pods),
        (false, Some(cidrs)) => read_addresses(&cidrs, reader).map(Party::Addresses),
        (selects, _) => {
            let pods_or_addresses =
                Value { expects: "a namespace, podLabels or both, or else cidrs", ..value.clone() };
            let found = if selects { "pods and cidrs in one" } else { "none of these" };
            pods_or_addresses.refuse_as(found, reader)
        }
    }
}

fn read_dns(value: &Value<'_>, reader: &mut Reader) -> Option<Pods> {
    let fields = value.fields(reader, &DNS)?;
    if fields.get("namespace").is_none() && fields.get("podLabels").is_none() {
        return Value { expects: "a namespace, podLabels or both", ..value.clone() }
            .refuse_as("none of these", reader);
    }
    read_pods(&fields, reader)
}

fn read_pods(fields: &Fields<'_>, reader: &mut Reader) -> Option<Pods> {
    let namespace = fields.get("namespace").map(|it| it.text_if(reader, is_namespace).map(Arc::from));
    let labels = fields.get("podLabels").map(|it| it.labels(reader));
    Some(Pods {
        namespace: namespace.map_or(Some(None), |it| it.map(Some))?,
        labels: Selector::of_labels(&labels.map_or(Some(Vec::new()), |it| it)?),
    })
}

fn read_addresses(value: &Value<'_>, reader: &mut Reader) -> Option<AddressSet> {
    let nets = value.some(reader, RANGE, |it, reader| it.parsed(reader, parse_net))?;
    Some(nets.into_iter().fold(AddressSet::default(), |all, net| all.union(&AddressSet::of(net))))
}

fn parse_ports(text: &str) -> Option<PortSet> {
    let (protocol, ports) = text.split_once('/')?;
    let protocol = Protocol::parse(protocol)?;
    let (min, max) = ports.split_once('-').unwrap_or((ports, ports));
    let (min, max) = (min.parse().ok()?, max.parse().ok()?);
    (1 <= min && min <= max).then(|| PortSet::range(protocol, min, max))
}
