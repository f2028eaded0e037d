//! A document of connections that was written before, read again.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use super::By;
use super::diff::Flows;
use super::peer::{EXTERNAL, Peer};
use super::report::{FAMILIES, SCHEMA};
use super::source::Unknown;
use crate::network::{AddressSet, Direction, PortSet, Protocol};

/// A document that was read.
pub(super) struct Document {
    pub(super) flows: Flows,
    pub(super) unknown: Vec<Unknown>,
    /// How many problems it tells of.
    pub(super) problems: usize,
}

#[derive(Deserialize)]
struct Header {
    schema: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    #[serde(default = "by_default")]
    by: String,
    #[serde(default)]
    filter: FilterRecord,
    #[serde(default)]
    families: Vec<String>,
    connections: Vec<Record>,
    #[serde(default)]
    within: Vec<WithinRecord>,
    #[serde(default)]
    unknown: Vec<Unknown>,
    #[serde(default)]
    problems: Vec<serde::de::IgnoredAny>,
}

#[derive(Default, Deserialize)]
struct FilterRecord {
    from: Vec<String>,
    to: Vec<String>,
}

#[derive(Deserialize)]
struct Record {
    from: NodeRecord,
    to: NodeRecord,
    ports: Ports,
}

type Ports = BTreeMap<String, String>;

#[derive(Deserialize)]
struct NodeRecord {
    kind: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    ranges: Vec<String>,
}

#[derive(Deserialize)]
struct WithinRecord {
    workload: Peer,
    ports: Ports,
}

fn by_default() -> String {
    By::default().as_str().to_owned()
}

/// Whether the text is a document with a schema of ours, rather than a manifest.
pub(super) fn is_document(text: &[u8]) -> bool {
    serde_json::from_slice::<Header>(text).is_ok_and(|it| it.schema == SCHEMA)
}

/// Reads a document whose ends are these.
pub(super) fn read(text: &[u8], by: By) -> anyhow::Result<Document> {
    let report: Report = serde_json::from_slice(text).context("it is no such document")?;
    let (made, asked) = (&report.by, by.as_str());
    ensure!(*made == asked, "it is by {made}, and what is asked for is by {asked}");
    let FilterRecord { from, to } = &report.filter;
    ensure!(from.is_empty() && to.is_empty(), "it was written with --from or --to, and is not complete");
    let has_v6 = report.families.iter().any(|it| it == FAMILIES[1]);
    let mut flows = Flows { knows_v6: has_v6, speaks_v6: has_v6, ..Flows::default() };
    for (at, record) in report.connections.into_iter().enumerate() {
        enter(&mut flows, record).with_context(|| format!("connections[{at}]"))?;
    }
    for (at, WithinRecord { workload, ports }) in report.within.into_iter().enumerate() {
        let ports = read_ports(&ports).with_context(|| format!("within[{at}]"))?;
        flows.within.insert(Arc::new(workload), Arc::new(ports));
    }
    Ok(Document { flows, unknown: report.unknown, problems: report.problems.len() })
}

fn enter(flows: &mut Flows, record: Record) -> anyhow::Result<()> {
    let Record { from, to, ports } = record;
    let ports = read_ports(&ports)?;
    match (from.kind == EXTERNAL, to.kind == EXTERNAL) {
        (false, false) => flows.add_pair(from.into_peer(), to.into_peer(), &Arc::new(ports)),
        (true, false) => {
            let addresses = read_ranges(&from.ranges)?;
            flows.outside.entry((to.into_peer(), Direction::Ingress)).or_default().add(addresses, &ports);
        }
        (false, true) => {
            let addresses = read_ranges(&to.ranges)?;
            flows.outside.entry((from.into_peer(), Direction::Egress)).or_default().add(addresses, &ports);
        }
        (true, true) => bail!("both ends of it are outside"),
    }
    Ok(())
}

impl NodeRecord {
    fn into_peer(self) -> Arc<Peer> {
        Arc::new(Peer { kind: self.kind, namespace: self.namespace, name: self.name })
    }
}

fn read_ranges(ranges: &[String]) -> anyhow::Result<AddressSet> {
    let mut all = AddressSet::default();
    for range in ranges {
        let range =
            AddressSet::parse_range(range).with_context(|| format!("`{range}` is no range of addresses"))?;
        all = all.union(&range);
    }
    Ok(all)
}

fn read_ports(ports: &Ports) -> anyhow::Result<PortSet> {
    let mut all = PortSet::default();
    for (protocol, ports) in ports {
        let known = Protocol::parse(protocol).with_context(|| format!("`{protocol}` is no protocol"))?;
        let ports = PortSet::parse(known, ports).with_context(|| format!("`{ports}` are no ports"))?;
        all = all.union(&ports);
    }
    Ok(all)
}
