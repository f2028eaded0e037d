//! Kubernetes' own cases of the comparison of rights get the answer that Kubernetes gives.
//!
//! `PLIMSOLL_PEER_TESTS` names the directory that holds `rbac/covers.json`. Without it the test says that it was left
//! out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use plimsoll::rbac::excess;
use plimsoll::wire::PolicyRule;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    covers: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    owner_rules: Vec<PolicyRule>,
    servant_rules: Vec<PolicyRule>,
    covered: bool,
    uncovered: Vec<PolicyRule>,
}

#[test]
fn kubernetes_own_cases_get_its_answer() {
    let Some(directory) = std::env::var_os("PLIMSOLL_PEER_TESTS") else {
        println!("left out: PLIMSOLL_PEER_TESTS is not set");
        return;
    };
    let text = fs::read(Path::new(&directory).join("rbac/covers.json")).unwrap();
    let Cases { covers: cases } = serde_json::from_slice(&text).unwrap();
    assert!(!cases.is_empty(), "covers.json has no cases");
    for case in &cases {
        let found = excess(&case.owner_rules, &case.servant_rules).unwrap().rules;
        assert_eq!(found.is_empty(), case.covered, "{}", case.name);
        assert_eq!(single_rights(&found), single_rights(&case.uncovered), "{}", case.name);
    }
    println!("{} cases agree", cases.len());
}

/// The rules, each taken apart into those of one verb, one resource or path, one group and one name.
fn single_rights(rules: &[PolicyRule]) -> BTreeSet<PolicyRule> {
    let mut single = BTreeSet::new();
    for rule in rules {
        let on_path =
            |path: &String| PolicyRule { non_resource_urls: vec![path.clone()], ..PolicyRule::default() };
        let mut rights: Vec<PolicyRule> = rule.non_resource_urls.iter().map(on_path).collect();
        for group in &rule.api_groups {
            for resource in &rule.resources {
                let on = |resource_names| PolicyRule {
                    api_groups: vec![group.clone()],
                    resources: vec![resource.clone()],
                    resource_names,
                    ..PolicyRule::default()
                };
                rights.extend(rule.resource_names.iter().map(|name| on(vec![name.clone()])));
                rights.extend(rule.resource_names.is_empty().then(|| on(Vec::new())));
            }
        }
        let with =
            |right: &PolicyRule, verb: &String| PolicyRule { verbs: vec![verb.clone()], ..right.clone() };
        single.extend(rights.iter().flat_map(|right| rule.verbs.iter().map(move |verb| with(right, verb))));
    }
    single
}
