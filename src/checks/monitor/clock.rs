//! The clock must not jump.
//!
//! Reads whether the clock of the wall went otherwise, lately, than one that nobody sets.

use super::own::of_cluster;
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Direction, Finding, Severity};
use crate::snapshot::Trouble;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/clock",
        severity: Severity::Low,
        title: "clock that jumped",
        why: "By the clock waivers expire and events are stamped. One that was set excuses for longer or shorter than is \
              declared, and what came before what is said by the sequence numbers of events alone.",
        mend: "Look at how the node keeps its time, and whether the machine was suspended.",
        references: &[],
    },
    reads: Reads::Kinds(&[]),
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let own = facts.snapshot.own();
    let jump = own.troubles.get(&Trouble::Clock).map(|words| Finding {
        direction: Direction::Changed,
        message: format!("the clock of the daemon's node jumped: it was {words}"),
        expected: "a clock that goes on".to_owned(),
        actual: "it jumped".to_owned(),
        ..of_cluster("clock")
    });
    jump.into_iter().collect()
}
