//! Connections in JSON: one document, complete, in an order that does not change, written as it is found.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::graph::{Connection, Graph, Node};
use super::peer::{EXTERNAL, Filter, Peer};
use super::source::{Source, Unknown};
use crate::cli::output::write_json;
use crate::cli::problem::Problem;
use crate::network::PortSet;

pub(super) const SCHEMA: &str = "plimsoll.dev/connections/v1";

/// How the families of addresses are called.
pub(super) const FAMILIES: [&str; 2] = ["IPv4", "IPv6"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    schema: &'static str,
    by: &'static str,
    filter: FilterRecord<'a>,
    /// The families of addresses that are told of.
    families: &'static [&'static str],
    connections: Rows<'a>,
    within: Vec<WithinRecord<'a>>,
    host_network: Vec<&'a Peer>,
    unknown: &'a [Unknown],
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct FilterRecord<'a> {
    from: Vec<&'a str>,
    to: Vec<&'a str>,
}

struct Rows<'a>(&'a Graph<'a>, &'a Filter);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.connections(self.1))
    }
}

/// Connections between the pods of a workload.
#[derive(Serialize)]
struct WithinRecord<'a> {
    workload: &'a Peer,
    #[serde(serialize_with = "serialize_ports")]
    ports: &'a PortSet,
}

impl Serialize for Connection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Connection", 3)?;
        record.serialize_field("from", &self.from)?;
        record.serialize_field("to", &self.to)?;
        record.serialize_field("ports", &self.ports.by_protocol())?;
        record.end()
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Peer(peer) => peer.serialize(serializer),
            Self::External(addresses) => {
                let mut record = serializer.serialize_struct("External", 2)?;
                record.serialize_field("kind", EXTERNAL)?;
                record.serialize_field("ranges", &addresses.ranges().collect::<Vec<_>>())?;
                record.end()
            }
        }
    }
}

/// As in `{"TCP": "1-79,81-65535", "UDP": "*"}`.
pub(super) fn serialize_ports<S: Serializer>(ports: &PortSet, serializer: S) -> Result<S::Ok, S::Error> {
    ports.by_protocol().serialize(serializer)
}

/// Writes the connections to the standard output.
pub(super) fn write(graph: &Graph<'_>, filter: &Filter, source: &Source) -> anyhow::Result<()> {
    let within: Vec<_> = graph.within(filter).collect();
    let within = within.iter().map(|(workload, ports)| WithinRecord { workload, ports });
    let report = Report {
        schema: SCHEMA,
        by: graph.by.as_str(),
        filter: FilterRecord { from: Filter::texts(&filter.from), to: Filter::texts(&filter.to) },
        families: if graph.speaks_v6() { &FAMILIES } else { &FAMILIES[..1] },
        connections: Rows(graph, filter),
        within: within.collect(),
        host_network: graph.host_network.iter().filter(|it| filter.is_about(it)).collect(),
        unknown: &source.unknown,
        problems: &source.problems,
    };
    write_json(&report)
}
