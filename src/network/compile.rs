//! A policy as it is written becomes one that can be asked, or says what is wrong with it.
//!
//! Refused is what an API server refuses. <https://kubernetes.io/docs/reference/networking/policy-resources/>

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use ipnet::IpNet;

use super::addresses::parse_net;
use super::policy::{Direction, Peer, Peers, Policy, Rule, RulePorts, Selection};
use super::selector::{Operator, Requirement, Selector};
use super::{Block, PortSet, Protocol};
use crate::wire;

/// Something that is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Such as `spec.ingress[0].ports[1].endPort`.
    pub field: String,
    /// What was found there, and what is expected.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// How many faults of one policy are told.
const FAULTS_MAX: usize = 20;

/// How many characters of a value are told.
const VALUE_CHARS_MAX: usize = 80;

/// How long a value of a label, and a name within its key, may be.
const LABEL_MAX: usize = 63;

/// How long the prefix of a label's key may be.
const PREFIX_MAX: usize = 253;

/// How long the name of a port may be.
const PORT_NAME_MAX: usize = 15;

impl Policy {
    /// The policy of this spec; else what is wrong with it, the first of it at least.
    pub fn compile(spec: &wire::NetworkPolicySpec) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults(Vec::new());
        let policy = compile(spec, &mut faults);
        if faults.0.is_empty() { Ok(policy) } else { Err(faults.0) }
    }
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, field: impl fmt::Display, message: String) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(Fault { field: field.to_string(), message });
        }
    }
}

fn compile(spec: &wire::NetworkPolicySpec, faults: &mut Faults) -> Policy {
    let selector = spec.pod_selector.as_ref();
    let selector = selector.map(|it| compile_selector(it, "spec.podSelector", faults)).unwrap_or_default();
    let ingress = spec.ingress.iter().enumerate().map(|(at, rule)| {
        let field = format!("spec.ingress[{at}]");
        compile_rule(&rule.from, &rule.ports, &field, "from", faults)
    });
    let ingress = ingress.collect();
    let egress = spec.egress.iter().enumerate().map(|(at, rule)| {
        let field = format!("spec.egress[{at}]");
        compile_rule(&rule.to, &rule.ports, &field, "to", faults)
    });
    let egress = egress.collect();
    let isolates = isolates(spec, faults);
    let kept = |is: bool, rules: Box<[Rule]>| if is { rules } else { Box::default() };
    let rules = [kept(isolates[0], ingress), kept(isolates[1], egress)];
    Policy { selector, isolates, rules }
}

/// Whether the policy isolates, by direction. Where it does not say, it isolates for ingress, and for egress if it has
/// a rule of that.
fn isolates(spec: &wire::NetworkPolicySpec, faults: &mut Faults) -> [bool; 2] {
    if spec.policy_types.is_empty() {
        return [true, !spec.egress.is_empty()];
    }
    for (at, written) in spec.policy_types.iter().enumerate() {
        if !Direction::ALL.iter().any(|it| it.as_str() == written) {
            let message = format!("'{}' is neither Ingress nor Egress", told(written));
            faults.add(format_args!("spec.policyTypes[{at}]"), message);
        }
    }
    Direction::ALL.map(|direction| spec.policy_types.iter().any(|it| it == direction.as_str()))
}

fn compile_rule(
    peers: &[wire::NetworkPolicyPeer],
    ports: &[wire::NetworkPolicyPort],
    field: &str,
    list: &str,
    faults: &mut Faults,
) -> Rule {
    let listed = peers
        .iter()
        .enumerate()
        .filter_map(|(at, peer)| compile_peer(peer, &format!("{field}.{list}[{at}]"), faults));
    let listed: Box<[Peer]> = listed.collect();
    let peers = if peers.is_empty() { Peers::Everyone } else { Peers::Listed(listed) };
    Rule { peers, ports: compile_ports(ports, field, faults) }
}

