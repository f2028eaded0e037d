//! `plimsoll connections` and `plimsoll connections diff` on the cases of tests/cases/connections. Each is a directory with
//! `commands`, one a line, that are run there; `expect.txt` has each with its exit status and what is said.
//! `UPDATE_CASES=1` writes it anew.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cases;
use crate::check::said;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/connections")
}

#[test]
fn every_case_is_answered_as_expected() {
    cases::are_as_expected(&root(), 7);
}

/// What the command says, without its exit status.
fn document(case: &str, command: &str) -> String {
    said(&root().join(case), command).split_once('\n').unwrap().1.to_owned()
}

#[test]
fn the_document_of_before_is_what_was_before() {
    let kept = fs::read_to_string(root().join("diff/before.json")).unwrap_or_default();
    let written = document("diff", "connections before --output json");
    if std::env::var_os("UPDATE_CASES").is_some() {
        fs::write(root().join("diff/before.json"), &written).unwrap();
    }
    assert_eq!(kept, written);
}

#[test]
fn a_pair_without_a_connection_is_left_out_and_every_other_is_there() {
    let found: Value =
        serde_json::from_str(&document("sample", "connections cluster.yaml --output json")).unwrap();
    let peer =
        |kind: &str, namespace: &str, name: &str| json!({"kind": kind, "namespace": namespace, "name": name});
    let prometheus = peer("StatefulSet", "monitoring", "prometheus");
    let (web, api) = (peer("Deployment", "shop", "web"), peer("Deployment", "shop", "api"));
    let outside = |ranges: &[&str]| json!({"kind": "External", "ranges": ranges});
    let all = json!({"SCTP": "*", "TCP": "*", "UDP": "*"});
    let everywhere = outside(&["0.0.0.0-255.255.255.255"]);
    let but_inside = outside(&["0.0.0.0-9.255.255.255", "11.0.0.0-255.255.255.255"]);
    assert_eq!(
        found["connections"],
        json!([
            {"from": prometheus, "to": api, "ports": {"TCP": "9100"}},
            {"from": prometheus, "to": everywhere, "ports": all},
            {"from": web, "to": api, "ports": {"TCP": "9000"}},
            {"from": everywhere, "to": prometheus, "ports": all},
            {"from": but_inside, "to": web, "ports": {"TCP": "8080"}},
        ])
    );
    assert_eq!(found["within"], json!([{"workload": prometheus, "ports": all}]));
    assert_eq!(found["hostNetwork"], json!([peer("DaemonSet", "monitoring", "node-exporter")]));
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let said = cases::run(&root().join("hostile"));
    assert!(said.contains("forged"), "{said}");
    let steers = |it: char| it.is_control() && it != '\n' || it == '\u{202e}';
    let tables = said.split("$ ").filter(|it| !it.contains("--output json")).collect::<String>();
    assert!(!tables.chars().any(steers), "{tables:?}");
    assert!(!said.lines().any(|line| line.starts_with("forged")), "{said}");
}

#[test]
fn narrow_tables_stay_within_the_terminal() {
    let table = document("sample", "COLUMNS=40 connections cluster.yaml");
    let widest = table.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!((20..=40).contains(&widest), "{table}");
}

#[test]
fn the_page_shows_runs_as_they_are() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/connections.md")).unwrap();
    for (case, arguments) in [
        ("sample", "connections cluster.yaml"),
        ("sample", "connections cluster.yaml --from monitoring/* --to shop/*"),
        ("diff", "connections diff before after"),
    ] {
        let shown = format!("$ plimsoll {arguments}\n{}", document(case, arguments));
        assert!(page.contains(&shown), "docs/connections.md is to show:\n{shown}");
    }
}
