//! Which ways let flows through that nothing declares: asked of one direction of one class of pods.

use std::collections::BTreeSet;

use super::covered::Covered;
use super::ways::{Place, Ways};
use crate::baseline::Network;
use crate::checks::remembered::Namespaces;
use crate::checks::words::at_most;
use crate::network::{Class, Direction, Map, Peer, Peers, PortSet, RulePorts, Through};
use crate::snapshot::{Snapshot, is_undecided};

/// How many blocks of addresses of one rule are told.
const BLOCKS_MAX: usize = 10;

/// Which flows are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Those with other namespaces.
    Across,
    /// Those within the namespace as well.
    Everywhere,
}

/// A question about flows in one direction, under one baseline.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) map: &'a Map,
    pub(super) network: &'a Network,
    /// The namespaces that the baseline does not govern. What arrives in any other is told there.
    pub(super) ungoverned: &'a Namespaces,
    pub(super) direction: Direction,
    pub(super) reach: Reach,
}

impl Question<'_> {
    /// Adds the ways by which flows with pods come through the direction of a class. Returns whether any does.
    pub(super) fn ask(&self, class: &Class, ways: &mut Ways) -> bool {
        let side = class.side(self.direction);
        let mut end = End { question: self, class, covered: None, comes: false };
        // Where it should be isolated, that it is not is told alone.
        if side.is_open() && !self.network.default_deny.contains(&self.direction) {
            let ports = RulePorts { numbers: PortSet::all(), names: Box::default() };
            end.wide(Place::NotIsolated, (&[], &ports), ways);
        }
        for through in side.rules(self.direction) {
            end.rule(&through, ways);
        }
        end.comes
    }

    /// Whether a flow of `class` with the peer is asked about.
    fn is_about(&self, class: &Class, peer: &Class) -> bool {
        let is_told_here = || match self.direction {
            Direction::Ingress => true,
            Direction::Egress => self.ungoverned.contains(&peer.namespace),
        };
        let is_itself = || std::ptr::eq(class, peer) && self.map.is_one_pod(class);
        (self.reach == Reach::Everywhere || class.namespace != peer.namespace)
            && !is_itself()
            && is_told_here()
            // What will become of flows with it, nobody knows yet.
            && !is_undecided(peer)
    }

    /// Whoever a wide way of the class could let through: those that let everyone through, and those that select it.
    fn candidates<'a>(&'a self, class: &'a Class) -> impl Iterator<Item = &'a Class> {
        let opposite = self.direction.opposite();
        let (any, told_here) = match self.direction {
            Direction::Ingress => (Some(self.map.wide(opposite)), None),
            Direction::Egress => (None, Some(self.map.wide_among(opposite, self.ungoverned))),
        };
        let wide = any.into_iter().flatten().chain(told_here.into_iter().flatten());
        let selecting = std::iter::once_with(move || self.map.selecting(class, opposite)).flatten();
        wide.chain(selecting).map(|id| self.map.class(id)).filter(|it| self.is_about(class, it))
    }
}

/// The end of flows that is asked about.
struct End<'a> {
    question: &'a Question<'a>,
    class: &'a Class,
    /// What is allowed with it; none until that is asked.
    covered: Option<Covered<'a>>,
    /// Anything comes that is not.
    comes: bool,
}

impl<'a> End<'a> {
    fn covered(&mut self) -> &Covered<'a> {
        let Question { network, direction, .. } = self.question;
        self.covered.get_or_insert_with(|| Covered::of(network, *direction, self.class))
    }

    /// Adds what comes by this rule.
    fn rule(&mut self, through: &Through<'_>, ways: &mut Ways) {
        let direction = self.question.direction;
        let place = || Place::of(through, direction);
        let ports = &through.rule.ports;
        let Peers::Listed(peers) = &through.rule.peers else {
            return self.wide(place(), (&[], ports), ways);
        };
        let (mut every_pod, mut blocks) = (None, Vec::new());
        for peer in peers {
            match peer {
                Peer::Own(_) if self.question.reach == Reach::Across => {}
                Peer::Pods(selection) if selection.is_everyone() => every_pod = Some(peer),
                Peer::Block(_) => blocks.push(peer),
                Peer::Own(_) | Peer::Pods(_) => self.named(&place, (peer, ports), ways),
            }
        }
        if let Some(peer) = every_pod {
            self.wide(place(), (&[peer], ports), ways);
        }
        if !blocks.is_empty() {
            self.wide(place(), (&blocks, ports), ways);
        }
    }

    /// Adds a wide way, if any flow comes by it.
    fn wide(&mut self, place: Place, by: (&[&Peer], &RulePorts), ways: &mut Ways) {
        let (question, class) = (self.question, self.class);
        let covered = self.covered();
        let Some(ports) = words_of_ports(question.direction, class, by.1, covered.with_everyone()) else {
            return;
        };
        let comes =
            question.candidates(class).any(|peer| !left(question, class, covered, by, peer).is_empty());
        if comes {
            self.comes = true;
            ways.add(place, words_of_wide(by.0), ports);
        }
    }

    /// Adds the workloads that one entry of a rule selects by their labels, as far as their flows come.
    fn named(&mut self, place: &impl Fn() -> Place, (entry, ports): (&Peer, &RulePorts), ways: &mut Ways) {
        let (question, class) = (self.question, self.class);
        let Question { map, snapshot, .. } = question;
        for id in map.selected(class, entry) {
            let peer = map.class(id);
            if !question.is_about(class, peer) {
                continue;
            }
            let left = left(question, class, self.covered(), (&[entry], ports), peer);
            if left.is_empty() {
                continue;
            }
            self.comes = true;
            ways.add_workloads(place(), snapshot.workloads_in(map, peer), &left);
        }
    }
}

/// The ports on which a flow with the peer comes by these entries of a rule, without those that are allowed.
fn left(
    question: &Question<'_>,
    class: &Class,
    covered: &Covered<'_>,
    (entries, ports): (&[&Peer], &RulePorts),
    peer: &Class,
) -> PortSet {
    let allowed = covered.with(peer);
    if ports.names.is_empty() && allowed.covers(&ports.numbers) {
        return PortSet::default();
    }
    question.map.flow_by(class, question.direction, (entries, ports), peer).without(&allowed)
}

/// The ports of a wide way, but for those that are allowed with everyone; none where that is all of them. Those with
/// names are known at the end that is connected to alone.
fn words_of_ports(
    direction: Direction,
    class: &Class,
    ports: &RulePorts,
    allowed: &PortSet,
) -> Option<String> {
    let known = match direction {
        Direction::Ingress => ports.at(&class.ports),
        Direction::Egress => ports.numbers.clone(),
    };
    let left = known.without(allowed);
    let numbers = (!left.is_empty()).then(|| left.to_string());
    let names = ports.names.iter().filter(|_| direction == Direction::Egress);
    let names: BTreeSet<String> =
        names.map(|(protocol, name)| format!("{}/{name}", protocol.as_str())).collect();
    let told: Vec<String> = numbers.into_iter().chain(names).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

fn words_of_wide(entries: &[&Peer]) -> String {
    let blocks: BTreeSet<String> = entries
        .iter()
        .filter_map(|it| match it {
            Peer::Block(block) => Some(block.to_string()),
            Peer::Own(_) | Peer::Pods(_) => None,
        })
        .collect();
    match entries {
        [] => "everyone".to_owned(),
        _ if blocks.is_empty() => "every pod of every namespace".to_owned(),
        _ => {
            let blocks = at_most(blocks.into_iter().collect(), BLOCKS_MAX).join(", ");
            format!("pods with addresses in {blocks}")
        }
    }
}
