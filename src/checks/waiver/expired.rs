//! No waiver may be past its expiry.
//!
//! Reads what is declared and the time. From its expiry on, a waiver excuses nothing: what it excused is a
//! deviation again, and the entry that looks like an exception is none.

use super::{Wrong, aged, finding};
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Severity, WaiverAge};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "waiver/expired",
        severity: Severity::Medium,
        title: "waiver past its expiry",
        why: "An expired waiver excuses nothing any more, so that what it excused is a deviation again; \
              whoever reads the baseline may still take it for an exception.",
        mend: "Mend what the waiver excused and remove it; where the exception is still needed, have its \
               owner give it a new expiry and reason.",
        references: &[],
    },
    reads: Reads::Kinds(&[]),
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let wrong = |expires| Wrong {
        what: format!("expired at {expires}"),
        expected: "an expiry that is to come",
        actual: format!("expired at {expires}"),
        remedy: "remove the waiver, or set a new expiry".to_owned(),
    };
    aged(facts, WaiverAge::Expired).map(|waiver| finding(waiver, wrong(waiver.expires))).collect()
}
