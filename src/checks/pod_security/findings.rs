//! From violations of pods to findings of the workload that they belong to.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::Violation;
use crate::baseline::Baseline;
use crate::checks::{Governed, path_to_pod};
use crate::model::{Declaration, Direction, Finding};
use crate::snapshot::{PodTemplate, Workload};

/// How many findings of a workload are told one by one. Whoever may make a pod may give it as many volumes as
/// fit into an object, of which nobody wants an alert each.
const FINDINGS_MAX: usize = 100;

/// What a rule finds in a workload, for each baseline that governs it.
///
/// `judge` adds how one template violates what one baseline declares. A violation of the same key in several
/// templates, as during a rollout, is one finding. The first [`FINDINGS_MAX`] are told one by one, the rest as a
/// number.
pub(crate) fn findings(
    subject: &Governed<'_>,
    judge: impl Fn(&Baseline, &PodTemplate, &mut Vec<Violation>),
) -> Vec<Finding> {
    let workload = &subject.workload;
    let mut findings = Vec::new();
    let mut violations = Vec::new();
    for baseline in &subject.governing {
        let mut roll_up = RollUp::default();
        for (at, (template, _)) in workload.templates.iter().enumerate() {
            judge(baseline, template, &mut violations);
            for violation in violations.drain(..) {
                roll_up.add(violation, at);
            }
        }
        let RollUp { told, rest } = roll_up;
        let told = told.into_values().map(|found| finding(workload, &baseline.declaration, found));
        findings.extend(told);
        findings.extend((!rest.keys.is_empty()).then(|| rest_of(workload, &baseline.declaration, &rest)));
    }
    findings
}

/// The violations of a workload, each key once.
#[derive(Debug, Default)]
struct RollUp {
    /// Those of the smallest keys, so that which they are does not depend on the order of lists.
    told: BTreeMap<String, Found>,
    rest: Rest,
}

#[derive(Debug)]
struct Found {
    /// As it is in the first of the templates.
    violation: Violation,
    templates: Templates,
}

/// Violations that are not told one by one.
#[derive(Debug, Default)]
struct Rest {
    keys: HashSet<String>,
    templates: Templates,
}

/// The places of templates in their workload, each once. Names may repeat in a file that no server has accepted;
/// its pods are not more for that.
type Templates = BTreeSet<usize>;

impl RollUp {
    fn add(&mut self, violation: Violation, template: usize) {
        if let Some(found) = self.told.get_mut(&violation.key) {
            found.templates.insert(template);
            return;
        }
        let found = Found { violation, templates: Templates::from([template]) };
        self.told.insert(found.violation.key.clone(), found);
        if self.told.len() > FINDINGS_MAX
            && let Some((key, found)) = self.told.pop_last()
        {
            self.rest.keys.insert(key);
            self.rest.templates.extend(found.templates);
        }
    }
}

fn finding(workload: &Workload, declaration: &Arc<Declaration>, found: Found) -> Finding {
    let pods = pods_of(workload, &found.templates);
    let Violation { key, part, what, path, expected, actual, remedy } = found.violation;
    let object = &workload.object.key;
    let whose = if part.is_empty() { object.to_string() } else { format!("{part} of {object}") };
    let path = format!("{}{path}", path_to_pod(&object.kind));
    Finding {
        object: workload.object.clone(),
        exposed: None,
        key,
        direction: Direction::Loosened,
        count: pods,
        message: format!("{whose} {what}; {}", running(pods)),
        expected: expected.into_owned(),
        actual,
        remedy: remedy.at(&path),
        path,
        declaration: Some(Arc::clone(declaration)),
    }
}

/// The finding of the violations that are not told one by one. How many they are stands in the message alone: as
/// evidence, it would be another transition with every volume more.
fn rest_of(workload: &Workload, declaration: &Arc<Declaration>, rest: &Rest) -> Finding {
    let pods = pods_of(workload, &rest.templates);
    let (object, more) = (&workload.object.key, rest.keys.len());
    Finding {
        object: workload.object.clone(),
        exposed: None,
        key: "rest".to_owned(),
        direction: Direction::Loosened,
        count: pods,
        message: format!(
            "{object} deviates in {more} more fields than the {FINDINGS_MAX} that are told; {}",
            running(pods)
        ),
        expected: "no deviation".to_owned(),
        actual: "more deviations than are told".to_owned(),
        path: String::new(),
        remedy: String::new(),
        declaration: Some(Arc::clone(declaration)),
    }
}

/// How many pods run these templates.
fn pods_of(workload: &Workload, templates: &Templates) -> u64 {
    templates.iter().map(|at| workload.templates[*at].1).sum()
}

/// Who runs it, as the end of a sentence.
fn running(pods: u64) -> String {
    let verb = if pods > 1 { "run" } else { "runs" };
    format!("{} {verb} it", number_of_pods(pods))
}

/// So many pods, in words.
pub(crate) fn number_of_pods(pods: u64) -> String {
    match pods {
        0 => "no pod".to_owned(),
        1 => "1 pod".to_owned(),
        _ => format!("{pods} pods"),
    }
}
