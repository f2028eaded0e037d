//! The checks of rights, on clusters of a few objects with one mutation each.

mod declared;
mod hostile;
mod roles;
mod subjects;
mod touched;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::baseline::{Declared, Subject};
use crate::checks::{Check, Panics, Remembered, Rule};
use crate::model::{Kind, Scope};
use crate::snapshot::{Change, Intake, Snapshot};
use crate::wire::{Item, manifests};

/// What a rule looks at, as the tests fill it.
struct Cluster {
    declared: Declared,
    snapshot: Arc<Snapshot>,
    intake: Intake,
}

impl Cluster {
    /// What this manifest says, under a baseline that lists the group `ops` and forbids everything that can be.
    fn of(manifest: &str) -> Self {
        let mut declared = Declared::hardened();
        declared.baselines.truncate(1);
        declared.baselines[0].rbac = Some(Rbac {
            cluster_admins: Some(vec![Subject::Group("ops".to_owned())]),
            forbid: ForbiddenGrant::ALL.to_vec(),
            declared_grants: false,
        });
        let snapshot = Arc::new(Snapshot::default());
        let intake = Intake::of(Arc::clone(&snapshot));
        let cluster = Self { declared, snapshot, intake };
        cluster.see(manifest);
        cluster.snapshot.presume_bootstrap_roles();
        cluster
    }

    /// Takes the objects of the manifest in. Returns what it touches.
    fn see(&self, manifest: &str) -> Vec<Scope> {
        let found = manifests(manifest);
        assert!(found.faults.is_empty(), "{:?}", found.faults);
        let objects = found.objects.iter().map(|it| it.decode().unwrap());
        self.apply(objects.map(|object| self.intake.seen(Item::Object(object))).collect())
    }

    fn apply(&self, changes: Vec<Change>) -> Vec<Scope> {
        let mut touched = Vec::new();
        for change in changes {
            self.snapshot.apply(change, &mut touched);
        }
        touched
    }

    fn rbac(&mut self) -> &mut Rbac {
        self.declared.baselines[0].rbac.as_mut().unwrap()
    }

    /// What the check finds anywhere, in the order of objects and keys.
    fn findings(&self, check: &Check) -> Vec<Finding> {
        let mut findings: Vec<Finding> =
            self.snapshot.scopes().iter().flat_map(|scope| self.findings_in(check, scope)).collect();
        findings.sort_by(|a, b| (&a.object.key, &a.key).cmp(&(&b.object.key, &b.key)));
        findings
    }

    fn findings_in(&self, check: &Check, scope: &Scope) -> Vec<Finding> {
        let Scope::Object(key) = scope else { return Vec::new() };
        let facts = Facts {
            declared: &self.declared,
            snapshot: &self.snapshot,
            panics: &Panics::new(),
            waiver_uses: &HashMap::new(),
            remembered: &Remembered::default(),
            now: Timestamp::UNIX_EPOCH,
        };
        let snapshot = &self.snapshot;
        match check.rule {
            Rule::Grantee(rule) => snapshot.grantee(key).map(|it| rule(&facts, &it)),
            Rule::Role(rule) => snapshot.role(key).map(|it| rule(&facts, &it)),
            Rule::Binding(rule) => snapshot.binding(key).map(|(object, it)| rule(&facts, &object, &it)),
            _ => panic!("{} is no check of rights", check.info.id),
        }
        .unwrap_or_default()
    }

    /// Object and key of each finding.
    fn found(&self, check: &Check) -> Vec<String> {
        self.findings(check).iter().map(|it| format!("{} {}", it.object.key, it.key)).collect()
    }
}

/// A `ClusterRole` with these rules.
fn cluster_role(name: &str, rules: &str) -> String {
    object("ClusterRole", &format!("{{name: {name}}}"), &format!("rules: [{rules}]"))
}

/// Binds a `ClusterRole` to a subject in a namespace, or, where it is empty, in all of the cluster.
fn bind(namespace: &str, role: &str, subject: &str) -> String {
    let (kind, metadata) = match namespace {
        "" => ("ClusterRoleBinding", format!("{{name: {role}}}")),
        _ => ("RoleBinding", format!("{{name: {role}, namespace: {namespace}}}")),
    };
    let role = format!("roleRef: {{kind: ClusterRole, name: {role}}}");
    object(kind, &metadata, &format!("{role}\nsubjects: [{subject}]"))
}

fn object(kind: &str, metadata: &str, content: &str) -> String {
    format!("---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {metadata}\n{content}\n")
}

fn account(namespace: &str, name: &str) -> String {
    format!("---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: {namespace}}}\n")
}
