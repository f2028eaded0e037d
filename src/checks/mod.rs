//! The checks: pure functions from what is declared and what was seen to findings.

mod baseline;
mod family;
mod monitor;
mod network;
mod page;
pub mod pod_security;
mod rbac;
mod remembered;
mod rights;
mod secrets;
mod waiver;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::baseline::{Baseline, Declared};
use crate::model::{
    CheckInfo, Finding, Kind, Labels, ObjectKey, ObjectKind, ObjectRef, Scope, Waiver, label,
};
use crate::network::Policy;
use crate::rbac::{Binding, is_subject};
use crate::snapshot::{Grantee, Snapshot, Workload};
pub(crate) use baseline::problem::CHECK as BASELINE_PROBLEM;
pub(crate) use monitor::panicked::CHECK as PANICKED;
pub(crate) use monitor::unreadable::CHECK as UNREADABLE;
pub(crate) use waiver::too_broad::EXCUSED_MAX;

pub use family::{Family, in_force, watched};
pub use page::{reads, render_pages};
pub use remembered::Remembered;

/// Every check there is. Those of the monitor stand last, because they judge how the others fared.
pub static CHECKS: &[&Check] = &[
    &pod_security::allow_privilege_escalation::CONTROL.check,
    &pod_security::app_armor_profile::CONTROL.check,
    &pod_security::capabilities_baseline::CONTROL.check,
    &pod_security::capabilities_restricted::CONTROL.check,
    &pod_security::host_namespaces::CONTROL.check,
    &pod_security::host_path_volumes::CONTROL.check,
    &pod_security::host_ports::CONTROL.check,
    &pod_security::host_probes_and_host_lifecycle::CONTROL.check,
    &pod_security::privileged::CONTROL.check,
    &pod_security::proc_mount::CONTROL.check,
    &pod_security::proc_mount_restricted::CONTROL.check,
    &pod_security::restricted_volumes::CONTROL.check,
    &pod_security::run_as_non_root::CONTROL.check,
    &pod_security::run_as_user::CONTROL.check,
    &pod_security::se_linux_options::CONTROL.check,
    &pod_security::seccomp_profile_baseline::CONTROL.check,
    &pod_security::seccomp_profile_restricted::CONTROL.check,
    &pod_security::sysctls::CONTROL.check,
    &pod_security::windows_host_process::CONTROL.check,
    &pod_security::admission_label::CHECK,
    &pod_security::enforcement_gap::CHECK,
    &pod_security::profile::CHECK,
    &secrets::unlisted_reader::CHECK,
    &secrets::unlisted_path::CHECK,
    &secrets::indirect_reader::CHECK,
    &secrets::broad_grant::CHECK,
    &secrets::in_environment::CHECK,
    &rbac::unlisted_cluster_admin::CHECK,
    &rbac::wildcard::CHECK,
    &rbac::escalation::CHECK,
    &rbac::anonymous::CHECK,
    &rbac::undeclared_grant::CHECK,
    &rbac::missing_grant::CHECK,
    &rbac::widened_aggregate::CHECK,
    &rbac::dangling_binding::CHECK,
    &rbac::default_service_account::CHECK,
    &network::not_isolated::CHECK,
    &network::cross_namespace::CHECK,
    &network::internet_egress::CHECK,
    &network::undeclared_flow::CHECK,
    &network::lost_flow::CHECK,
    &network::selects_nothing::CHECK,
    &network::host_network::CHECK,
    &baseline::problem::CHECK,
    &waiver::invalid::CHECK,
    &waiver::expiring::CHECK,
    &waiver::expired::CHECK,
    &waiver::unused::CHECK,
    &waiver::too_broad::CHECK,
    &monitor::unreadable::CHECK,
    &monitor::blind::CHECK,
    &monitor::privileges::CHECK,
    &monitor::unneeded_right::CHECK,
    &monitor::unreviewed::CHECK,
    &monitor::lag::CHECK,
    &monitor::dropped::CHECK,
    &monitor::clock::CHECK,
    &monitor::panicked::CHECK,
];

/// A check: what it is called, what it looks at, and its rule.
#[derive(Debug)]
pub struct Check {
    pub info: CheckInfo,
    pub reads: Reads,
    pub rule: Rule,
}

