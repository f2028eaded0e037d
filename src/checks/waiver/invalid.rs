//! No waiver may last longer than a year.
//!
//! Reads what is declared and the time. A waiver that expires more than a year ahead, to the end of a day, excuses nothing
//! as long as it does. What cannot be read of a waiver at all is a problem of the baseline, and told by
//! `baseline/problem`.

use super::{Wrong, aged, finding};
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Severity, WaiverAge};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "waiver/invalid",
        severity: Severity::Medium,
        title: "waiver that lasts too long",
        why: "An exception without an end that somebody will live to see is never looked at again. The waiver excuses \
              nothing, while whoever wrote it takes what it was written for to be excused.",
        mend: "Let the waiver expire within a year, and renew it then where it is still needed.",
        references: &[],
    },
    reads: Reads::Kinds(&[]),
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let wrong = |expires| Wrong {
        what: format!("expires only at {expires} and excuses nothing"),
        expected: "an expiry within a year",
        actual: format!("expires at {expires}"),
        remedy: "set an expiry within a year".to_owned(),
    };
    aged(facts, WaiverAge::TooLong).map(|waiver| finding(waiver, wrong(waiver.expires))).collect()
}
