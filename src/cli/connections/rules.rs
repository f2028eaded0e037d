//! By which rules a connection is open, and what keeps one closed.

use std::sync::Arc;

use super::graph::{Connection, Graph, Node};
use super::peer::{EXTERNAL, Filter};
use crate::network::{AddressSet, Class, Direction, NamedPolicy, Peer, Peers, Side, Through};

/// How many pairs without a connection are told: who asks by whole namespaces reads no more.
const CLOSED_MAX: usize = 50;

/// By which rules on either side the connection is open.
pub(super) fn by_which(graph: &Graph<'_>, connection: &Connection) -> Vec<String> {
    let mut lines = Vec::new();
    match (&connection.from, &connection.to) {
        (Node::Peer(from), Node::Peer(to)) => {
            let (Some(from), Some(to)) = (place(graph, from), place(graph, to)) else { return lines };
            each_pair(graph, from, to, |from, to| {
                if graph.map.flow(from, to).is_empty() {
                    return;
                }
                add(&mut lines, opened(graph, from, Direction::Egress, to));
                add(&mut lines, opened(graph, to, Direction::Ingress, from));
            });
        }
        (Node::Peer(peer), Node::External(addresses)) => {
            outside(graph, peer, Direction::Egress, addresses, &mut lines);
        }
        (Node::External(addresses), Node::Peer(peer)) => {
            outside(graph, peer, Direction::Ingress, addresses, &mut lines);
        }
        (Node::External(_), Node::External(_)) => {}
    }
    lines
}

/// The pairs that are asked for and closed, with what closes them.
pub(super) fn closed(graph: &Graph<'_>, filter: &Filter) -> Vec<(String, Vec<String>)> {
    let mut closed: Vec<_> = closed_pairs(graph, filter)
        .chain(closed_outside(graph, filter, Direction::Egress))
        .chain(closed_outside(graph, filter, Direction::Ingress))
        .take(CLOSED_MAX + 1)
        .collect();
    if closed.len() > CLOSED_MAX {
        closed.truncate(CLOSED_MAX);
        closed.push((format!("no more than {CLOSED_MAX} pairs are told"), Vec::new()));
    }
    closed
}

fn closed_pairs<'a>(
    graph: &'a Graph<'_>,
    filter: &'a Filter,
) -> impl Iterator<Item = (String, Vec<String>)> + 'a {
    let from = graph.known_ends().filter(|(_, peer)| filter.is_from(peer));
    let pairs = from.flat_map(move |from| {
        let to = graph.known_ends().filter(move |(at, peer)| *at != from.0 && filter.is_to(peer));
        to.map(move |to| (from, to))
    });
    pairs.filter_map(|((from, from_peer), (to, to_peer))| {
        let mut lines = Vec::new();
        let mut is_open = false;
        each_pair(graph, from, to, |from, to| {
            is_open |= !graph.map.flow(from, to).is_empty();
            add(&mut lines, closing(graph, from, to));
        });
        (!is_open).then(|| (format!("{from_peer} to {to_peer}"), lines))
    })
}

/// Those of which one end is outside.
fn closed_outside<'a>(
    graph: &'a Graph<'_>,
    filter: &'a Filter,
    direction: Direction,
) -> impl Iterator<Item = (String, Vec<String>)> + 'a {
    let asked = graph.known_ends().filter(move |(_, peer)| match direction {
        Direction::Egress => filter.is_to_external() && filter.is_from(peer),
        Direction::Ingress => filter.is_from_external() && filter.is_to(peer),
    });
    let closed = asked.filter(move |(at, _)| graph.outside(*at, direction).by_ports().is_empty());
    closed.map(move |(at, peer)| {
        let pair = match direction {
            Direction::Egress => format!("{peer} to {EXTERNAL}"),
            Direction::Ingress => format!("{EXTERNAL} to {peer}"),
        };
        let mut lines = Vec::new();
        for class in graph.classes(at) {
            if let Side::Isolated(policies) = class.side(direction) {
                add(&mut lines, vec![closed_by(class, direction, policies)]);
            }
        }
        (pair, lines)
    })
}

