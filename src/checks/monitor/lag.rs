//! Verdicts must come soon.
//!
//! Reads whether the time from a change to its verdict went beyond what the daemon allows itself, lately.

use super::own::of_cluster;
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::snapshot::Trouble;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/lag",
        severity: Severity::Medium,
        title: "verdicts that come late",
        why: "What deviates is told later than it should be, and what was mended still pages.",
        mend: "Look at plimsoll_detection_seconds, process_cpu_seconds_total and plimsoll_sink_queue_depth. Where the \
               daemon is short of CPU give it more; where the journal's disk is slow give it another.",
        references: &[],
    },
    reads: Reads::Kinds(&[]),
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let own = facts.snapshot.own();
    let lag = own.troubles.get(&Trouble::Lag).map(|words| Finding {
        message: format!("the daemon lags behind the cluster: {words}"),
        expected: "verdicts within seconds".to_owned(),
        actual: "late".to_owned(),
        ..of_cluster("lag")
    });
    lag.into_iter().collect()
}
