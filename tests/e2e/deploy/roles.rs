//! The rights that are shipped are those that are needed: a role for each family of checks, and no more in it than its
//! checks read.

use std::collections::BTreeSet;

use plimsoll::checks::{Family, watched};
use serde_json::{Value, json};

use super::objects::{MONITORING, Objects, chart_objects, kustomize, read};

const CLUSTER_ROLE: &str = "ClusterRole";

#[test]
fn each_role_grants_what_its_family_reads() {
    for objects in [read(&kustomize("kustomize/rbac")), chart_objects(&[])] {
        for family in Family::ALL {
            let role = &objects[&key(family)];
            let needed: BTreeSet<(String, String)> = watched(&[family])
                .into_iter()
                .map(|kind| (kind.group().to_owned(), kind.plural().to_owned()))
                .collect();
            assert_eq!(granted(role), needed, "{}", family.as_str());
        }
        assert_eq!(roles_of_families(&objects), families(&Family::ALL));
    }
}

#[test]
fn no_role_has_a_verb_on_secrets() {
    for objects in [read(&kustomize("kustomize")), chart_objects(&MONITORING)] {
        let roles = objects.iter().filter(|((kind, _), _)| kind.ends_with("Role"));
        for ((_, name), role) in roles {
            for rule in role["rules"].as_array().expect("it has rules") {
                let words = rule["resources"].as_array().into_iter().flatten();
                for word in words.map(|it| it.as_str().expect("a word")) {
                    assert!(!word.starts_with("secrets") && !word.contains('*'), "{name}: {rule}");
                }
            }
        }
    }
}

#[test]
fn what_is_off_is_not_granted() {
    for family in Family::ALL {
        let objects = chart_objects(&[&format!("--set=families={{{}}}", family.as_str())]);
        assert_eq!(roles_of_families(&objects), families(&[family]));
    }
    assert_eq!(roles_of_families(&chart_objects(&["--set-json=families=[]"])), families(&[]));
    assert_eq!(roles_of_families(&chart_objects(&["--set=rbac.create=false"])), families(&[]));
}

fn key(family: Family) -> (String, String) {
    (CLUSTER_ROLE.to_owned(), name(family))
}

fn name(family: Family) -> String {
    format!("plimsoll-{}", family.as_str())
}

/// The groups and resources of a role that reads, each of them bound to the daemon's account alone.
fn granted(role: &Value) -> BTreeSet<(String, String)> {
    let mut granted = BTreeSet::new();
    for rule in role["rules"].as_array().expect("it has rules") {
        assert_eq!(rule["verbs"], json!(["get", "list", "watch"]), "{rule}");
        assert_eq!(rule.as_object().expect("it is an object").len(), 3, "{rule}");
        for group in words(&rule["apiGroups"]) {
            granted.extend(words(&rule["resources"]).into_iter().map(|it| (group.clone(), it)));
        }
    }
    granted
}

fn words(list: &Value) -> Vec<String> {
    let words = list.as_array().expect("a list").iter().map(|it| it.as_str().expect("a word").to_owned());
    words.collect()
}

/// The roles of families that are there and bound to the daemon's account.
fn roles_of_families(objects: &Objects) -> BTreeSet<String> {
    let names: BTreeSet<String> = families(&Family::ALL);
    let of = |kind: &str| -> BTreeSet<String> {
        let held = objects.keys().filter(|it| it.0 == kind && names.contains(&it.1));
        held.map(|it| it.1.clone()).collect()
    };
    let roles = of(CLUSTER_ROLE);
    assert_eq!(roles, of("ClusterRoleBinding"));
    let account = json!([{"kind": "ServiceAccount", "name": "plimsoll", "namespace": "plimsoll"}]);
    for name in &roles {
        let binding = &objects[&("ClusterRoleBinding".to_owned(), name.clone())];
        assert_eq!(binding["subjects"], account, "{binding}");
        assert_eq!(binding["roleRef"]["name"], **name, "{binding}");
    }
    roles
}

fn families(families: &[Family]) -> BTreeSet<String> {
    families.iter().copied().map(name).collect()
}
