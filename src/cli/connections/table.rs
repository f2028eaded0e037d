//! Connections for people: by where they come from, within the width of the terminal.

use super::graph::{Graph, Node};
use super::peer::{EXTERNAL, Filter};
use super::rules;
use crate::cli::page::{DIM, PLAIN, Page};

/// The connections that are asked for, with colours.
pub(super) fn render(graph: &Graph<'_>, filter: &Filter, width: usize) -> String {
    let mut page = Page::new(width);
    let mut connections = 0u64;
    let mut last = None;
    for connection in graph.connections(filter) {
        let from = source(&connection.from);
        if last.as_ref() != Some(&from) {
            if last.is_some() {
                page.blank();
            }
            page.title(&format!("from {from}"));
            last = Some(from);
        }
        connections += 1;
        page.indented(2, line(&connection.from, &connection.to, &connection.ports.to_string()), PLAIN);
        if filter.names_both() {
            put_all(&mut page, 4, &rules::by_which(graph, &connection));
        }
    }
    if connections > 0 {
        page.blank();
    }
    if filter.names_both() {
        put_closed(&mut page, graph, filter);
    }
    put_within(&mut page, graph, filter);
    put_host_network(&mut page, graph, filter);
    page.title(&summary(connections));
    page.into_text()
}

/// What stands above the connections from there.
fn source(node: &Node) -> String {
    match node {
        Node::Peer(peer) => peer.to_string(),
        Node::External(_) => EXTERNAL.to_owned(),
    }
}

fn line(from: &Node, to: &Node, ports: &str) -> String {
    match (from, to) {
        (Node::External(addresses), Node::Peer(to)) => format!("{addresses} to {to} on {ports}"),
        (_, to) => format!("to {} on {ports}", told(to)),
    }
}

/// An end in one line.
pub(super) fn told(node: &Node) -> String {
    match node {
        Node::Peer(peer) => peer.to_string(),
        Node::External(addresses) => format!("{EXTERNAL} {addresses}"),
    }
}

fn put_all(page: &mut Page, indentation: usize, lines: &[String]) {
    for line in lines {
        page.indented(indentation, line, DIM);
    }
}

/// The pairs that are asked for and have no connection, with what keeps them from it.
fn put_closed(page: &mut Page, graph: &Graph<'_>, filter: &Filter) {
    let closed = rules::closed(graph, filter);
    if closed.is_empty() {
        return;
    }
    page.title("Closed");
    for (pair, reasons) in &closed {
        page.indented(2, pair, PLAIN);
        put_all(page, 4, reasons);
    }
    page.blank();
}

fn put_within(page: &mut Page, graph: &Graph<'_>, filter: &Filter) {
    let mut within = graph.within(filter).peekable();
    if within.peek().is_none() {
        return;
    }
    page.title("Between the pods of one workload");
    for (workload, ports) in within {
        page.indented(2, format!("{workload} on {ports}"), PLAIN);
    }
    page.blank();
}

fn put_host_network(page: &mut Page, graph: &Graph<'_>, filter: &Filter) {
    let mut peers = graph.host_network.iter().filter(|it| filter.is_about(it)).peekable();
    if peers.peek().is_none() {
        return;
    }
    page.title("In the network of the host, where it is not defined what policies do");
    peers.for_each(|peer| page.indented(2, peer, PLAIN));
    page.blank();
}

fn summary(connections: u64) -> String {
    match connections {
        0 => "no connection".to_owned(),
        1 => "1 connection".to_owned(),
        count => format!("{count} connections"),
    }
}
