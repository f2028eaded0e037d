//! Every watched kind must be seen.
//!
//! Reads how well each kind is seen. One reason is one deviation, however many kinds it hides: its count
//! is the number of kinds.

use std::collections::BTreeMap;

use crate::checks::{Check, Facts, Judges, Reads};
use crate::model::{CheckInfo, Direction, Finding, Kind, Loss, ObjectKey, ObjectRef, Scope, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/blind",
        severity: Severity::High,
        title: "kinds that cannot be seen",
        why: "What is not seen is not judged: while a kind cannot be watched, its deviations neither open nor \
              resolve.",
        mend: "Read the reason in /readyz and the log. Where it is forbidden, give the daemon's service account \
               list and watch on the kind; where it is unreachable, look after the API server or the network.",
        references: &[
            "https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes",
        ],
    },
    reads: Reads::Sight,
    judges: Judges::Cluster,
    evaluate,
};

fn evaluate(facts: &Facts<'_>, _scope: &Scope) -> Vec<Finding> {
    let mut kinds_by_loss: BTreeMap<Loss, Vec<Kind>> = BTreeMap::new();
    for (kind, loss) in facts.snapshot.lost() {
        kinds_by_loss.entry(loss).or_default().push(kind);
    }
    kinds_by_loss.into_iter().map(|(loss, kinds)| finding(loss, &kinds)).collect()
}

fn finding(loss: Loss, kinds: &[Kind]) -> Finding {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    Finding {
        object: ObjectRef {
            key: ObjectKey::cluster(),
            version: "v1alpha1".into(),
            uid: "".into(),
            resource_version: "".into(),
        },
        key: loss.as_str().to_owned(),
        direction: Direction::Loosened,
        count: kinds.len() as u64,
        message: format!("cannot see {}: {}", names.join(", "), loss.as_str()),
        expected: "synced".to_owned(),
        actual: loss.as_str().to_owned(),
        path: String::new(),
    }
}
