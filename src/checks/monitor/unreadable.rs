//! Every object must be readable.
//!
//! Reads which objects came in a form that cannot be decoded. What was last known of such an object
//! stands; the other objects are judged as ever.

use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Direction, Finding, Kind, ObjectKey, ObjectRef, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/unreadable",
        severity: Severity::High,
        title: "an object that cannot be read",
        why: "The object is not judged in its present form; whoever made it may want just that.",
        mend: "Look at the object with kubectl get -o yaml and at who wrote it last; replace it with one that the \
               API server's own clients can read.",
        references: &["https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding"],
    },
    reads: Reads::Kinds(&Kind::ALL),
    rule: Rule::Object(evaluate),
};

fn evaluate(facts: &Facts<'_>, key: &ObjectKey) -> Vec<Finding> {
    let Some(error) = facts.snapshot.unreadable(key) else { return Vec::new() };
    let object =
        ObjectRef { key: key.clone(), version: "v1".into(), uid: "".into(), resource_version: "".into() };
    vec![Finding {
        message: format!("{key} cannot be read: {error}"),
        object,
        exposed: None,
        key: String::new(),
        direction: Direction::Loosened,
        count: 1,
        expected: "a readable object".to_owned(),
        // The error may name a column, which moves with every update of the object's status.
        actual: "unreadable".to_owned(),
        path: String::new(),
        remedy: String::new(),
        declaration: None,
    }]
}
