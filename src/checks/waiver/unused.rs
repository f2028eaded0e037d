//! Every waiver must excuse something.
//!
//! Reads what is declared and what waivers excuse. Since what is not seen may be just what a waiver excuses,
//! the check is blind while any kind is. An expired waiver is left to `waiver/expired`. A waiver of this very
//! check is not judged: it would be in use by being unused.

use super::{Wrong, declared, finding};
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Kind, Severity, Waiver};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "waiver/unused",
        severity: Severity::Low,
        title: "waiver that excuses nothing",
        why: "An exception that nobody needs any more excuses whatever will match it next; one that is \
              misspelt excuses nothing of what it was written for.",
        mend: "Remove the waiver, or correct what it matches.",
        references: &[],
    },
    reads: Reads::Kinds(&Kind::ALL),
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let unused = |waiver: &Waiver| {
        waiver.expires > facts.now && !facts.used.contains(waiver) && *waiver.check != *CHECK.info.id
    };
    let wrong = || Wrong {
        what: "excuses nothing".to_owned(),
        expected: "a deviation that it excuses",
        actual: "none".to_owned(),
        remedy: "remove the waiver, or correct what it matches".to_owned(),
    };
    declared(facts).filter(|waiver| unused(waiver)).map(|waiver| finding(waiver, wrong())).collect()
}
