//! The objects that kustomize and Helm give.

use std::collections::BTreeMap;
use std::process::Command;

use plimsoll::wire::documents;
use serde_json::Value;

use super::repository;
use crate::support::programs::program;

/// Turns on what is off by default, as the whole of the kustomize manifests has it.
pub(super) const MONITORING: [&str; 4] = [
    "--set=tls.certManager.enabled=true",
    "--set=serviceMonitor.enabled=true",
    "--set=prometheusRule.enabled=true",
    "--set=dashboards.enabled=true",
];

/// Objects by kind and name: what is shipped is in one namespace, or in none.
pub(super) type Objects = BTreeMap<(String, String), Value>;

/// What `kubectl kustomize` prints of a folder under `deploy`.
pub(super) fn kustomize(folder: &str) -> String {
    let folder = repository("deploy").join(folder).display().to_string();
    run("kubectl", &["kustomize", &folder]).expect("kubectl kustomize succeeds")
}

/// What `helm template` prints of the chart with these flags, or what it says instead.
pub(super) fn template(flags: &[&str]) -> Result<String, String> {
    let chart = chart();
    let mut args = vec!["template", "plimsoll", &chart, "--namespace", "plimsoll"];
    args.extend_from_slice(flags);
    run("helm", &args)
}

/// The objects that the chart installs with these flags.
pub(super) fn chart_objects(flags: &[&str]) -> Objects {
    read(&template(flags).expect("helm template succeeds"))
}

/// The folder of the chart.
pub(super) fn chart() -> String {
    repository("deploy/helm/plimsoll").display().to_string()
}

/// Runs a program, and gives what it prints, or what it says where it fails.
pub(super) fn run(name: &str, args: &[&str]) -> Result<String, String> {
    let output = Command::new(program(name)).args(args).output().expect("it can be started");
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).expect("it prints UTF-8"));
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{name} {args:?}: {}", String::from_utf8_lossy(&said)))
}

/// Reads documents of YAML as objects.
pub(super) fn read(text: &str) -> Objects {
    let documents = documents(text);
    let values = documents.iter().map(|it| serde_saphyr::from_str::<Value>(it.text).expect("it is YAML"));
    let mut objects = Objects::new();
    for object in values.filter(|it| !it.is_null()) {
        let key = (text_at(&object, "/kind"), text_at(&object, "/metadata/name"));
        let before = objects.insert(key.clone(), object);
        assert!(before.is_none(), "{key:?} is there twice");
    }
    assert!(!objects.is_empty(), "nothing is there");
    objects
}

/// The text there, which everything shipped has.
pub(super) fn text_at(object: &Value, pointer: &str) -> String {
    let text = object.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("{object} has no {pointer}")).to_owned()
}
