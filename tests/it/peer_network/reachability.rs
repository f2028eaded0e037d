//! Kubernetes' truth tables: who reaches whom on which port.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;

use super::{cases, document};

#[derive(Deserialize)]
struct Case {
    title: String,
    probes: Vec<Probe>,
}

/// For each source, whether it reaches each of the pods of `order`.
#[derive(Deserialize)]
struct Probe {
    port: u16,
    protocol: String,
    order: Vec<String>,
    matrix_row_is_source: BTreeMap<String, String>,
}

#[test]
fn every_pair_of_pods_is_as_the_truth_tables_say() {
    let Some(directory) = cases() else {
        println!("left out: PLIMSOLL_PEER_TESTS is not set");
        return;
    };
    let (mut tables, mut asserted) = (0, 0);
    for entry in fs::read_dir(directory.join("reachability")).unwrap() {
        let folder = entry.unwrap().path();
        let case: Case = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let manifests = folder.join("manifests.yaml");
        let found = document(&["--by", "pod"], &[&manifests], &[0]);
        for probe in &case.probes {
            tables += 1;
            let table = format!("{} ({}), {}/{}", folder.display(), case.title, probe.protocol, probe.port);
            asserted += hold(probe, &found, &table);
        }
    }
    assert!(asserted > 0, "no table asserts anything");
    println!("{asserted} pairs of {tables} tables agree");
}

/// How many pairs the table says something of.
fn hold(probe: &Probe, found: &Value, table: &str) -> usize {
    let mut asserted = 0;
    for (from, row) in &probe.matrix_row_is_source {
        assert_eq!(row.len(), probe.order.len(), "{table}: the row of {from}");
        for (to, expected) in probe.order.iter().zip(row.chars()) {
            let expected = match expected {
                '.' => true,
                'X' => false,
                '-' => continue,
                other => panic!("{table}: `{other}` is unknown"),
            };
            asserted += 1;
            assert_eq!(reaches(found, from, to, probe), expected, "{table}: {from} to {to}");
        }
    }
    asserted
}

fn reaches(found: &Value, from: &str, to: &str, probe: &Probe) -> bool {
    let is = |peer: &Value, name: &str| {
        peer["kind"] == "Pod" && format!("{}/{}", text(&peer["namespace"]), text(&peer["name"])) == name
    };
    let connections = found["connections"].as_array().unwrap();
    let open = connections.iter().filter(|it| is(&it["from"], from) && is(&it["to"], to));
    open.filter_map(|it| it["ports"][&probe.protocol].as_str()).any(|ports| holds(ports, probe.port))
}

fn holds(ports: &str, port: u16) -> bool {
    ports == "*"
        || ports.split(',').any(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            (first.parse().unwrap()..=last.parse().unwrap()).contains(&port)
        })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
