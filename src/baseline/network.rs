//! What is declared of the network: `spec.network`.

use super::field::{Table, optional, required};
use super::namespaces::{NAMESPACE, is_namespace};
use super::reader::{Reader, Value};

/// `spec.network`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// The directions in which every pod must be isolated.
    pub default_deny: Vec<Direction>,
    /// `within: namespace`: pods may talk inside their namespace.
    pub within_namespace: bool,
    /// The flows that are allowed beyond that. None asks nothing.
    pub allow: Option<Vec<Flow>>,
    /// The labels of the pods that may reach addresses outside the cluster, and no others. None asks nothing.
    pub internet: Option<Vec<(String, String)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Ingress,
    Egress,
}

/// A flow that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub from: Peer,
    pub to: Peer,
    /// None for any.
    pub ports: Option<Vec<Ports>>,
}

/// The pods at one end of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// None for any.
    pub namespace: Option<String>,
    pub pod_labels: Vec<(String, String)>,
}

/// Ports of one protocol, with both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    pub protocol: Protocol,
    pub min: u16,
    pub max: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    Tcp,
    Udp,
    Sctp,
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
    Some(Network {
        default_deny: deny
            .and_then(|it| it.list(reader, "Ingress or Egress", read_direction))
            .unwrap_or_default(),
        within_namespace: within.and_then(|it| it.word(reader, &["namespace"])).is_some(),
        allow: allow.and_then(|it| it.entries(reader, "a flow", read_flow)),
        internet: internet.and_then(|it| it.fields(reader, &INTERNET)?.get("podLabels")?.labels(reader)),
    })
}

fn read_direction(value: &Value<'_>, reader: &mut Reader) -> Option<Direction> {
    let ingress = value.word(reader, &["Ingress", "Egress"])? == "Ingress";
    Some(if ingress { Direction::Ingress } else { Direction::Egress })
}

fn read_flow(value: &Value<'_>, reader: &mut Reader) -> Option<Flow> {
    let fields = value.fields(reader, &FLOW)?;
    let from = fields.get("from").and_then(|it| read_peer(&it, reader));
    let to = fields.get("to").and_then(|it| read_peer(&it, reader));
    let expects = "a protocol and ports such as TCP/8443";
    let ports = fields.get("ports");
    let ports = ports.and_then(|it| it.list(reader, expects, |it, reader| it.parsed(reader, parse_ports)));
    Some(Flow { from: from?, to: to?, ports })
}

fn read_peer(value: &Value<'_>, reader: &mut Reader) -> Option<Peer> {
    let fields = value.fields(reader, &PEER)?;
    let (namespace, labels) = (fields.get("namespace"), fields.get("podLabels"));
    if namespace.is_none() && labels.is_none() {
        return Value { expects: "a namespace, podLabels or both", ..value.clone() }.refuse(reader);
    }
    Some(Peer {
        namespace: namespace.and_then(|it| it.text_if(reader, is_namespace)).map(str::to_owned),
        pod_labels: labels.and_then(|it| it.labels(reader)).unwrap_or_default(),
    })
}

fn parse_ports(text: &str) -> Option<Ports> {
    let (protocol, ports) = text.split_once('/')?;
    let protocol = match protocol {
        "TCP" => Protocol::Tcp,
        "UDP" => Protocol::Udp,
        "SCTP" => Protocol::Sctp,
        _ => return None,
    };
    let (min, max) = ports.split_once('-').unwrap_or((ports, ports));
    let (min, max) = (min.parse().ok()?, max.parse().ok()?);
    (1 <= min && min <= max).then_some(Ports { protocol, min, max })
}
