//! From violations of pods to findings of the workload that they belong to.

use std::collections::HashMap;
use std::sync::Arc;

use super::Violation;
use crate::baseline::Baseline;
use crate::checks::{Subject, path_to_pod};
use crate::model::{Declaration, Direction, Finding};
use crate::snapshot::{PodTemplate, Workload};

/// What a rule finds in a workload, for each baseline that governs it.
///
/// `judge` adds how one template violates what one baseline declares. A violation of the same key in several
/// templates, as during a rollout, is one finding.
pub(crate) fn findings(
    subject: &Subject<'_>,
    judge: impl Fn(&Baseline, &PodTemplate, &mut Vec<Violation>),
) -> Vec<Finding> {
    let workload = &subject.workload;
    let mut findings = Vec::new();
    let mut violations = Vec::new();
    for baseline in &subject.governing {
        let mut roll_up = RollUp::default();
        for (at, (template, pods)) in workload.templates.iter().enumerate() {
            judge(baseline, template, &mut violations);
            for violation in violations.drain(..) {
                roll_up.add(violation, at, *pods);
            }
        }
        let found = roll_up.found.into_iter();
        findings.extend(found.map(|it| finding(workload, &baseline.declaration, it)));
    }
    findings
}

/// The violations of a workload, each key once, in the order in which they were found.
#[derive(Debug, Default)]
struct RollUp {
    found: Vec<Found>,
    /// Where in `found` a key is.
    places: HashMap<String, usize>,
}

#[derive(Debug)]
struct Found {
    violation: Violation,
    pods: u64,
    /// The last template that it was found in.
    template: usize,
}

impl RollUp {
    fn add(&mut self, violation: Violation, template: usize, pods: u64) {
        if let Some(place) = self.places.get(&violation.key) {
            let found = &mut self.found[*place];
            // Names may repeat in a file that no server has accepted; its pods are not more for that.
            if found.template != template {
                (found.template, found.pods) = (template, found.pods + pods);
            }
            return;
        }
        self.places.insert(violation.key.clone(), self.found.len());
        self.found.push(Found { violation, pods, template });
    }
}

fn finding(workload: &Workload, declaration: &Arc<Declaration>, found: Found) -> Finding {
    let Found { violation, pods, .. } = found;
    let Violation { key, part, what, path, expected, actual, remedy } = violation;
    let object = &workload.object.key;
    let whose = if part.is_empty() { object.to_string() } else { format!("{part} of {object}") };
    let running = match pods {
        0 => "no pod runs it".to_owned(),
        1 => "1 pod runs it".to_owned(),
        _ => format!("{pods} pods run it"),
    };
    let path = format!("{}{path}", path_to_pod(&object.kind));
    Finding {
        object: workload.object.clone(),
        key,
        direction: Direction::Loosened,
        count: pods,
        message: format!("{whose} {what}; {running}"),
        expected: expected.into_owned(),
        actual,
        remedy: remedy.at(&path),
        path,
        declaration: Some(Arc::clone(declaration)),
    }
}
