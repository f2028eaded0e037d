//! The checks of the network, on clusters of a few objects with one mutation each.

mod enforcement;
mod host_network;
mod internet_egress;
mod not_isolated;
mod selects_nothing;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::baseline::{Declared, Document, interest, parse};
use crate::checks::{Check, Facts, Governed, Namespace, Panics, Remembered, Rule, ids};
use crate::model::{Finding, Kind, ObjectKey, ObjectKind, Scope};
use crate::snapshot::{Change, Intake, Snapshot};
use crate::wire::{Item, manifests};

/// What a rule looks at, as the tests fill it.
struct Cluster {
    declared: Declared,
    snapshot: Snapshot,
}

impl Cluster {
    /// One with these objects, under a baseline whose `spec.network` is this.
    fn new(network: &str, objects: &[String]) -> Self {
        Self::under(&[format!("network: {{{network}}}")], objects)
    }

    /// One with these objects, under baselines of these specs.
    fn under(specs: &[String], objects: &[String]) -> Self {
        let cluster = Self { declared: declared(specs), snapshot: Snapshot::default() };
        let networks = cluster.declared.baselines.iter().filter_map(|it| it.network.as_ref());
        cluster.snapshot.take_interest(interest(networks));
        for object in objects {
            cluster.see(object);
        }
        cluster
    }

    fn see(&self, manifest: &str) {
        let found = manifests(manifest);
        assert!(found.faults.is_empty(), "{:?}", found.faults);
        for object in found.objects {
            let change = Intake::default().seen(Item::Object(object.decode().unwrap()));
            self.snapshot.apply(change, &mut Vec::new());
        }
    }

    fn lose(&self, kind: Kind, namespace: &str, name: &str) {
        let (namespace, name) = (namespace.into(), name.into());
        self.snapshot.apply(Change::Deleted { kind, namespace, name }, &mut Vec::new());
    }

    /// What the check finds anywhere, in the order of objects and keys.
    fn findings(&self, check: &Check) -> Vec<Finding> {
        let facts = Facts {
            declared: &self.declared,
            snapshot: &self.snapshot,
            panics: &Panics::new(),
            waiver_uses: &HashMap::new(),
            remembered: &Remembered::default(),
            now: Timestamp::UNIX_EPOCH,
        };
        let scopes = self.snapshot.scopes();
        let keys = scopes.iter().filter_map(|scope| match scope {
            Scope::Object(key) => Some(key),
            Scope::Cluster => None,
        });
        let mut findings: Vec<Finding> = keys.flat_map(|key| findings_at(check, key, &facts)).collect();
        findings.sort_by(|a, b| (&a.object.key, &a.key).cmp(&(&b.object.key, &b.key)));
        findings
    }

    /// Object, key, evidence and count of each finding.
    fn found(&self, check: &Check) -> Vec<String> {
        let told = |it: &Finding| format!("{} {}: {}, {}", it.object.key, it.key, it.actual, it.count);
        self.findings(check).iter().map(told).collect()
    }

    /// The evidence of the only finding.
    fn actual(&self, check: &Check) -> String {
        let [finding] = self.findings(check).try_into().unwrap();
        finding.actual
    }
}

/// What the check finds at one object.
fn findings_at(check: &Check, key: &ObjectKey, facts: &Facts<'_>) -> Vec<Finding> {
    let snapshot = facts.snapshot;
    let namespace = || {
        let (object, labels) = snapshot.namespace(key).filter(|_| key.is_namespace())?;
        let governing = facts.governing(&key.name, &labels);
        Some(Namespace { object, labels, governing })
    };
    let workload = || {
        let workload = snapshot.workload(key)?;
        let namespace = ObjectKey::of_namespace(Arc::clone(&key.namespace));
        let namespace_labels = snapshot.labels(&namespace).unwrap_or_default();
        let governing = facts.governing(&key.namespace, &namespace_labels);
        Some(Governed { workload, namespace_labels, governing })
    };
    let found = match check.rule {
        Rule::Workload(rule) => workload().map(|it| rule(facts, &it)),
        Rule::Isolation { workload: of_workload, namespace: of_namespace } => {
            let of_workload = workload().map(|it| of_workload(facts, &it));
            of_workload.or_else(|| namespace().map(|it| of_namespace(facts, &it)))
        }
        Rule::Policy(rule) => snapshot.policy(key).map(|(object, it)| rule(facts, &object, &it)),
        _ => panic!("{} is no check of the network", check.info.id),
    };
    found.unwrap_or_default()
}

/// What baselines of these specs declare.
fn declared(specs: &[String]) -> Declared {
    let document = |spec: &String| {
        format!(
            "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {{name: b}}\nspec: {{{spec}}}\n"
        )
    };
    let text = specs.iter().map(document).collect::<Vec<_>>().join("---\n");
    let (documents, problems) = parse("b.yaml", text.as_bytes(), &ids());
    assert_eq!(problems, []);
    let baselines = documents.into_iter().map(|document| match document {
        Document::Baseline(baseline) => *baseline,
        other => panic!("expected a baseline, found {other:?}"),
    });
    Declared { baselines: baselines.collect(), ..Declared::hardened() }
}

/// A namespace with these labels.
fn namespace(name: &str, labels: &str) -> String {
    format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{{labels}}}}}}}")
}

/// A pod of the namespace `shop`, of the Deployment that is called as it is up to the first dash.
fn pod(name: &str, labels: &str) -> String {
    let (deployment, _) = name.split_once('-').unwrap();
    let owner = format!("{{apiVersion: apps/v1, kind: Deployment, name: {deployment}, controller: true}}");
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{{labels}}}, \
         ownerReferences: [{owner}]}}, spec: {{containers: [{{name: app}}]}}}}"
    )
}

/// A policy of the namespace `shop`.
fn policy(name: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: shop}}, \
         spec: {{{spec}}}}}"
    )
}

fn key(kind: Kind, name: &str) -> ObjectKey {
    ObjectKey { kind: ObjectKind::Watched(kind), namespace: "shop".into(), name: name.into() }
}
