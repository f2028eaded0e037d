//! The table of Kubernetes' own roles and bindings holds what a fresh API server holds, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::wire::documents;
use serde_json::Value;

use crate::support::control_plane::ControlPlane;

const TABLE: &str = include_str!("../../src/rbac/bootstrap.yaml");

/// How a rule of the table ends that only older minors grant.
const OLDER: &str = "} # 1.";

/// What the labels begin with by which roles are aggregated.
const AGGREGATE: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// Kind, namespace and name.
type Key = [String; 3];

/// What a role grants or a binding binds, in a form that is the same for all that mean the same.
#[derive(Debug, PartialEq)]
struct Content {
    labels: BTreeSet<String>,
    aggregation: Value,
    /// Verb, group, resource, name and URL.
    grants: BTreeSet<[String; 5]>,
    role_ref: Value,
    /// Kind, group, namespace and name.
    subjects: BTreeSet<[String; 4]>,
}

#[test]
fn a_fresh_api_server_holds_the_roles_and_bindings_of_the_table() {
    let plane = ControlPlane::start("bootstrap");
    let kinds = "clusterroles,clusterrolebindings,roles,rolebindings";
    let list = plane.kubectl(&["get", kinds, "--all-namespaces", "--output", "json"], "");
    let list: Value = serde_json::from_str(&list).expect("kubectl prints JSON");
    let held: BTreeMap<_, _> = array(&list, "items").iter().map(read).collect();
    let table = newest();
    let keys: BTreeSet<_> = held.keys().chain(table.keys()).collect();
    for key in keys {
        assert_eq!(held.get(key), table.get(key), "the server's and the table's {key:?}");
    }
}

/// The table without what only older minors hold.
fn newest() -> BTreeMap<Key, Content> {
    let lines = TABLE.split_inclusive('\n').filter(|line| !line.contains(OLDER));
    let table: String = lines.collect();
    let objects = documents(&table).into_iter().map(|document| {
        let object = serde_saphyr::from_str(document.text).expect("the table is YAML");
        read(&object)
    });
    objects.collect()
}

fn read(object: &Value) -> (Key, Content) {
    let metadata = &object["metadata"];
    let key = [text(object, "kind"), text(metadata, "namespace"), text(metadata, "name")];
    let labels = metadata["labels"].as_object().into_iter().flatten();
    let labels = labels.map(|(label, value)| format!("{label}={value}"));
    let aggregation = object["aggregationRule"].clone();
    // A controller fills an aggregated role.
    let grants = if aggregation.is_null() { grants(object) } else { BTreeSet::new() };
    let content = Content {
        labels: labels.filter(|label| label.starts_with(AGGREGATE)).collect(),
        aggregation,
        grants,
        role_ref: object["roleRef"].clone(),
        subjects: array(object, "subjects").iter().map(subject).collect(),
    };
    (key, content)
}

fn subject(subject: &Value) -> [String; 4] {
    ["kind", "apiGroup", "namespace", "name"].map(|field| text(subject, field))
}

fn grants(role: &Value) -> BTreeSet<[String; 5]> {
    let mut grants = BTreeSet::new();
    for rule in array(role, "rules") {
        for verb in texts(rule, "verbs") {
            for url in texts(rule, "nonResourceURLs") {
                grants.insert([&verb, "", "", "", &url].map(str::to_owned));
            }
            for [group, resource, name] in resources(rule) {
                grants.insert([&verb, &group, &resource, &name, ""].map(str::to_owned));
            }
        }
    }
    grants
}

/// Group, resource and name of all that a rule is about; an empty name where it is about any.
fn resources(rule: &Value) -> Vec<[String; 3]> {
    let mut names = texts(rule, "resourceNames");
    if names.is_empty() {
        names.push(String::new());
    }
    let mut resources = Vec::new();
    for group in texts(rule, "apiGroups") {
        for resource in texts(rule, "resources") {
            resources.extend(names.iter().map(|name| [group.clone(), resource.clone(), name.clone()]));
        }
    }
    resources
}

fn array<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(object: &Value, field: &str) -> String {
    object[field].as_str().unwrap_or_default().to_owned()
}

fn texts(object: &Value, field: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a list of texts").to_owned();
    array(object, field).iter().map(text).collect()
}
