//! A small cluster under one baseline, for rules to look at.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::baseline::{Declared, Document, parse};
use crate::checks::{Facts, Panics, Remembered, ids};
use crate::model::{Finding, Kind};
use crate::snapshot::{Change, Intake, Snapshot};
use crate::wire::{self, Item};

pub(in crate::checks::secrets) struct Cluster {
    pub(in crate::checks::secrets) declared: Declared,
    pub(in crate::checks::secrets) snapshot: Snapshot,
}

impl Cluster {
    /// An empty one, under a baseline whose `spec` is this.
    pub(in crate::checks::secrets) fn under(spec: &str) -> Self {
        Self { declared: declared(spec), snapshot: Snapshot::default() }
    }

    pub(in crate::checks::secrets) fn see(&self, manifests: &str) -> &Self {
        let manifests = wire::manifests(manifests);
        assert!(manifests.faults.is_empty(), "{:?}", manifests.faults);
        for manifest in manifests.objects {
            let object = manifest.decode().unwrap();
            self.snapshot.apply(Intake::default().seen(Item::Object(object)), &mut Vec::new());
        }
        self
    }

    pub(in crate::checks::secrets) fn lose(&self, kind: Kind, namespace: &str, name: &str) -> &Self {
        let (namespace, name) = (namespace.into(), name.into());
        self.snapshot.apply(Change::Deleted { kind, namespace, name }, &mut Vec::new());
        self
    }

    pub(in crate::checks::secrets) fn judge(
        &self,
        rule: impl Fn(&Facts<'_>) -> Vec<Finding>,
    ) -> Vec<Finding> {
        let (panics, waiver_uses) = (Panics::new(), HashMap::new());
        let (declared, snapshot, now) = (&self.declared, &self.snapshot, Timestamp::UNIX_EPOCH);
        let remembered = &Remembered::default();
        rule(&Facts { declared, snapshot, panics: &panics, waiver_uses: &waiver_uses, remembered, now })
    }
}

/// What a baseline declares whose `spec` is this.
pub(in crate::checks::secrets) fn declared(spec: &str) -> Declared {
    let text = format!(
        "{{apiVersion: plimsoll.dev/v1alpha1, kind: Baseline, metadata: {{name: b}}, spec: {{{spec}}}}}"
    );
    let (documents, problems) = parse("b.yaml", text.as_bytes(), &ids());
    assert_eq!(problems, []);
    let baselines = documents.into_iter().map(|document| match document {
        Document::Baseline(baseline) => *baseline,
        other => panic!("expected a baseline, found {other:?}"),
    });
    Declared { baselines: baselines.collect(), ..Declared::hardened() }
}

/// A binding of the cluster role to this subject; of the whole cluster where the namespace is empty.
pub(in crate::checks::secrets) fn bind(namespace: &str, name: &str, role: &str, subject: &str) -> String {
    let kind = if namespace.is_empty() { "ClusterRoleBinding" } else { "RoleBinding" };
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: {name}, namespace: '{namespace}'}}, \
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {role}}}, subjects: [{subject}]}}"
    )
}
