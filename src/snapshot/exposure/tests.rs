//! Whose verdict a change touches, where rights lead to others: those who are named, and nobody else.

use std::collections::BTreeSet;

use super::*;
use crate::model::Kind;
use crate::snapshot::{Change, Intake};
use crate::wire::{Item, manifests};

/// Whoever runs pods in `shop` is `dev`, requests tokens there is `bot`, does both and reads there is `ops`, runs
/// commands there is `sre`, and impersonates `jane` is `proxy`.
const RIGHTS: &str = r#"
{apiVersion: v1, kind: ServiceAccount, metadata: {name: ci, namespace: shop}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: reader},
 rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: viewer},
 rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: dev, namespace: shop},
 rules: [{apiGroups: [""], resources: [pods], verbs: [create]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: bot, namespace: shop},
 rules: [{apiGroups: [""], resources: [serviceaccounts/token], verbs: [create]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: ops, namespace: shop},
 rules: [{apiGroups: [""], resources: [pods, secrets, serviceaccounts/token], verbs: [create, get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: sre, namespace: shop},
 rules: [{apiGroups: [""], resources: [pods/exec], verbs: [create]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: proxy},
 rules: [{apiGroups: [""], resources: [users], resourceNames: [jane], verbs: [impersonate]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: proxy},
 roleRef: {kind: ClusterRole, name: proxy}, subjects: [{kind: Group, name: proxy}]}
"#;

fn cluster() -> Snapshot {
    let snapshot = Snapshot::default();
    see(&snapshot, RIGHTS);
    for name in ["dev", "bot", "ops", "sre"] {
        see(&snapshot, &bind("shop", "Role", name, &format!("{{kind: Group, name: {name}}}")));
    }
    snapshot
}

fn bind(namespace: &str, kind: &str, role: &str, subject: &str) -> String {
    let binding = if namespace.is_empty() { "ClusterRoleBinding" } else { "RoleBinding" };
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {binding}, metadata: {{name: {role}, namespace: '{namespace}'}}, \
         roleRef: {{kind: {kind}, name: {role}}}, subjects: [{subject}]}}"
    )
}

/// The scopes that are touched by what is seen, but for the objects of these kinds themselves.
fn see(snapshot: &Snapshot, text: &str) -> BTreeSet<String> {
    let mut touched = Vec::new();
    for manifest in manifests(text).objects {
        let object = manifest.decode().unwrap();
        snapshot.apply(Intake::default().seen(Item::Object(object)), &mut touched);
    }
    named(touched)
}

fn lose(snapshot: &Snapshot, kind: Kind, namespace: &str, name: &str) -> BTreeSet<String> {
    let mut touched = Vec::new();
    let (namespace, name) = (namespace.into(), name.into());
    snapshot.apply(Change::Deleted { kind, namespace, name }, &mut touched);
    named(touched)
}

/// The groups and service accounts among what was touched.
fn named(touched: Vec<Scope>) -> BTreeSet<String> {
    let texts = touched.into_iter().filter_map(|scope| match scope {
        Scope::Object(key) => Some(key.to_string()),
        Scope::Cluster => None,
    });
    texts.filter(|it| it.starts_with("Group/") || it.starts_with("ServiceAccount/")).collect()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

const CI: &str = "{kind: ServiceAccount, name: ci, namespace: shop}";

#[test]
fn whoever_acts_as_an_account_is_touched_by_what_that_reads_elsewhere() {
    let expected =
        set(["Group/bot", "Group/dev", "Group/ops", "Group/proxy", "Group/sre", "ServiceAccount/shop/ci"]);
    for namespace in ["payments", ""] {
        let cluster = cluster();
        assert_eq!(see(&cluster, &bind(namespace, "ClusterRole", "reader", CI)), expected);
        let kind = if namespace.is_empty() { Kind::ClusterRoleBinding } else { Kind::RoleBinding };
        assert_eq!(lose(&cluster, kind, namespace, "reader"), expected);
        let own = set(["ServiceAccount/shop/ci"]);
        assert_eq!(see(&cluster, &bind(namespace, "ClusterRole", "viewer", CI)), own, "it reads nothing");
    }
}

#[test]
fn what_an_account_reads_at_home_touches_only_who_does_not() {
    let expected = set(["Group/bot", "Group/dev", "Group/proxy", "Group/sre", "ServiceAccount/shop/ci"]);
    assert_eq!(see(&cluster(), &bind("shop", "ClusterRole", "reader", CI)), expected);
}

#[test]
fn a_role_that_comes_to_read_touches_who_acts_as_its_subjects() {
    let cluster = cluster();
    see(&cluster, &bind("payments", "ClusterRole", "viewer", CI));
    let reads = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: viewer}, \
                 rules: [{apiGroups: [''], resources: [secrets], verbs: [list]}]}";
    let expected =
        set(["Group/bot", "Group/dev", "Group/ops", "Group/proxy", "Group/sre", "ServiceAccount/shop/ci"]);
    assert_eq!(see(&cluster, reads), expected);
    assert_eq!(lose(&cluster, Kind::ClusterRole, "", "viewer"), expected);
}

#[test]
fn an_account_that_goes_touches_who_acted_as_it() {
    let cluster = cluster();
    assert_eq!(lose(&cluster, Kind::ServiceAccount, "shop", "ci"), set(["ServiceAccount/shop/ci"]));
    see(&cluster, &bind("payments", "ClusterRole", "reader", CI));
    let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: ci, namespace: shop}}";
    let expected =
        set(["Group/bot", "Group/dev", "Group/ops", "Group/proxy", "Group/sre", "ServiceAccount/shop/ci"]);
    assert_eq!(see(&cluster, account), expected);
    assert_eq!(see(&cluster, account), set([]), "nothing is new");
}

