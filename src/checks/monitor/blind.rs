//! Every watched kind must be seen.
//!
//! Reads how well each kind is seen. Blindness is one deviation, however many kinds it hides: their number
//! is its count, the reasons are its evidence. An API server that comes back by way of other errors changes
//! it, rather than resolving and opening it.

use std::collections::BTreeSet;

use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Direction, Finding, ObjectKey, ObjectRef, Severity};

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
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let lost = facts.snapshot.lost();
    if lost.is_empty() {
        return Vec::new();
    }
    let reasons: BTreeSet<&str> = lost.iter().map(|(_, loss)| loss.as_str()).collect();
    let kinds: Vec<String> = lost.iter().map(|(kind, loss)| format!("{kind} ({})", loss.as_str())).collect();
    vec![Finding {
        exposed: None,
        object: ObjectRef {
            key: ObjectKey::cluster(),
            version: "v1alpha1".into(),
            uid: "".into(),
            resource_version: "".into(),
        },
        key: "sight".to_owned(),
        direction: Direction::Loosened,
        count: lost.len() as u64,
        message: format!("cannot see {}", kinds.join(", ")),
        expected: "synced".to_owned(),
        actual: reasons.into_iter().collect::<Vec<_>>().join(", "),
        path: String::new(),
        remedy: String::new(),
        declaration: None,
    }]
}
