//! No waiver should expire unnoticed.
//!
//! Reads what is declared and the time. Two weeks before its end there is still time to mend what the waiver excuses, or
//! to have its owner say again why it has to be.

use super::{Wrong, aged, finding};
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Severity, WaiverAge};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "waiver/expiring",
        severity: Severity::Low,
        title: "waiver that is about to expire",
        why: "In less than two weeks the waiver excuses nothing any more, and what it excuses is a deviation again, \
              which pages whoever is on call.",
        mend: "Mend what the waiver excuses and remove it; where the exception is still needed, have its owner give \
               it a new expiry and reason.",
        references: &[],
    },
    reads: Reads::Kinds(&[]),
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let wrong = |expires| Wrong {
        what: format!("expires at {expires}"),
        expected: "an expiry that is more than two weeks ahead",
        actual: format!("expires at {expires}"),
        remedy: "mend what it excuses and remove the waiver, or set a new expiry".to_owned(),
    };
    aged(facts, WaiverAge::Expiring).map(|waiver| finding(waiver, wrong(waiver.expires))).collect()
}
