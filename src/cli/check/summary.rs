//! A verdict in one line.

use std::sync::Arc;

use super::verdict::Verdict;
use crate::model::{Deviation, Severity};

/// What it all comes to.
pub(super) fn summary(verdict: &Verdict) -> String {
    let deviations = match verdict.deviations.len() {
        0 => "no deviations".to_owned(),
        count => format!("{} ({})", counted(count as u64, "deviation"), severities(&verdict.deviations)),
    };
    let mut parts = vec![deviations];
    parts.extend(besides(verdict));
    parts.join(", ")
}

/// How many there are of whatever is no deviation.
pub(super) fn besides(verdict: &Verdict) -> Vec<String> {
    let mut parts = Vec::new();
    if !verdict.fail_on.is_empty() {
        parts.push(format!("{} to fail for", verdict.failing()));
    }
    parts.push(format!("{} judged", counted(verdict.objects, "object")));
    let rest = [
        (verdict.waived.len() as u64, "waived"),
        (verdict.others, "of other kinds passed over"),
        (verdict.blind.len() as u64, "not judged"),
    ];
    parts.extend(rest.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    if !verdict.problems.is_empty() {
        parts.push(counted(verdict.problems.len() as u64, "problem"));
    }
    parts
}

/// How many there are of each severity.
pub(super) fn severities(deviations: &[Arc<Deviation>]) -> String {
    let of = |severity: Severity| {
        let count = deviations.iter().filter(|it| it.severity == severity).count();
        (count > 0).then(|| format!("{count} {severity}"))
    };
    Severity::ALL.into_iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
