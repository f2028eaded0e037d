//! The checks: pure functions from what is declared and what was seen to findings.

mod monitor;
mod page;
mod pod_security;

use std::collections::BTreeMap;

use crate::baseline::Baseline;
use crate::model::{CheckInfo, Finding, Kind, ObjectKey, ObjectKind, Scope};
use crate::snapshot::Snapshot;
pub(crate) use monitor::panicked::CHECK as PANICKED;

pub use page::render_page;

/// Every check there is. Those of the monitor stand last, because they judge how the others fared.
pub static CHECKS: [&Check; 4] = [
    &pod_security::privileged::CHECK,
    &monitor::unreadable::CHECK,
    &monitor::blind::CHECK,
    &monitor::panicked::CHECK,
];

/// A check: what it is called, what it looks at, and its rule.
#[derive(Debug)]
pub struct Check {
    pub info: CheckInfo,
    pub reads: Reads,
    /// What one evaluation covers.
    pub judges: Judges,
    /// The rule. It is total: any content of the snapshot has a verdict.
    pub evaluate: fn(&Facts<'_>, &Scope) -> Vec<Finding>,
}

/// What a check must be able to see.
#[derive(Debug, Clone, Copy)]
pub enum Reads {
    /// These kinds, and all of them synced. While one is not, the check is blind.
    Kinds(&'static [Kind]),
    /// How well each kind is seen, once that has been found out. Such a check is never blind.
    Sight,
}

/// What one evaluation of a check covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judges {
    /// The cluster and the monitor as a whole.
    Cluster,
    /// One workload.
    Workload,
}

impl Judges {
    /// Whether the scope is one that the check is evaluated for.
    pub fn covers(self, scope: &Scope) -> bool {
        matches!((self, scope), (Self::Cluster, Scope::Cluster) | (Self::Workload, Scope::Workload(_)))
    }

    /// The scope whose evaluation finds a deviation of this object.
    pub fn scope_of(self, object: &ObjectKey) -> Scope {
        match self {
            Self::Cluster => Scope::Cluster,
            Self::Workload => Scope::Workload(object.clone()),
        }
    }
}

/// What a rule may look at.
#[derive(Debug)]
pub struct Facts<'a> {
    pub baseline: &'a Baseline,
    pub snapshot: &'a Snapshot,
    /// The checks that panicked, with the scopes in which they did and what they said.
    pub panics: &'a Panics,
}

/// By check, the scopes in which it panicked when it was last evaluated, with the message.
pub type Panics = BTreeMap<&'static str, BTreeMap<Scope, String>>;

/// The check of this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.into_iter().find(|check| check.info.id == id)
}

/// Every kind whose objects are or carry pods.
pub(crate) const POD_KINDS: &[Kind] = &[
    Kind::Pod,
    Kind::ReplicationController,
    Kind::ReplicaSet,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
    Kind::CronJob,
];

/// The path of the pod spec within an object of this kind.
fn spec_path(kind: &ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Watched(Kind::CronJob) => "spec.jobTemplate.spec.template.spec",
        // Of a workload of a kind that is not watched nothing is known but its pods.
        ObjectKind::Watched(Kind::Pod) | ObjectKind::Other(_) | ObjectKind::Cluster => "spec",
        ObjectKind::Watched(_) => "spec.template.spec",
    }
}

#[cfg(test)]
mod tests;
