//! A small cluster under some baselines, for the checks of flows to look at.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::baseline::{Declared, Document, interest, parse};
use crate::checks::{Check, Facts, Governed, Panics, Remembered, Rule, ids};
use crate::model::{Finding, ObjectKey, Scope};
use crate::snapshot::{Intake, Snapshot};
use crate::wire::{Item, manifests};

pub(super) struct Cluster {
    declared: Declared,
    snapshot: Snapshot,
    remembered: Remembered,
}

impl Cluster {
    /// One with these objects, under baselines that are named `b0`, `b1` and so on and have these specs.
    pub(super) fn under(specs: &[&str], objects: &[String]) -> Self {
        let baselines = specs.iter().enumerate().flat_map(|(at, spec)| {
            let text = format!(
                "{{apiVersion: plimsoll.dev/v1alpha1, kind: Baseline, metadata: {{name: b{at}}}, spec: {{{spec}}}}}"
            );
            let (documents, problems) = parse("b.yaml", text.as_bytes(), &ids());
            assert_eq!(problems, []);
            documents.into_iter().map(|document| match document {
                Document::Baseline(baseline) => *baseline,
                other => panic!("expected a baseline, found {other:?}"),
            })
        });
        let declared = Declared { baselines: baselines.collect(), ..Declared::default() };
        let snapshot = Snapshot::default();
        snapshot.take_interest(interest(declared.baselines.iter().filter_map(|it| it.network.as_ref())));
        let cluster = Self { declared, snapshot, remembered: Remembered::default() };
        for object in objects {
            cluster.see(object);
        }
        cluster
    }

    /// One with these objects, under a baseline that declares this of the network.
    pub(super) fn new(network: &str, objects: &[String]) -> Self {
        Self::under(&[&format!("network: {{{network}}}")], objects)
    }

    pub(super) fn see(&self, manifest: &str) {
        let found = manifests(manifest);
        assert!(found.faults.is_empty(), "{:?}", found.faults);
        for object in found.objects {
            let change = Intake::default().seen(Item::Object(object.decode().unwrap()));
            self.snapshot.apply(change, &mut Vec::new());
        }
    }

    /// What the check finds of any workload, in the order of the objects and directions.
    pub(super) fn findings(&self, check: &Check) -> Vec<Finding> {
        // The snapshot may be another one than it was.
        self.remembered.forget();
        let Rule::Workload(rule) = check.rule else { panic!("{} judges workloads", check.info.id) };
        let facts = Facts {
            declared: &self.declared,
            snapshot: &self.snapshot,
            panics: &Panics::new(),
            waiver_uses: &HashMap::new(),
            remembered: &self.remembered,
            now: Timestamp::UNIX_EPOCH,
        };
        let mut keys: Vec<ObjectKey> = self.snapshot.scopes().into_iter().filter_map(of_object).collect();
        keys.sort();
        let governed = keys.iter().filter_map(|key| {
            let namespace = ObjectKey::of_namespace(key.namespace.clone());
            let namespace_labels = self.snapshot.labels(&namespace).unwrap_or_default();
            let governing = facts.governing(&key.namespace, &namespace_labels);
            Some(Governed { workload: self.snapshot.workload(key)?, namespace_labels, governing })
        });
        governed.flat_map(|it| rule(&facts, &it)).collect()
    }

    /// As in `Pod/shop/web Ingress: what is open`.
    pub(super) fn found(&self, check: &Check) -> Vec<String> {
        let told = |it: Finding| format!("{} {}: {}", it.object.key, it.key, it.actual);
        self.findings(check).into_iter().map(told).collect()
    }
}

fn of_object(scope: Scope) -> Option<ObjectKey> {
    match scope {
        Scope::Object(key) => Some(key),
        Scope::Cluster => None,
    }
}

pub(super) fn namespace(name: &str, labels: &str) -> String {
    format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{{labels}}}}}}}")
}

/// A pod with these labels and ports, which has an address if one is given.
pub(super) fn pod(namespace: &str, name: &str, labels: &str, ports: &str, address: &str) -> String {
    let status = match address {
        "" => String::new(),
        address => format!(", status: {{podIP: {address}, podIPs: [{{ip: {address}}}]}}"),
    };
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {namespace}, labels: {{{labels}}}}}, \
         spec: {{containers: [{{name: a, ports: [{ports}]}}]}}{status}}}"
    )
}

pub(super) fn policy(namespace: &str, name: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: {namespace}}}, \
         spec: {{{spec}}}}}"
    )
}

/// A node whose pods have these addresses.
pub(super) fn node(pods: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Node, metadata: {{name: n1}}, spec: {{podCIDR: {pods}, podCIDRs: ['{pods}']}}}}"
    )
}
