//! Nothing may be dropped.
//!
//! Reads what a bound made the daemon drop lately, by place and reason as `plimsoll_dropped_total` has them. It resolves
//! after a while without any more.

use super::own::of_cluster;
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::snapshot::Trouble;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/dropped",
        severity: Severity::High,
        title: "something that was dropped",
        why: "A bound of the daemon was reached, and what went beyond it is lost to whoever should have been told.",
        mend: "The key says where it was dropped and why: for journal/disk make room on the journal's disk.",
        references: &[],
    },
    reads: Reads::Kinds(&[]),
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let own = facts.snapshot.own();
    let dropped = own.troubles.iter().filter_map(|(trouble, words)| match trouble {
        Trouble::Dropped { place, reason } => Some(finding(place, reason, words)),
        Trouble::Lag | Trouble::Clock => None,
    });
    dropped.collect()
}

fn finding(place: &str, reason: &str, words: &str) -> Finding {
    Finding {
        message: format!("the daemon dropped what it should have kept ({place}, {reason}): {words}"),
        expected: "nothing dropped".to_owned(),
        actual: reason.to_owned(),
        ..of_cluster(&format!("{place}/{reason}"))
    }
}
