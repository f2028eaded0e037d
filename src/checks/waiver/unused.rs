//! Every waiver must cover something.
//!
//! Reads what is declared and what waivers cover. A waiver that covers a deviation is used, also where others
//! cover it too. Since what is not seen may be just what a waiver covers, the check is blind while any kind is.
//! A waiver that is not in force is left to `waiver/expired` and `waiver/invalid`. A waiver of this very check is not
//! judged: it would be in use by being unused.

use super::{Wrong, declared, finding};
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Kind, Severity, Waiver};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "waiver/unused",
        severity: Severity::Low,
        title: "waiver that covers nothing",
        why: "An exception that nobody needs any more excuses whatever will match it next; one that is \
              misspelt covers nothing of what it was written for.",
        mend: "Correct what the waiver matches if it is misspelt; remove it if what it was written for is gone.",
        references: &[],
    },
    reads: Reads::Kinds(&Kind::ALL),
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let unused = |waiver: &Waiver| {
        waiver.is_in_force(facts.now)
            && !facts.waiver_uses.contains_key(waiver)
            && !waiver.checks.cover(CHECK.info.id)
    };
    let wrong = || Wrong {
        what: "covers no deviation".to_owned(),
        expected: "a deviation that it covers",
        actual: "none".to_owned(),
        remedy: "correct what it matches, or remove it if what it was written for is gone".to_owned(),
    };
    declared(facts).filter(|waiver| unused(waiver)).map(|waiver| finding(waiver, wrong())).collect()
}