/// By direction, which policies isolate the end at this place.
pub(super) fn isolation(graph: &Graph<'_>, at: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for direction in Direction::ALL {
        for class in graph.classes(at) {
            let line = match class.side(direction) {
                Side::Open => not_isolated(direction),
                Side::Isolated(policies) => isolated(class, direction, policies),
            };
            add(&mut lines, vec![line]);
        }
    }
    lines
}

fn place(graph: &Graph<'_>, peer: &super::Peer) -> Option<usize> {
    graph.ends().find(|(_, it)| ***it == *peer).map(|(at, _)| at)
}

fn each_pair(graph: &Graph<'_>, from: usize, to: usize, mut visit: impl FnMut(&Class, &Class)) {
    for from in graph.classes(from) {
        graph.classes(to).for_each(|to| visit(from, to));
    }
}

fn add(lines: &mut Vec<String>, more: Vec<String>) {
    for line in more {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
}

/// By which rules `class` lets the peer through.
fn opened(graph: &Graph<'_>, class: &Class, direction: Direction, peer: &Class) -> Vec<String> {
    let side = class.side(direction);
    if side.is_open() {
        return vec![not_isolated(direction)];
    }
    let named = if direction == Direction::Ingress { &class.ports } else { &peer.ports };
    let rules = side.rules(direction).filter(|it| graph.map.is_among(class, &it.rule.peers, peer));
    let open = rules.map(|it| (it, it.rule.ports.at(named))).filter(|(_, ports)| !ports.is_empty());
    open.map(|(it, ports)| format!("{} on {ports}", rule(class, direction, it))).collect()
}

fn outside(
    graph: &Graph<'_>,
    peer: &super::Peer,
    direction: Direction,
    addresses: &AddressSet,
    lines: &mut Vec<String>,
) {
    for class in place(graph, peer).into_iter().flat_map(|at| graph.classes(at)) {
        let side = class.side(direction);
        if side.is_open() {
            add(lines, vec![not_isolated(direction)]);
        }
        let rules = side.rules(direction).filter(|it| lets_any(&it.rule.peers, addresses));
        add(lines, rules.map(|it| rule(class, direction, it)).collect());
    }
}

/// Whether any of the addresses is one of the peers.
fn lets_any(peers: &Peers, addresses: &AddressSet) -> bool {
    match peers {
        Peers::Everyone => true,
        Peers::Listed(peers) => peers.iter().any(|it| match it {
            Peer::Block(block) => !block.addresses.intersection(addresses).is_empty(),
            Peer::Own(_) | Peer::Pods(_) => false,
        }),
    }
}

/// What keeps a pod of the one from connecting to one of the other: whichever side does, or that both let other ports
/// through.
fn closing(graph: &Graph<'_>, from: &Class, to: &Class) -> Vec<String> {
    let sides = [(from, Direction::Egress, to), (to, Direction::Ingress, from)];
    let lines = sides.map(|(class, direction, peer)| {
        let Side::Isolated(policies) = class.side(direction) else { return None };
        let is_open = !opened(graph, class, direction, peer).is_empty();
        (!is_open).then(|| closed_by(class, direction, policies))
    });
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if !lines.is_empty() {
        return lines;
    }
    let both = sides.map(|(class, direction, peer)| opened(graph, class, direction, peer));
    let apart = "each side lets it through, but on other ports or for addresses of another family".to_owned();
    [apart].into_iter().chain(both.into_iter().flatten()).collect()
}

fn isolated(class: &Class, direction: Direction, policies: &[Arc<NamedPolicy>]) -> String {
    let names = policies.iter().map(|it| format!("{}/{}", class.namespace, it.name));
    let names: Vec<String> = names.collect();
    format!("{}: isolated by NetworkPolicy {}", word(direction), names.join(", "))
}

fn closed_by(class: &Class, direction: Direction, policies: &[Arc<NamedPolicy>]) -> String {
    format!("{}, no rule lets it through", isolated(class, direction, policies))
}

fn not_isolated(direction: Direction) -> String {
    format!("{}: no policy isolates it", word(direction))
}

fn rule(class: &Class, direction: Direction, through: Through<'_>) -> String {
    let Through { policy, number, .. } = through;
    let (word, namespace) = (word(direction), &class.namespace);
    format!("{word}: NetworkPolicy {namespace}/{policy}, spec.{word}[{number}]")
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}
