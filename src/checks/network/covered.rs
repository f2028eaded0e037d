//! What is declared to be allowed between a class and its peers.

use super::dns::all_ports;
use crate::baseline::{Network, Party};
use crate::network::{Class, Direction, Pods, PortSet};

/// The ports that are allowed between a class and its peers, by `allow` and because names have to be resolved.
#[derive(Debug)]
pub(super) struct Covered<'a> {
    entries: Vec<(&'a Pods, &'a PortSet)>,
    /// With whomever.
    everyone: PortSet,
    /// The pods that answer the cluster's DNS, where they are the peers.
    dns: Option<&'a Pods>,
}

impl<'a> Covered<'a> {
    /// What is allowed in this direction of the class.
    pub(super) fn of(network: &'a Network, direction: Direction, class: &Class) -> Self {
        let pods = network.allowed().iter().filter_map(|flow| match (&flow.from, &flow.to) {
            (Party::Pods(from), Party::Pods(to)) => Some((from, to, &flow.ports)),
            _ => None,
        });
        let mut entries = Vec::new();
        let mut everyone = PortSet::default();
        for (from, to, ports) in pods {
            let (near, far) = match direction {
                Direction::Ingress => (to, from),
                Direction::Egress => (from, to),
            };
            if near.select(class) && far.is_everyone() {
                everyone = everyone.union(ports);
            } else if near.select(class) {
                entries.push((far, ports));
            }
        }
        if direction == Direction::Ingress && network.dns.select(class) {
            everyone = everyone.union(&all_ports(class));
        }
        let dns = (direction == Direction::Egress).then_some(&network.dns);
        Self { entries, everyone, dns }
    }

    /// The ports on which every peer is allowed.
    pub(super) fn with_everyone(&self) -> &PortSet {
        &self.everyone
    }

    /// The ports on which this peer is allowed.
    pub(super) fn with(&self, peer: &Class) -> PortSet {
        let selected = self.entries.iter().filter(|(pods, _)| pods.select(peer));
        let ports = selected.fold(self.everyone.clone(), |all, (_, ports)| all.union(ports));
        match self.dns.filter(|pods| pods.select(peer)) {
            Some(_) => ports.union(&all_ports(peer)),
            None => ports,
        }
    }
}
