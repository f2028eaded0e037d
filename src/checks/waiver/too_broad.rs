//! No waiver may excuse too much.
//!
//! Reads what is declared and what waivers excuse. A waiver is too broad if it matches every object of its kind, wherever
//! it is and whatever it is called, or if more than [`EXCUSED_MAX`] objects deviate that it excuses. It is in force all the
//! same. Since what is not seen may be excused too, the check is blind while any kind is. A waiver that is not in force is
//! left to `waiver/expired` and `waiver/invalid`.

use super::{Wrong, declared, finding};
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Kind, Severity, Waiver};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "waiver/too-broad",
        severity: Severity::Medium,
        title: "waiver that excuses too much",
        why: "Who answers for an exception must know what it excuses. One that matches whatever comes excuses things \
              that nobody has looked at.",
        mend: "Name what is excused: a namespace, and a workload in it. Where nearly everything deviates, declare \
               less.",
        references: &[],
    },
    reads: Reads::Kinds(&Kind::ALL),
    rule: Rule::Cluster(evaluate),
};

/// Of how many objects a waiver may excuse deviations.
pub(crate) const EXCUSED_MAX: usize = 100;

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let in_force = declared(facts).filter(|waiver| waiver.is_in_force(facts.now));
    let told = in_force.filter_map(|waiver| {
        let objects = facts.waiver_uses.get(waiver).map_or(0, std::collections::HashMap::len);
        Some(finding(waiver, wrong(waiver, objects)?))
    });
    told.collect()
}

/// What is wrong with a waiver that excuses deviations of so many objects.
fn wrong(waiver: &Waiver, objects: usize) -> Option<Wrong> {
    if waiver.matches.are_boundless() {
        return Some(Wrong {
            what: "matches every object of its kind".to_owned(),
            expected: "a namespace or a name",
            actual: "neither".to_owned(),
            remedy: "name the namespace or the object that it is for".to_owned(),
        });
    }
    (objects > EXCUSED_MAX).then(|| Wrong {
        what: format!("excuses deviations of more than {EXCUSED_MAX} objects"),
        expected: "few objects",
        actual: format!("more than {EXCUSED_MAX}"),
        remedy: "name the objects that it is for".to_owned(),
    })
}
