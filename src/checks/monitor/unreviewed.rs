//! What the daemon may do must be known.
//!
//! Reads whether the API server answered what the daemon may do, and whether it says that the answer is all. An answer
//! that is not all is neither good nor bad: other authorizers than RBAC may give rights that nobody can list.

use std::collections::BTreeSet;

use super::own::of_cluster;
use crate::checks::words::start_of;
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Direction, Finding, Severity, tame_name};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/unreviewed",
        severity: Severity::Info,
        title: "rights of the daemon that cannot be listed",
        why: "The API server does not say all that the daemon may do, so that monitor/privileges cannot vouch for it.",
        mend: "Read the reason. Where it is another authorizer of the cluster, look there what the daemon may do, and \
               waive this.",
        references: &[
            "https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access",
        ],
    },
    reads: Reads::Kinds(&[]),
    rule: Rule::Cluster(evaluate),
};

/// How many characters of a reason are told, and how many reasons.
const REASON_CHARS_MAX: usize = 200;
const REASONS_MAX: usize = 5;

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let own = facts.snapshot.own();
    let reviews = own.reviews.unwrap_or_default();
    let incomplete = reviews.values().filter_map(|review| review.incomplete.as_deref());
    let reasons: BTreeSet<String> = incomplete.chain(own.unreviewed.as_deref()).map(told).collect();
    if reasons.is_empty() {
        return Vec::new();
    }
    let reasons: Vec<String> = reasons.into_iter().take(REASONS_MAX).collect();
    vec![Finding {
        direction: Direction::Changed,
        message: format!("what the daemon may do cannot be listed in full: {}", reasons.join("; ")),
        expected: "a complete answer".to_owned(),
        actual: reasons.join("; "),
        ..of_cluster("review")
    }]
}

/// A reason as evidence.
fn told(reason: &str) -> String {
    start_of(&tame_name(reason), REASON_CHARS_MAX)
}