#[test]
fn the_labels_of_a_namespace_touch_whoever_comes_to_its_secrets() {
    let cluster = cluster();
    see(&cluster, &bind("payments", "ClusterRole", "reader", CI));
    let labelled = "{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {tier: gold}}}";
    let expected =
        set(["Group/bot", "Group/dev", "Group/ops", "Group/proxy", "Group/sre", "ServiceAccount/shop/ci"]);
    assert_eq!(see(&cluster, labelled), expected);
}

/// A pod of `shop` that runs as `ci`.
fn pod(name: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop}}, spec: {{serviceAccountName: ci, {spec}}}}}"
    )
}

#[test]
fn the_first_pod_that_takes_secrets_in_touches_who_runs_commands() {
    let cluster = cluster();
    let plain = "containers: [{name: c}]";
    let takes = "containers: [{name: c, envFrom: [{secretRef: {name: s}}]}]";
    assert_eq!(see(&cluster, &pod("a", plain)), set([]));
    assert_eq!(see(&cluster, &pod("b", takes)), set(["Group/sre"]));
    assert_eq!(see(&cluster, &pod("c", takes)), set([]), "it is not the first");
    assert_eq!(lose(&cluster, Kind::Pod, "shop", "c"), set([]));
    assert_eq!(lose(&cluster, Kind::Pod, "shop", "b"), set(["Group/sre"]));
    assert_eq!(cluster.first_with_secrets("shop"), None);
}

#[test]
fn a_pod_that_runs_as_a_reader_touches_who_runs_commands() {
    let cluster = cluster();
    let plain = "containers: [{name: c}]";
    see(&cluster, &bind("payments", "ClusterRole", "reader", CI));
    assert_eq!(see(&cluster, &pod("a", plain)), set(["Group/sre"]));
    assert_eq!(see(&cluster, &pod("a", plain)), set([]));
    let other = pod("a", plain).replace("serviceAccountName: ci", "serviceAccountName: web");
    assert_eq!(see(&cluster, &other), set(["Group/sre"]), "as another");
    assert_eq!(lose(&cluster, Kind::Pod, "shop", "a"), set(["Group/sre"]));
    assert!(cluster.exposures.running.is_empty() && cluster.exposures.workloads.is_empty());
}

#[test]
fn whoever_acts_as_any_account_is_touched_by_what_their_groups_read() {
    let acting = set(["Group/bot", "Group/dev", "Group/ops", "Group/proxy", "Group/sre"]);
    for (name, touched) in [
        ("system:serviceaccounts:shop", acting.clone()),
        ("system:serviceaccounts", acting),
        ("system:serviceaccounts:blog", set(["Group/proxy"])),
    ] {
        let cluster = cluster();
        let group = format!("{{kind: Group, name: '{name}'}}");
        let mut expected = touched;
        expected.insert(format!("Group/{name}"));
        assert_eq!(see(&cluster, &bind("payments", "ClusterRole", "reader", &group)), expected);
        assert_eq!(lose(&cluster, Kind::RoleBinding, "payments", "reader"), expected);
        assert!(cluster.grants().namespaces_of_readers().is_empty());
    }
}

#[test]
fn a_pod_that_reaches_into_its_node_touches_its_account() {
    let cluster = cluster();
    let account = set(["ServiceAccount/shop/ci"]);
    let privileged = "containers: [{name: c, securityContext: {privileged: true}}]";
    assert_eq!(see(&cluster, &pod("a", privileged)), account);
    assert_eq!(see(&cluster, &pod("a", privileged)), set([]));
    assert_eq!(
        see(&cluster, &pod("a", "hostPID: true, containers: [{name: c}]")),
        account,
        "by something else"
    );
    assert_eq!(lose(&cluster, Kind::Pod, "shop", "a"), account);
    assert!(cluster.accounts_on_nodes().is_empty() && cluster.exposures.workloads.is_empty());
}

#[test]
fn a_role_that_leads_to_secrets_touches_who_may_bind_it() {
    let cluster = cluster();
    let binder = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: binder}, \
                  rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], \
                  resourceNames: [runner], verbs: [bind]}]}";
    see(&cluster, binder);
    see(&cluster, &bind("shop", "ClusterRole", "binder", "{kind: Group, name: binder}"));
    let runner = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: runner}, \
                  rules: [{apiGroups: [''], resources: [pods], verbs: [create]}]}";
    let expected = set(["Group/binder", "Group/proxy"]);
    assert_eq!(see(&cluster, runner), expected);
    assert_eq!(lose(&cluster, Kind::ClusterRole, "", "runner"), expected);
}
