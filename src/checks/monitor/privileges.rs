//! The daemon may have no right on secrets.
//!
//! Reads what the API server says that the daemon may do, namespace by namespace (`SelfSubjectRulesReview`). Any verb on
//! secrets is told, however it came. The review knows what RBAC grants; rights that other authorizers give are not in it,
//! and `monitor/unreviewed` says where it is not all.

use super::own::of_cluster;
use super::rights::{on_secrets, ways_to_secrets};
use crate::checks::rights::ways;
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/privileges",
        severity: Severity::Critical,
        title: "daemon that can reach secrets",
        why: "The daemon never needs a secret. With a right on them, whoever takes it over has the secrets too, and \
              nobody watches the watcher.",
        mend: "Take the right away from the daemon's service account: it needs what the roles in \
               deploy/kustomize/rbac grant and no more.",
        references: &[
            "https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access",
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
        ],
    },
    reads: Reads::OwnRights,
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let own = facts.snapshot.own();
    let reviews = own.reviews.unwrap_or_default();
    let Some(held) = on_secrets(&reviews) else { return Vec::new() };
    let paths = own.subject.map(|it| ways_to_secrets(facts, &it, &held.namespaces)).unwrap_or_default();
    let by = if paths.is_empty() { String::new() } else { format!("; by {}", ways(&paths)) };
    // The ways are no evidence: bindings are seen at once, and what they give at the next review.
    vec![Finding {
        count: held.namespaces.len() as u64,
        message: format!("the daemon itself has rights on secrets {}{by}", held.place(reviews.len())),
        expected: "no verb on secrets".to_owned(),
        actual: held.words(),
        ..of_cluster("secrets")
    }]
}
