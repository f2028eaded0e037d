//! The daemon should have no right that it needs for nothing.
//!
//! Reads what the API server says that the daemon may do, namespace by namespace (`SelfSubjectRulesReview`). Allowed is
//! what the shipped roles grant, and what everybody has who is authenticated. Rights on secrets are left to
//! `monitor/privileges`.

use super::own::of_cluster;
use super::rights::unneeded;
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/unneeded-right",
        severity: Severity::Medium,
        title: "daemon that may do more than it needs",
        why: "Whatever the daemon may do, whoever takes it over may do too. It watches, and changes nothing.",
        mend: "Bind the daemon's service account to what the roles in deploy/kustomize/rbac grant and no \
               more.",
        references: &[
            "https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access",
        ],
    },
    reads: Reads::OwnRights,
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let reviews = facts.snapshot.own().reviews.unwrap_or_default();
    let Some(held) = unneeded(facts, &reviews) else { return Vec::new() };
    vec![Finding {
        count: held.namespaces.len() as u64,
        message: format!("the daemon may do more than it needs {}", held.place(reviews.len())),
        expected: "what the shipped roles grant".to_owned(),
        actual: held.words(),
        ..of_cluster("rights")
    }]
}
