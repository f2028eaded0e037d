//! Whom declared roles and bindings name is judged, whatever is bound to them.

use super::*;
use crate::baseline::{Shelf, Source};
use crate::wire::manifests;

const BASELINE: &str = "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {name: b}\n\
    spec: {namespaces: {matchLabels: {tier: production}}, rbac: {grants: declared}}\n";

const ROLE: &str = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: it, namespace: shop}\n\
    rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n";

/// A binding `it` of the role to the subject.
fn binding(subject: &str) -> String {
    format!(
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: it, namespace: shop}}\n\
         roleRef: {{kind: Role, name: it}}\nsubjects: [{subject}]\n"
    )
}

fn namespace(tier: &str) -> String {
    format!("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{tier: {tier}}}}}\n")
}

const CI: &str = "{kind: ServiceAccount, name: ci}";
const ACCOUNTS: &str = "{kind: Group, name: 'system:serviceaccounts:shop'}";
const MISSING: &str = "rbac/missing-grant ServiceAccount/shop/ci shop";

fn declared(manifests: &str) -> Arc<Declared> {
    let content = Ok(format!("{BASELINE}{manifests}").into_bytes());
    let declared = Shelf::new(Vec::new()).update(vec![Source { file: "b.yaml".into(), content }]);
    assert_eq!(declared.problems, []);
    Arc::new(declared)
}

/// A cluster of these objects, under a baseline that declares those.
fn cluster(manifests: &str, live: &str) -> Cluster {
    let snapshot = Arc::new(Snapshot::default());
    let engine = Engine::new(CHECKS, declared(manifests), snapshot, RETENTION);
    let mut cluster = Cluster { intake: Intake::default(), engine, second: 0 };
    cluster.show(live);
    cluster.sync();
    cluster
}

impl Cluster {
    fn show(&mut self, text: &str) {
        let objects = manifests(text).objects;
        let changes: Vec<Change> =
            objects.iter().map(|it| self.intake.seen(Item::Object(it.decode().unwrap()))).collect();
        self.absorb(changes);
    }

    fn unbind(&mut self) {
        let (kind, namespace, name) = (Kind::RoleBinding, "shop".into(), "it".into());
        self.absorb([Change::Deleted { kind, namespace, name }]);
    }

    /// What came of it for the checks that hold rights against what is declared.
    fn told(&mut self) -> Vec<String> {
        let of_rights = |it: &String| it.contains("-grant ");
        let told = self.settle().into_iter().filter(of_rights);
        told.map(|it| it.trim_end_matches(", initial").to_owned()).collect()
    }
}

#[test]
fn a_declared_subject_to_whom_nothing_is_bound_is_judged_from_the_start() {
    let declared = ROLE.to_owned() + &binding(CI);
    let mut cluster = cluster(&declared, &namespace("production"));
    assert_eq!(cluster.told(), [format!("opened {MISSING}")]);
    cluster.show(&declared);
    assert_eq!(cluster.told(), [format!("resolved {MISSING}")]);
    cluster.unbind();
    assert_eq!(cluster.told(), [format!("opened {MISSING}")]);
}

#[test]
fn a_subject_that_is_declared_later_is_judged_then_and_no_longer_when_it_is_not() {
    let mut cluster = cluster("", &namespace("production"));
    assert_eq!(cluster.told(), [""; 0]);
    let now = at(cluster.second);
    cluster.engine.declare(declared(&(ROLE.to_owned() + &binding(CI))), now);
    assert_eq!(cluster.told(), [format!("opened {MISSING}")]);
    cluster.engine.declare(declared(""), now);
    assert_eq!(cluster.told(), [format!("resolved {MISSING}")]);
}

#[test]
fn what_a_group_gains_or_loses_touches_its_declared_members() {
    let declared = ROLE.to_owned() + &binding(CI);
    let mut cluster = cluster(&declared, &namespace("production"));
    assert_eq!(cluster.told(), [format!("opened {MISSING}")]);
    cluster.show(&(ROLE.to_owned() + &binding(ACCOUNTS)));
    let group = "rbac/undeclared-grant Group/system:serviceaccounts:shop shop";
    let mut told = cluster.told();
    told.sort_unstable();
    assert_eq!(told, [format!("opened {group}"), format!("resolved {MISSING}")]);
    cluster.unbind();
    let mut told = cluster.told();
    told.sort_unstable();
    assert_eq!(told, [format!("opened {MISSING}"), format!("resolved {group}")]);
}

#[test]
fn other_labels_of_a_namespace_touch_whom_bindings_in_it_are_declared_to_name() {
    let declared = ROLE.to_owned() + &binding(CI);
    let mut cluster = cluster(&declared, &namespace("test"));
    assert_eq!(cluster.told(), [""; 0]);
    cluster.show(&namespace("production"));
    assert_eq!(cluster.told(), [format!("opened {MISSING}")]);
    cluster.show(&namespace("test"));
    assert_eq!(cluster.told(), [format!("resolved {MISSING}")]);
}

#[test]
fn what_a_blind_check_owes_of_a_declared_subject_is_not_forgiven() {
    let declared = ROLE.to_owned() + &binding(CI);
    let mut cluster = cluster(&declared, &namespace("production"));
    cluster.lose(Kind::RoleBinding);
    assert_eq!(cluster.told(), [""; 0]);
    cluster.engine.forgive();
    cluster.sync();
    assert_eq!(cluster.told(), [format!("opened {MISSING}")]);
}
