//! A policy as it is written becomes one that can be asked, or says what is wrong with it.
//!
//! Refused is what an API server refuses. <https://kubernetes.io/docs/concepts/services-networking/network-policies/>

mod blocks;
mod ports;
mod selectors;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use blocks::parse_net;
pub use selectors::{is_key, is_value};

use super::fault::{Fault, Faults, Field, Told};
use super::policy::{Direction, Peer, Peers, Policy, Rule, Selection};
use crate::wire::{NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec};

impl Policy {
    /// The policy of this spec; else what is wrong with it, of much the first.
    pub fn compile(spec: &NetworkPolicySpec) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::default();
        let selector = spec.pod_selector.as_ref();
        let selector =
            selector.map(|it| selectors::compile(it, Field::SPEC.child("podSelector"), &mut faults));
        let mut ingress = Vec::with_capacity(spec.ingress.len());
        for (place, rule) in spec.ingress.iter().enumerate() {
            let field = Field::SPEC.entry("ingress", place);
            ingress.push(compile_rule((&rule.from, "from"), &rule.ports, field, &mut faults));
        }
        let mut egress = Vec::with_capacity(spec.egress.len());
        for (place, rule) in spec.egress.iter().enumerate() {
            let field = Field::SPEC.entry("egress", place);
            egress.push(compile_rule((&rule.to, "to"), &rule.ports, field, &mut faults));
        }
        let isolates = compile_types(spec, &mut faults);
        // Rules of a direction that the policy is not about say nothing.
        let kept = |is: bool, rules: Vec<Rule>| if is { rules.into() } else { Box::default() };
        let rules = [kept(isolates[0], ingress), kept(isolates[1], egress)];
        faults.or(Self { selector: selector.unwrap_or_default().into(), isolates, rules })
    }
}

/// Whether the policy isolates, by direction. Where it does not say, it isolates for ingress, and for egress if it has
/// a rule of that.
fn compile_types(spec: &NetworkPolicySpec, faults: &mut Faults) -> [bool; 2] {
    let types = &spec.policy_types;
    if types.is_empty() {
        return [true, !spec.egress.is_empty()];
    }
    let directions = Direction::ALL.map(Direction::as_str);
    if types.len() > directions.len() {
        let message = format!("{} types, expected at most two", types.len());
        faults.add(Field::SPEC.child("policyTypes"), message);
    }
    for (place, written) in types.iter().enumerate().filter(|(_, it)| !directions.contains(&it.as_str())) {
        let message = format!("{} is neither Ingress nor Egress", Told(written));
        faults.add(Field::SPEC.entry("policyTypes", place), message);
    }
    directions.map(|direction| types.iter().any(|it| it == direction))
}

fn compile_rule(
    (peers, list): (&[NetworkPolicyPeer], &'static str),
    ports: &[NetworkPolicyPort],
    field: Field<'_>,
    faults: &mut Faults,
) -> Rule {
    let ports = ports::compile(ports, field, faults);
    if peers.is_empty() {
        return Rule { peers: Peers::Everyone, ports };
    }
    let listed = peers.iter().enumerate();
    let listed = listed.filter_map(|(place, peer)| compile_peer(peer, field.entry(list, place), faults));
    Rule { peers: Peers::Listed(listed.collect()), ports }
}

/// The peer; none where it is none, which is told.
fn compile_peer(peer: &NetworkPolicyPeer, field: Field<'_>, faults: &mut Faults) -> Option<Peer> {
    let pods = peer.pod_selector.as_ref();
    let pods = pods.map(|it| selectors::compile(it, field.child("podSelector"), faults));
    let namespaces = peer.namespace_selector.as_ref();
    let namespaces = namespaces.map(|it| selectors::compile(it, field.child("namespaceSelector"), faults));
    let block = peer.ip_block.as_ref();
    let block = block.map(|it| blocks::compile(it, field.child("ipBlock"), faults));
    match (pods, namespaces, block) {
        (None, None, None) => {
            faults.add(field, "no peer, expected a podSelector, a namespaceSelector or an ipBlock");
            None
        }
        (None, None, Some(block)) => block.map(|it| Peer::Block(Arc::new(it))),
        (pods, Some(namespaces), None) => {
            Some(Peer::Pods(Arc::new(Selection { namespaces, pods: pods.unwrap_or_default() })))
        }
        (Some(pods), None, None) => Some(Peer::Own(pods.into())),
        (_, _, Some(_)) => {
            faults.add(field, "an ipBlock beside a selector, expected one of them alone");
            None
        }
    }
}
