//! No verdict changes of what a change has not touched.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::checks::CHECKS;

const RULES: &str = r#"rules: [{apiGroups: [""], resources: ["*"], verbs: [get, impersonate]}]"#;
const SUBJECTS: &str = "subjects: [{kind: ServiceAccount, namespace: shop, name: ci}, {kind: User, name: jane}, \
                        {kind: ServiceAccount, namespace: shop, name: default}]";

/// Every object of a small universe, each in all its forms.
fn universe() -> Vec<Vec<String>> {
    let role = |metadata: &str, content: &str| object("ClusterRole", metadata, content);
    let gathers =
        |label: &str| format!("aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{{label}}}}}]}}");
    let view = "rbac.authorization.k8s.io/aggregate-to-view: 'true'";
    let binding = |kind: &str, metadata: &str, role: &str| {
        object(kind, metadata, &format!("roleRef: {{kind: ClusterRole, name: {role}}}\n{SUBJECTS}"))
    };
    let namespace = |labels: &str| {
        format!("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{{labels}}}}}\n")
    };
    vec![
        vec![
            role("{name: leaf, labels: {is: leaf}}", RULES),
            role(&format!("{{name: leaf, labels: {{{view}}}}}"), RULES),
            role("{name: leaf}", "rules: []"),
        ],
        vec![
            role(&format!("{{name: between, labels: {{{view}}}}}"), &gathers("is: leaf")),
            role("{name: between}", &gathers("is: leaf")),
            role(&format!("{{name: between, labels: {{{view}}}}}"), RULES),
        ],
        vec![
            role("{name: view}", &gathers(view)),
            role("{name: view}", &gathers("is: leaf")),
            role("{name: view}", RULES),
        ],
        vec![
            binding("RoleBinding", "{name: it, namespace: shop}", "leaf"),
            binding("RoleBinding", "{name: it, namespace: shop}", "view"),
        ],
        vec![binding("ClusterRoleBinding", "{name: it}", "between")],
        vec![account("shop", "ci")],
        vec![namespace("tier: production"), namespace("")],
    ]
}

/// What becomes of an object: one of its forms, or it goes, or it cannot be read any more.
fn change(cluster: &Cluster, forms: &[String], what: usize) -> Vec<Scope> {
    if let Some(form) = forms.get(what) {
        return cluster.see(form);
    }
    let found = manifests(&forms[0]);
    let metadata = found.objects[0].decode().unwrap().metadata;
    let (kind, namespace, name) = (found.objects[0].kind, metadata.namespace.into(), metadata.name.into());
    cluster.apply(vec![match what {
        3 => Change::Deleted { kind, namespace, name },
        _ => Change::Unreadable { kind, namespace, name, error: "it is no object".to_owned() },
    }])
}

/// By scope, all that is found there. Scopes that may have gone are asked too.
fn verdicts(cluster: &Cluster, scopes: &BTreeSet<Scope>) -> BTreeMap<Scope, Vec<Finding>> {
    let family = || CHECKS.iter().filter(|check| check.info.id.starts_with("rbac/"));
    let all = |scope: &Scope| family().flat_map(|check| cluster.findings_in(check, scope)).collect();
    scopes.iter().map(|scope| (scope.clone(), all(scope))).collect()
}

/// A finding without the version of the object that it was found in.
fn unversioned(mut findings: Vec<Finding>) -> Vec<Finding> {
    for finding in &mut findings {
        finding.object.resource_version = "".into();
    }
    findings
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_touched_keeps_its_verdict(steps in prop::collection::vec((0..7usize, 0..5usize), 1..25)) {
        let mut cluster = Cluster::of("");
        cluster.declared.baselines[0].namespaces.match_labels = vec![("tier".to_owned(), "production".to_owned())];
        let universe = universe();
        let mut scopes = BTreeSet::new();
        for (object, what) in steps {
            scopes.extend(cluster.snapshot.scopes());
            let before = verdicts(&cluster, &scopes);
            let touched = change(&cluster, &universe[object], what);
            for (scope, after) in verdicts(&cluster, &scopes) {
                if !touched.contains(&scope) {
                    prop_assert_eq!(&unversioned(before[&scope].clone()), &unversioned(after), "{:?}", scope);
                }
            }
        }
    }
}
