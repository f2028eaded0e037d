//! The differences in JSON: one document, complete, in an order that does not change.

use serde::Serialize;

use super::compare::{Changed, Differences, Within};
use super::side::Side;
use crate::cli::connections::graph::{Connection, Node};
use crate::cli::connections::peer::Peer;
use crate::cli::connections::report::serialize_ports;
use crate::cli::connections::source::Unknown;
use crate::cli::output::write_json;
use crate::cli::problem::Problem;
use crate::network::PortSet;

const SCHEMA: &str = "plimsoll.dev/connections-diff/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    added: &'a [Connection],
    removed: &'a [Connection],
    changed: Vec<ChangedRecord<'a>>,
    within: Vec<WithinRecord<'a>>,
    unknown: Vec<&'a Unknown>,
    problems: Vec<&'a Problem>,
}

#[derive(Serialize)]
struct ChangedRecord<'a> {
    from: &'a Node,
    to: &'a Node,
    #[serde(serialize_with = "serialize_ports")]
    before: &'a PortSet,
    #[serde(serialize_with = "serialize_ports")]
    after: &'a PortSet,
}

/// Empty ports are none.
#[derive(Serialize)]
struct WithinRecord<'a> {
    workload: &'a Peer,
    #[serde(serialize_with = "serialize_ports")]
    before: &'a PortSet,
    #[serde(serialize_with = "serialize_ports")]
    after: &'a PortSet,
}

pub(super) fn write(differences: &Differences, sides: [&Side; 2]) -> anyhow::Result<()> {
    let changed = differences.changed.iter().map(|Changed { from, to, before, after }| ChangedRecord {
        from,
        to,
        before,
        after,
    });
    let within = differences.within.iter().map(|Within { workload, before, after }| WithinRecord {
        workload,
        before,
        after,
    });
    let mut unknown: Vec<&Unknown> = sides.iter().flat_map(|it| &it.unknown).collect();
    unknown.sort();
    unknown.dedup();
    write_json(&Report {
        schema: SCHEMA,
        added: &differences.added,
        removed: &differences.removed,
        changed: changed.collect(),
        within: within.collect(),
        unknown,
        problems: sides.iter().flat_map(|it| &it.problems).collect(),
    })
}
