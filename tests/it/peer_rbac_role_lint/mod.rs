//! A linter's cases of risky roles get its verdict, as they are and in every form in which the same role may come.
//!
//! `PLIMSOLL_PEER_TESTS` names the directory that holds `rbac/role-lint.json`. Without it the test says that it was
//! left out. The linter judges a role by itself; here each is bound to a user, in a cluster with one pod that takes a
//! secret in.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use plimsoll::baseline::{Declared, Document, parse};
use plimsoll::checks;
use serde_json::{Value, json};
use table::{contradiction, meaning};

use crate::verdict::failing;

const BASELINE: &str = "
apiVersion: plimsoll.dev/v1alpha1
kind: Baseline
metadata: {name: strict}
spec:
  secrets: {readers: [], indirect: report}
  rbac: {clusterAdmins: [], forbid: [wildcard, escalate, bind, impersonate, anonymous]}
";

/// Makes the same role in another form.
type Variant = fn(&Value) -> Value;

const VARIANTS: [(&str, Variant); 5] = [
    ("as it is", Value::clone),
    ("in a List", in_list),
    ("in a List of Lists", |it| in_list(&in_list(it))),
    ("under another name", renamed),
    ("in another order", reordered),
];

#[test]
fn a_linters_cases_get_its_verdict() {
    let Some(directory) = std::env::var_os("PLIMSOLL_PEER_TESTS") else {
        println!("left out: PLIMSOLL_PEER_TESTS is not set");
        return;
    };
    let text = fs::read_to_string(Path::new(&directory).join("rbac/role-lint.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let declared = Arc::new(declared());
    let mut judged = 0;
    let mut faults = Vec::new();
    let mut notes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for case in &cases {
        let [id, title, name] = ["check", "title", "test"].map(|field| case[field].as_str().unwrap());
        let checks = meaning(id);
        assert!(checks.iter().all(|id| checks::find(id).is_some()), "{id}: {checks:?}");
        if checks.is_empty() {
            let note = format!("{id} {title}: no check of the same meaning");
            notes.entry(note).or_default().insert(name.to_owned());
            continue;
        }
        let linter = case["expect"] == "fail";
        let reason = contradiction(id, linter, &case["input"]);
        if let Some(reason) = reason {
            notes.entry(format!("{id} is judged otherwise: {reason}")).or_default().insert(name.to_owned());
        }
        for (form, variant) in VARIANTS {
            let found = judge(&variant(&case["input"]), &declared);
            if checks.iter().any(|id| found.contains(*id)) != (linter != reason.is_some()) {
                faults.push(format!("{id} {name}, {form}: {found:?}"));
            }
        }
        judged += 1;
    }
    for (note, tests) in &notes {
        println!("{note}\n  {}", tests.iter().map(String::as_str).collect::<Vec<_>>().join("\n  "));
    }
    assert!(faults.is_empty(), "{} disagree:\n{}", faults.len(), faults.join("\n"));
    assert!(judged > 0, "no case was judged");
    println!("{judged} of {} cases are judged, in {} forms", cases.len(), VARIANTS.len());
}

fn declared() -> Declared {
    let (documents, problems) = parse("b.yaml", BASELINE.as_bytes(), &checks::ids());
    assert_eq!(problems, []);
    let Some(Document::Baseline(baseline)) = documents.into_iter().next() else { panic!("it is a Baseline") };
    Declared { baselines: vec![*baseline], ..Declared::default() }
}

/// The checks that a cluster deviates by that holds what the manifest does, each role bound to a user.
fn judge(manifest: &Value, declared: &Arc<Declared>) -> BTreeSet<&'static str> {
    let roles =
        objects(manifest).into_iter().filter(|it| it["kind"] == "Role" || it["kind"] == "ClusterRole");
    let items: Vec<Value> = roles.map(bind).chain([manifest.clone(), pod()]).collect();
    let text = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    failing(&text, declared)
}

/// The objects of a manifest, out of any lists.
fn objects(manifest: &Value) -> Vec<&Value> {
    match manifest["items"].as_array() {
        Some(items) => items.iter().flat_map(objects).collect(),
        None => vec![manifest],
    }
}

fn bind(role: &Value) -> Value {
    let kind = if role["kind"] == "Role" { "RoleBinding" } else { "ClusterRoleBinding" };
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": "it", "namespace": role["metadata"]["namespace"]},
        "roleRef": {"kind": role["kind"], "name": role["metadata"]["name"]},
        "subjects": [{"kind": "User", "name": "somebody"}],
    })
}

/// Into it, or out of what it mounts, secrets are to be had.
fn pod() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "containers": [{"name": "web", "image": "registry.k8s.io/pause"}],
            "volumes": [{"name": "secret", "secret": {"secretName": "db"}}],
        },
    })
}

fn in_list(manifest: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "items": [manifest]})
}

fn renamed(manifest: &Value) -> Value {
    let mut manifest = manifest.clone();
    manifest["metadata"]["name"] = json!("another");
    manifest
}

/// Rules, and the words of each, stand the other way round.
fn reordered(manifest: &Value) -> Value {
    let mut manifest = manifest.clone();
    if let Some(rules) = manifest["rules"].as_array_mut() {
        rules.reverse();
        let rules = rules.iter_mut().filter_map(Value::as_object_mut);
        let lists = rules.flat_map(|rule| rule.values_mut()).filter_map(Value::as_array_mut);
        lists.for_each(|list| list.reverse());
    }
    manifest
}