fn compile_peer(peer: &wire::NetworkPolicyPeer, field: &str, faults: &mut Faults) -> Option<Peer> {
    let wire::NetworkPolicyPeer { pod_selector, namespace_selector, ip_block } = peer;
    let mut selector = |selector: &wire::LabelSelector, name: &str| {
        compile_selector(selector, &format!("{field}.{name}"), faults)
    };
    let pods = pod_selector.as_ref().map(|it| selector(it, "podSelector"));
    let namespaces = namespace_selector.as_ref().map(|it| selector(it, "namespaceSelector"));
    let selects = pods.is_some() || namespaces.is_some();
    match (namespaces, ip_block) {
        (_, Some(_)) if selects => {
            faults.add(
                field,
                "an ipBlock stands beside a selector, expected one peer in each entry".to_owned(),
            );
            None
        }
        (None, Some(block)) => compile_block(block, field, faults),
        (Some(namespaces), _) => {
            Some(Peer::Pods(Arc::new(Selection { namespaces, pods: pods.unwrap_or_default() })))
        }
        (None, None) => {
            if pods.is_none() {
                let expected = "expected a podSelector, a namespaceSelector or an ipBlock";
                faults.add(field, format!("no peer, {expected}"));
            }
            pods.map(Peer::Own)
        }
    }
}

fn compile_block(block: &wire::IpBlock, field: &str, faults: &mut Faults) -> Option<Peer> {
    let mut net = |text: &str, name: &str| {
        let net = parse_net(text);
        if net.is_none() {
            let message = format!("'{}' is no range of addresses, expected such as 10.0.0.0/8", told(text));
            faults.add(format_args!("{field}.ipBlock.{name}"), message);
        }
        net
    };
    let cidr = net(&block.cidr, "cidr");
    let except: Vec<Option<IpNet>> =
        block.except.iter().enumerate().map(|(at, it)| net(it, &format!("except[{at}]"))).collect();
    let cidr = cidr?;
    for (at, inner) in except.iter().enumerate() {
        let is_within = |it: IpNet| cidr.contains(&it) && it.prefix_len() > cidr.prefix_len();
        if inner.is_some_and(|it| !is_within(it)) {
            let message = format!("'{}' is not a part of {cidr}", told(&block.except[at]));
            faults.add(format_args!("{field}.ipBlock.except[{at}]"), message);
        }
    }
    Some(Peer::Block(Arc::new(Block::new(cidr, except.into_iter().flatten().collect()))))
}

fn compile_ports(ports: &[wire::NetworkPolicyPort], field: &str, faults: &mut Faults) -> RulePorts {
    if ports.is_empty() {
        return RulePorts { numbers: PortSet::all(), names: Box::default() };
    }
    let mut numbers = PortSet::default();
    let mut names = Vec::new();
    for (at, port) in ports.iter().enumerate() {
        match compile_port(port, &format!("{field}.ports[{at}]"), faults) {
            Some(Port::Numbers(ports)) => numbers = numbers.union(&ports),
            Some(Port::Name(protocol, name)) => names.push((protocol, name)),
            None => {}
        }
    }
    RulePorts { numbers, names: names.into() }
}

enum Port {
    Numbers(PortSet),
    Name(Protocol, Arc<str>),
}

fn compile_port(port: &wire::NetworkPolicyPort, field: &str, faults: &mut Faults) -> Option<Port> {
    let written = port.protocol.as_deref().unwrap_or(Protocol::Tcp.as_str());
    let protocol = Protocol::parse(written);
    if protocol.is_none() {
        let message = format!("'{}' is none of TCP, UDP and SCTP", told(written));
        faults.add(format_args!("{field}.protocol"), message);
    }
    match &port.port {
        None => {
            if port.end_port.is_some() {
                let message = "an endPort without port, expected the first port beside it".to_owned();
                faults.add(format_args!("{field}.endPort"), message);
            }
            Some(Port::Numbers(PortSet::all_of(protocol?)))
        }
        Some(wire::IntOrString { kind: 0, int, .. }) => {
            let first = number(*int, &format!("{field}.port"), faults);
            let last = port.end_port.map(|it| number(it, &format!("{field}.endPort"), faults));
            let (first, last) = (first?, last.unwrap_or(first)?);
            if last < first {
                let message = format!("{last} is less than port {first}");
                faults.add(format_args!("{field}.endPort"), message);
            }
            Some(Port::Numbers(PortSet::range(protocol?, first, last)))
        }
        Some(wire::IntOrString { string, .. }) => {
            if port.end_port.is_some() {
                let message = "an endPort beside a named port, expected a number as port".to_owned();
                faults.add(format_args!("{field}.endPort"), message);
            }
            if !is_port_name(string) {
                let expected = "expected at most 15 of a-z, 0-9 and -, among them a letter";
                faults.add(
                    format_args!("{field}.port"),
                    format!("'{}' is no name of a port, {expected}", told(string)),
                );
            }
            Some(Port::Name(protocol?, string.as_str().into()))
        }
    }
}

