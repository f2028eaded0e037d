//! What policies make of one workload, for whoever has to judge a deviation of it.

use super::By;
use super::graph::{Connection, Graph, Node};
use super::peer::{Filter, Name, Peer};
use super::rules;
use super::source::Source;
use super::table::told;
use crate::network::Direction;

/// A workload as policies see it.
#[derive(Debug)]
pub(in crate::cli) struct Sides {
    /// By direction, which policies isolate it.
    pub(in crate::cli) isolation: Vec<String>,
    /// What is open in the direction that is asked about, each with the rules on either side.
    pub(in crate::cli) open: Vec<(String, Vec<String>)>,
}

/// Which connections are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Reach {
    Nowhere,
    Everywhere,
    OtherNamespaces,
    Outside,
}

/// How many connections are told.
const OPEN_MAX: usize = 20;

/// What the source says of the workload; none where it is not there, or in the network of the host alone.
pub(in crate::cli) fn sides(
    source: &Source,
    workload: [&str; 3],
    direction: Direction,
    reach: Reach,
) -> Option<Sides> {
    let [kind, namespace, name] = workload.map(str::to_owned);
    let peer = Peer { kind, namespace, name };
    let graph = Graph::of(&source.snapshot, By::Workload);
    let (at, _) = graph.known_ends().find(|(_, it)| ***it == peer)?;
    let name = vec![Name::of(&peer)];
    let filter = match direction {
        Direction::Ingress => Filter { to: name, ..Filter::default() },
        Direction::Egress => Filter { from: name, ..Filter::default() },
    };
    let connections = graph.connections(&filter);
    let asked = connections.filter(|it| is_asked(it, direction, &peer, reach));
    let mut open: Vec<_> =
        asked.take(OPEN_MAX + 1).map(|it| (line(&it), rules::by_which(&graph, &it))).collect();
    if open.len() > OPEN_MAX {
        open.truncate(OPEN_MAX);
        open.push(("and more, which `plimsoll connections` tells".to_owned(), Vec::new()));
    }
    Some(Sides { isolation: rules::isolation(&graph, at), open })
}

fn is_asked(connection: &Connection, direction: Direction, peer: &Peer, reach: Reach) -> bool {
    let other = match direction {
        Direction::Ingress => &connection.from,
        Direction::Egress => &connection.to,
    };
    match (reach, other) {
        (Reach::Everywhere, _) | (Reach::Outside, Node::External(_)) => true,
        (Reach::OtherNamespaces, Node::Peer(other)) => other.namespace != peer.namespace,
        (Reach::Nowhere, _)
        | (Reach::Outside, Node::Peer(_))
        | (Reach::OtherNamespaces, Node::External(_)) => false,
    }
}

fn line(connection: &Connection) -> String {
    format!("{} to {} on {}", told(&connection.from), told(&connection.to), connection.ports)
}
