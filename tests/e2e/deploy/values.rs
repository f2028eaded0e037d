//! The file of values with all of them set does set all of them.

use std::fs;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::objects::{chart_objects, text_at};
use super::repository;

/// The file of values.
const ALL: &str = "tests/e2e/deploy/all-values.yaml";

#[test]
fn all_values_are_set_to_something_of_their_own() {
    let (schema, defaults) = (read("values.schema.json"), read("values.yaml"));
    let all: Value = yaml(ALL);
    let leaves = leaves(&schema, "");
    assert!(leaves.len() > 40, "{leaves:?}");
    for leaf in leaves {
        let default = defaults.pointer(&leaf).unwrap_or_else(|| panic!("{leaf} has no default"));
        let set = all.pointer(&leaf).unwrap_or_else(|| panic!("{leaf} is not set"));
        // What is on or off is on, so that everything is there.
        let is_told = if set.is_boolean() { *set == Value::Bool(true) } else { set != default };
        assert!(is_told, "{leaf} is {set}");
    }
}

#[test]
fn what_is_made_of_all_values_is_a_good_baseline() {
    let objects = chart_objects(&[&format!("--values={}", repository(ALL).display())]);
    let baselines = &objects[&("ConfigMap".to_owned(), "plimsoll-baseline".to_owned())];
    let folder = TempDir::with_prefix("plimsoll-e2e-").expect("a temporary folder can be made");
    for file in ["production.yaml", "plimsoll.yaml"] {
        let text = text_at(baselines, &format!("/data/{file}"));
        fs::write(folder.path().join(file), text).expect("it can be written");
    }
    // A document that is wrong makes the exit status 2, whatever is judged.
    let manifests = repository("deploy/kustomize/rbac/serviceaccount.yaml");
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--baseline"])
        .args([folder.path(), &manifests])
        .output()
        .expect("it is built with the tests");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
}

/// Where the values are that have no parts that the schema names.
fn leaves(schema: &Value, at: &str) -> Vec<String> {
    match schema["properties"].as_object() {
        None => vec![at.to_owned()],
        Some(parts) => parts.iter().flat_map(|(name, part)| leaves(part, &format!("{at}/{name}"))).collect(),
    }
}

fn read(name: &str) -> Value {
    yaml(&format!("deploy/helm/plimsoll/{name}"))
}

fn yaml(path: &str) -> Value {
    let text = fs::read_to_string(repository(path)).expect("it can be read");
    serde_saphyr::from_str(&text).expect("it is YAML")
}