fn number(port: i32, field: &str, faults: &mut Faults) -> Option<u16> {
    let number = u16::try_from(port).ok().filter(|it| *it != 0);
    if number.is_none() {
        faults.add(field, format!("{port} is no port, expected 1 to 65535"));
    }
    number
}

/// Whether it is a name of IANA (RFC 6335), as names of ports have to be.
fn is_port_name(name: &str) -> bool {
    let allowed = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    (1..=PORT_NAME_MAX).contains(&name.len())
        && name.bytes().all(allowed)
        && name.bytes().any(|it| it.is_ascii_lowercase())
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

fn compile_selector(selector: &wire::LabelSelector, field: &str, faults: &mut Faults) -> Selector {
    let equal = selector.match_labels.iter().map(|(key, value)| {
        if !is_label_key(key) {
            faults.add(format_args!("{field}.matchLabels"), format!("'{}' is no key of a label", told(key)));
        }
        if !is_label_value(value) {
            faults.add(
                format_args!("{field}.matchLabels[{}]", told(key)),
                format!("'{}' is no value of a label", told(value)),
            );
        }
        (key.as_str().into(), value.as_str().into())
    });
    let equal = equal.collect();
    let requirements =
        selector.match_expressions.iter().enumerate().filter_map(|(at, it)| {
            compile_requirement(it, &format!("{field}.matchExpressions[{at}]"), faults)
        });
    Selector { equal, requirements: requirements.collect() }
}

fn compile_requirement(
    requirement: &wire::LabelSelectorRequirement,
    field: &str,
    faults: &mut Faults,
) -> Option<Requirement> {
    let wire::LabelSelectorRequirement { key, operator, values } = requirement;
    if !is_label_key(key) {
        faults.add(format_args!("{field}.key"), format!("'{}' is no key of a label", told(key)));
    }
    for (at, value) in values.iter().enumerate().filter(|(_, value)| !is_label_value(value)) {
        let message = format!("'{}' is no value of a label", told(value));
        faults.add(format_args!("{field}.values[{at}]"), message);
    }
    let listed = || -> BTreeSet<Arc<str>> { values.iter().map(|it| it.as_str().into()).collect() };
    let (operator, needs_values) = match operator.as_str() {
        "In" => (Operator::In(listed()), true),
        "NotIn" => (Operator::NotIn(listed()), true),
        "Exists" => (Operator::Exists, false),
        "DoesNotExist" => (Operator::DoesNotExist, false),
        other => {
            let message = format!("'{}' is none of In, NotIn, Exists and DoesNotExist", told(other));
            faults.add(format_args!("{field}.operator"), message);
            return None;
        }
    };
    match (needs_values, values.is_empty()) {
        (true, true) => {
            faults.add(format_args!("{field}.values"), "no value, expected at least one".to_owned())
        }
        (false, false) => faults.add(format_args!("{field}.values"), "values, expected none".to_owned()),
        _ => {}
    }
    Some(Requirement { key: key.as_str().into(), operator })
}

/// Whether it is a qualified name: `name` or `prefix/name`, the prefix a domain.
fn is_label_key(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    !name.is_empty() && is_label_value(name) && prefix.is_none_or(is_domain)
}

fn is_domain(name: &str) -> bool {
    let ends = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let is_part = |part: &str| {
        part.starts_with(ends) && part.ends_with(ends) && part.chars().all(|it| ends(it) || it == '-')
    };
    name.len() <= PREFIX_MAX && name.split('.').all(is_part)
}

fn is_label_value(value: &str) -> bool {
    let ends = |it: char| it.is_ascii_alphanumeric();
    value.is_empty()
        || (value.len() <= LABEL_MAX
            && value.starts_with(ends)
            && value.ends_with(ends)
            && value.chars().all(|it| ends(it) || matches!(it, '-' | '_' | '.')))
}

/// As much of a value as is told.
fn told(value: &str) -> String {
    match value.char_indices().nth(VALUE_CHARS_MAX) {
        None => value.to_owned(),
        Some((at, _)) => format!("{}...", &value[..at]),
    }
}
