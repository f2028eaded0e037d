//! Which field of an object changed, for those on which the verdicts of others hang.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::store::Record;
use crate::model::{Kind, Labels};
use crate::network::{Direction, Policy};

/// The label that differs, such as `metadata.labels[app]`, or `metadata.labels` where it is more than one; none where
/// none does.
pub(super) fn changed_label(kind: Kind, old: &Record, new: &Record) -> Option<Arc<str>> {
    let (path, old, new) = match kind {
        Kind::Namespace | Kind::Pod => ("metadata.labels", &old.labels, &new.labels),
        Kind::CronJob => (
            "spec.jobTemplate.spec.template.metadata.labels",
            old.pod_labels.as_ref()?,
            new.pod_labels.as_ref()?,
        ),
        kind if kind.has_pods() => {
            ("spec.template.metadata.labels", old.pod_labels.as_ref()?, new.pod_labels.as_ref()?)
        }
        _ => return None,
    };
    match differing(old, new).as_slice() {
        [] => None,
        [key] => Some(format!("{path}[{key}]").into()),
        _ => Some(path.into()),
    }
}

/// The keys of the labels that are not the same in both.
fn differing(old: &Labels, new: &Labels) -> Vec<Arc<str>> {
    let (old, new): (BTreeSet<_>, BTreeSet<_>) = (old.iter().collect(), new.iter().collect());
    let mut keys: Vec<Arc<str>> = old.symmetric_difference(&new).map(|(key, _)| Arc::clone(key)).collect();
    keys.dedup();
    keys
}

/// The part of the spec that differs, such as `spec.ingress` or `spec.egress[2]`; none where it is more than one.
pub(super) fn changed_rule(old: &Policy, new: &Policy) -> Option<Arc<str>> {
    let mut changed: Vec<String> = Vec::new();
    if old.selector != new.selector {
        changed.push("spec.podSelector".to_owned());
    }
    if Direction::ALL.iter().any(|it| old.isolates(*it) != new.isolates(*it)) {
        changed.push("spec.policyTypes".to_owned());
    }
    for (direction, list) in [(Direction::Ingress, "spec.ingress"), (Direction::Egress, "spec.egress")] {
        let (before, after) = (old.rules(direction), new.rules(direction));
        if before == after {
            continue;
        }
        let differs = |at: &usize| before[*at] != after[*at];
        let same_length = before.len() == after.len();
        let at: Vec<usize> =
            if same_length { (0..before.len()).filter(differs).collect() } else { Vec::new() };
        changed.push(match at.as_slice() {
            [at] => format!("{list}[{at}]"),
            _ => list.to_owned(),
        });
    }
    match changed.as_slice() {
        [field] => Some(field.as_str().into()),
        _ => None,
    }
}
