//! No check may panic.
//!
//! Reads the panics that the engine contained. The deviations of the check in those scopes stand as they
//! were; it is evaluated again when something in the scope changes.

use std::collections::BTreeMap;

use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Direction, Finding, ObjectKey, ObjectRef, Scope, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/panicked",
        severity: Severity::High,
        title: "a check that panicked",
        why: "The check has no verdict on the scopes in which it panicked, so that what deviates there is not \
              seen.",
        mend: "This is a defect of Plimsoll: report it with the message and, where you may, the object.",
        references: &[],
    },
    reads: Reads::Kinds(&[]),
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    facts.panics.iter().filter_map(|(check, scopes)| finding(check, scopes)).collect()
}

fn finding(check: &str, scopes: &BTreeMap<Scope, String>) -> Option<Finding> {
    let (scope, panic) = scopes.first_key_value()?;
    let place = match scope {
        Scope::Cluster => "the cluster".to_owned(),
        Scope::Object(key) => key.to_string(),
    };
    Some(Finding {
        exposed: None,
        object: ObjectRef {
            key: ObjectKey::cluster(),
            version: "v1alpha1".into(),
            uid: "".into(),
            resource_version: "".into(),
        },
        key: check.to_owned(),
        direction: Direction::Loosened,
        count: scopes.len() as u64,
        message: format!("{check} panicked in {} scopes, such as {place}: {panic}", scopes.len()),
        expected: "a verdict".to_owned(),
        actual: "panicked".to_owned(),
        path: String::new(),
        remedy: String::new(),
        declaration: None,
    })
}
