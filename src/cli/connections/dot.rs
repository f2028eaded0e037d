//! Connections as a graph for Graphviz.

use std::io::{self, Write};

use super::graph::{Graph, Node};
use super::peer::{EXTERNAL, Filter, Peer};
use crate::cli::escape::Escaped;

/// Writes every peer that is asked for, and every connection.
pub(super) fn render(graph: &Graph<'_>, filter: &Filter, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph connections {{")?;
    for (_, peer) in graph.ends().filter(|(_, peer)| filter.is_about(peer)) {
        writeln!(out, "  {};", quoted(&peer.to_string()))?;
    }
    for peer in graph.host_network.iter().filter(|it| filter.is_about(it)) {
        writeln!(out, "  {} [style=dashed, label={}];", quoted(&peer.to_string()), host_label(peer))?;
    }
    for connection in graph.connections(filter) {
        let (from, to) = (node(&connection.from), node(&connection.to));
        writeln!(out, "  {from} -> {to} [label={}];", quoted(&connection.ports.to_string()))?;
    }
    for (workload, ports) in graph.within(filter) {
        let workload = quoted(&workload.to_string());
        writeln!(out, "  {workload} -> {workload} [label={}];", quoted(&ports.to_string()))?;
    }
    writeln!(out, "}}")
}

fn node(node: &Node) -> String {
    match node {
        Node::Peer(peer) => quoted(&peer.to_string()),
        Node::External(addresses) => quoted(&format!("{EXTERNAL} {addresses}")),
    }
}

fn host_label(peer: &Peer) -> String {
    quoted(&format!("{peer} (host network)"))
}

/// A quoted string. Within one, a backslash begins a sequence, and an ampersand an entity.
fn quoted(text: &str) -> String {
    let escaped = Escaped(text).to_string();
    format!("\"{}\"", escaped.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_quotes_or_steers() {
        assert_eq!(quoted(r#"Pod/a/b"; x -> y"#), r#""Pod/a/b\"; x -> y""#);
        assert_eq!(quoted("a\\"), r#""a\\""#);
        assert_eq!(quoted("a\nb&lt;"), r#""a\\nb&amp;lt;""#);
    }
}
