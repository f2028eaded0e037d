//! The reports of `plimsoll check` beside the table: what standards say of them, and the cases of tests/cases/reports.

mod schema;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use roxmltree::Document;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cases;
use crate::check::lasting;
use crate::ending::write_kubeconfig;
use schema::Schema;

fn root(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

#[test]
fn every_case_is_reported_as_expected() {
    cases::are_as_expected(&root("tests/cases/reports"), 5);
}

/// What the command writes, in every folder that `check` is tried in: clean, broken, hostile and waived ones.
fn reports(output: &str) -> Vec<(String, Vec<u8>)> {
    let mut folders: Vec<_> =
        fs::read_dir(root("tests/cases/check")).unwrap().map(|it| it.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() > 10, "the cases were not found");
    let report = |folder: PathBuf| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let lasting = lasting(&folder);
        let place = lasting.as_ref().map_or(&*folder, TempDir::path);
        command.args(["check", ".", "--output", output]).current_dir(place);
        if folder.join("baseline.yaml").exists() {
            command.args(["--baseline", "baseline.yaml"]);
        }
        (folder.display().to_string(), command.output().unwrap().stdout)
    };
    folders.into_iter().map(report).collect()
}

#[test]
fn sarif_is_as_its_schema_says() {
    let schema = Schema::of_sarif();
    let mut results = 0;
    let mut suppressed = 0;
    for (folder, report) in reports("sarif") {
        let log: Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(schema.faults(&log), Vec::<String>::new(), "{folder}");
        let found = log["runs"][0]["results"].as_array().unwrap();
        results += found.len();
        suppressed += found.iter().filter(|it| it.get("suppressions").is_some()).count();
    }
    assert!(results > 50 && suppressed > 0, "{results}, {suppressed}");
}

#[test]
fn sarif_of_what_cannot_be_seen_is_as_its_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let kubeconfig = write_kubeconfig(folder.path(), &format!("http://{closed}"));
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--output", "sarif"])
        .env("PLIMSOLL_KUBECONFIG", kubeconfig)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(Schema::of_sarif().faults(&log), Vec::<String>::new());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&json!(false), &json!(2)));
    assert!(invocation["toolExecutionNotifications"].as_array().unwrap().len() > 10);
}

/// The validator is ours, so it has to show that it refuses.
#[test]
fn what_is_not_sarif_is_refused() {
    let schema = Schema::of_sarif();
    let log = |result: Value| json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [result]}]});
    let good = json!({"message": {"text": "x"}, "level": "error", "ruleIndex": 0});
    assert_eq!(schema.faults(&log(good.clone())), Vec::<String>::new());
    for (field, bad) in [
        ("level", json!("critical")),
        ("ruleIndex", json!(-2)),
        ("ruleIndex", json!("0")),
        ("message", json!({})),
        ("surplus", json!(1)),
        ("suppressions", json!([{}])),
        ("partialFingerprints", json!({"id": 1})),
        ("locations", json!([{"physicalLocation": {"artifactLocation": {"uri": "a b"}}}])),
        ("locations", json!([{"physicalLocation": {"artifactLocation": {"uri": "%zz"}}}])),
        ("locations", json!([{"physicalLocation": {}}])),
    ] {
        let mut result = good.clone();
        result[field] = bad.clone();
        assert!(!schema.faults(&log(result)).is_empty(), "{field}: {bad}");
    }
}

#[test]
fn junit_is_well_formed_and_adds_up() {
    let mut failures = 0;
    for (folder, report) in reports("junit") {
        let text = String::from_utf8(report).unwrap();
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let root = document.root_element();
        for (attribute, tag) in
            [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
        {
            let count = document.descendants().filter(|it| it.has_tag_name(tag)).count();
            assert_eq!(root.attribute(attribute), Some(&*count.to_string()), "{folder}: {attribute}");
        }
        failures += root.attribute("failures").unwrap().parse::<usize>().unwrap();
    }
    assert!(failures > 50, "{failures}");
}