/// What a check must be able to see.
#[derive(Debug, Clone, Copy)]
pub enum Reads {
    /// These kinds, and all of them synced. While one is not, the check is blind.
    Kinds(&'static [Kind]),
    /// These kinds, as [`Reads::Kinds`], to say what is let through in a namespace. Where it is touched by a policy that
    /// cannot be read, or is of a kind that is not modelled, nothing is judged.
    Flows(&'static [Kind]),
    /// How well each kind is seen, once that has been found out. Such a check is never blind.
    Sight,
    /// What the daemon itself may do, once the API server has said so.
    OwnRights,
}

/// The rule of a check, by what one evaluation covers. It is total: any content of the snapshot has a verdict.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// The cluster and the monitor as a whole.
    Cluster(fn(&Facts<'_>) -> Vec<Finding>),
    /// One object of any watched kind.
    Object(fn(&Facts<'_>, &ObjectKey) -> Vec<Finding>),
    /// One namespace that is there.
    Namespace(fn(&Facts<'_>, &Namespace<'_>) -> Vec<Finding>),
    /// One workload that is there, with its pods.
    Workload(fn(&Facts<'_>, &Governed<'_>) -> Vec<Finding>),
    /// One subject of RBAC to whom anything is granted or declared to be, or as which a workload reaches into its
    /// node.
    Grantee(fn(&Facts<'_>, &Grantee) -> Vec<Finding>),
    /// Whoever comes to secrets: one such subject, or one workload that is there.
    Reader {
        grantee: fn(&Facts<'_>, &Grantee) -> Vec<Finding>,
        workload: fn(&Facts<'_>, &Governed<'_>) -> Vec<Finding>,
    },
    /// One role that is there.
    Role(fn(&Facts<'_>, &ObjectRef) -> Vec<Finding>),
    /// One binding that is there.
    Binding(fn(&Facts<'_>, &ObjectRef, &Binding) -> Vec<Finding>),
    /// How one workload that is there is isolated, and what a namespace that is there isolates.
    Isolation {
        workload: fn(&Facts<'_>, &Governed<'_>) -> Vec<Finding>,
        namespace: fn(&Facts<'_>, &Namespace<'_>) -> Vec<Finding>,
    },
    /// One network policy that is there.
    Policy(fn(&Facts<'_>, &ObjectRef, &Policy) -> Vec<Finding>),
}

impl Rule {
    /// Whether the scope is one that the rule is evaluated for.
    pub fn covers(self, scope: &Scope) -> bool {
        match (self, scope) {
            (Self::Cluster(_), Scope::Cluster) | (Self::Object(_), Scope::Object(_)) => true,
            (Self::Namespace(_), Scope::Object(key)) => key.is_namespace(),
            // Every workload is in a namespace.
            (Self::Workload(_), Scope::Object(key)) => !key.namespace.is_empty(),
            (Self::Grantee(_), Scope::Object(key)) => is_subject(key),
            (Self::Reader { .. }, Scope::Object(key)) => !key.namespace.is_empty() || is_subject(key),
            (Self::Role(_), Scope::Object(key)) => key.is_one_of(&[Kind::Role, Kind::ClusterRole]),
            (Self::Binding(_), Scope::Object(key)) => {
                key.is_one_of(&[Kind::RoleBinding, Kind::ClusterRoleBinding])
            }
            (Self::Isolation { .. }, Scope::Object(key)) => key.is_namespace() || !key.namespace.is_empty(),
            (Self::Policy(_), Scope::Object(key)) => key.is_one_of(&[Kind::NetworkPolicy]),
            (Self::Cluster(_), Scope::Object(_)) | (_, Scope::Cluster) => false,
        }
    }

    /// The scope whose evaluation finds a deviation of this object.
    pub fn scope_of(self, object: &ObjectKey) -> Scope {
        match self {
            Self::Cluster(_) => Scope::Cluster,
            _ => Scope::Object(object.clone()),
        }
    }
}

/// What every rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub declared: &'a Declared,
    pub snapshot: &'a Snapshot,
    /// The checks that panicked, with the scopes in which they did and what they said.
    pub panics: &'a Panics,
    pub waiver_uses: &'a WaiverUses,
    /// What rules found out already.
    pub remembered: &'a Remembered,
    pub now: Timestamp,
}

impl<'a> Facts<'a> {
    /// The baselines that protect the namespace of this name, with these labels.
    pub fn governing(&self, namespace: &str, labels: &Labels) -> Vec<&'a Baseline> {
        self.declared.baselines.iter().filter(|it| governs(it, namespace, labels)).collect()
    }

    /// The baselines that protect something in this scope of rights: a namespace by its name, or, where it is empty,
    /// all of the cluster.
    pub fn protecting(&self, scope: &Arc<str>) -> Vec<&'a Baseline> {
        if scope.is_empty() {
            return self.declared.baselines.iter().collect();
        }
        let labels = self.snapshot.labels(&ObjectKey::of_namespace(Arc::clone(scope))).unwrap_or_default();
        self.governing(scope, &labels)
    }
}

/// Whether the baseline protects the namespace of this name, with these labels.
fn governs(baseline: &Baseline, namespace: &str, labels: &Labels) -> bool {
    baseline.namespaces.select(namespace, |key| label(labels, key))
}

/// A namespace, and what is declared of it.
#[derive(Debug)]
pub struct Namespace<'a> {
    pub object: ObjectRef,
    pub labels: Arc<Labels>,
    /// The baselines that govern it.
    pub governing: Vec<&'a Baseline>,
}

/// A workload, and what is declared of its namespace.
#[derive(Debug)]
pub struct Governed<'a> {
    pub workload: Workload,
    /// The labels of its namespace; empty where that is not known.
    pub namespace_labels: Arc<Labels>,
    /// The baselines that govern its namespace.
    pub governing: Vec<&'a Baseline>,
}

/// By check, the scopes in which it panicked when it was last evaluated, with the message.
pub type Panics = BTreeMap<&'static str, BTreeMap<Scope, String>>;

/// The waivers that excuse something, with the objects of which each does, and how many findings of each object.
pub type WaiverUses = HashMap<Arc<Waiver>, HashMap<ObjectKey, usize>>;

/// The check of this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.info.id == id)
}

/// What a check of pods reads: every kind whose objects are or carry pods, and the namespaces, by whose labels
/// baselines govern.
pub(crate) const GOVERNED_PODS: Reads = Reads::Kinds(GOVERNED_KINDS);

const GOVERNED_KINDS: &[Kind] = &[
    Kind::Namespace,
    Kind::Pod,
    Kind::ReplicationController,
    Kind::ReplicaSet,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
    Kind::CronJob,
];

/// What a check of rights reads: roles, bindings, and the namespaces, by whose labels baselines govern.
pub(crate) const RIGHTS: Reads = Reads::Kinds(&[
    Kind::Namespace,
    Kind::Role,
    Kind::ClusterRole,
    Kind::RoleBinding,
    Kind::ClusterRoleBinding,
]);

/// What a check of flows reads: pods, and what they are made from; policies; and the namespaces, by whose labels policies
/// select and baselines govern.
pub(crate) const FLOWS: Reads = Reads::Flows(FLOW_KINDS);

/// What a check of flows to addresses reads: nodes and `ServiceCIDRs` besides, which say what is inside the cluster.
pub(crate) const FLOWS_TO_ADDRESSES: Reads = Reads::Flows(ADDRESS_KINDS);

/// The kinds by which it is known who could talk to whom.
pub(crate) const FLOW_KINDS: &[Kind] = ADDRESS_KINDS.split_at(2).1;

const ADDRESS_KINDS: &[Kind] = &[
    Kind::Node,
    Kind::ServiceCidr,
    Kind::Namespace,
    Kind::Pod,
    Kind::ReplicationController,
    Kind::ReplicaSet,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
    Kind::CronJob,
    Kind::NetworkPolicy,
    Kind::CiliumNetworkPolicy,
    Kind::CiliumClusterwideNetworkPolicy,
    Kind::CalicoNetworkPolicy,
    Kind::CalicoGlobalNetworkPolicy,
    Kind::AdminNetworkPolicy,
    Kind::BaselineAdminNetworkPolicy,
    Kind::ClusterNetworkPolicy,
];

/// The ids of all checks.
pub fn ids() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.info.id).collect()
}

/// Every kind whose objects are or carry pods.
#[cfg(test)]
pub(crate) const POD_KINDS: &[Kind] = GOVERNED_KINDS.split_at(1).1;

/// The path of the pod within an object of this kind, to stand before `spec` or `metadata`.
fn path_to_pod(kind: &ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Watched(Kind::CronJob) => "spec.jobTemplate.spec.template.",
        ObjectKind::Watched(kind) if kind.has_pods() && *kind != Kind::Pod => "spec.template.",
        // Of a workload of any other kind nothing is known but its pods.
        _ => "",
    }
}

/// The document of the baseline that has this name, as the object of what is to be said of it.
fn object_of(document: &str) -> ObjectRef {
    let kind = ObjectKind::new("plimsoll.dev", "Baseline");
    ObjectRef {
        key: ObjectKey { kind, namespace: "".into(), name: document.into() },
        version: "v1alpha1".into(),
        uid: "".into(),
        resource_version: "".into(),
    }
}

#[cfg(test)]
mod tests;
