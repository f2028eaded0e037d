//! What checks of rights share: the ways by which a right came, as evidence, and the smallest change that takes it
//! away again.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::words;
use crate::baseline::Baseline;
use crate::model::{Direction, Finding, ObjectKey, ObjectRef};
use crate::rbac::{Binding, Grant, Path, Powers};

/// How many ways are named in a finding. Of the others it says how many there are, and a digest.
const PATHS_MAX: usize = 50;

/// What the scope of a grant is called in keys and sentences: its namespace, or `*` for all of the cluster.
pub(super) fn name_of(scope: &str) -> &str {
    if scope.is_empty() { "*" } else { scope }
}

/// Where a right holds, for a sentence.
pub(super) fn place(scope: &str) -> String {
    if scope.is_empty() { "in every namespace".to_owned() } else { format!("in namespace {scope}") }
}

/// Every way by which these grants give any of these powers.
pub(super) fn paths(grants: &[&Grant], powers: Powers) -> Vec<Path> {
    grants.iter().flat_map(|grant| grant.rules(powers).map(|rule| grant.path(rule))).collect()
}

/// The ways as evidence, each with what its rule grants: a rule that comes to grant more is other evidence.
pub(super) fn evidence(paths: &[Path]) -> String {
    // One rule may come by thousands of bindings.
    let mut granted: HashMap<_, String, RandomState> = HashMap::default();
    let told = in_order(paths).into_iter().map(|path| {
        let rule = (&path.rule.role, path.rule.number);
        let words = granted.entry(rule).or_insert_with(|| words::of_rule(&path.rule.rule));
        format!("{path} ({words})")
    });
    words::first_of(told.collect(), PATHS_MAX)
}

/// The ways alone, for where it is told what they grant together.
pub(super) fn ways(paths: &[Path]) -> String {
    words::first_of(in_order(paths).into_iter().map(Path::to_string).collect(), PATHS_MAX)
}

/// Each of the ways once, in the order of bindings, roles and rules.
pub(super) fn in_order(paths: &[Path]) -> Vec<&Path> {
    fn place(path: &Path) -> (&ObjectKey, &ObjectKey, &ObjectKey, usize) {
        (&path.binding.key, &path.role, &path.rule.role, path.rule.number)
    }
    let mut ordered: Vec<&Path> = paths.iter().collect();
    ordered.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
    ordered.dedup_by(|a, b| place(a) == place(b));
    ordered
}

/// The smallest change that takes the rights away: the subject out of every binding, or the binding itself where it
/// names nobody else.
pub(super) fn unbind(subject: &ObjectKey, paths: &[Path]) -> String {
    let mut bindings: Vec<&Binding> = paths.iter().map(|path| &*path.binding).collect();
    bindings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    bindings.dedup_by(|a, b| a.key == b.key);
    let steps = bindings.into_iter().take(PATHS_MAX).map(|binding| match binding.subjects.as_slice() {
        [_] => format!("delete {}", binding.key),
        _ => format!("take {subject} out of {}", binding.key),
    });
    steps.collect::<Vec<_>>().join(", ")
}

/// A right that a subject has in a scope and may have once it is listed.
pub(super) fn unlisted(
    object: &ObjectRef,
    scope: &Arc<str>,
    key: String,
    baseline: &Baseline,
    said: Said,
    paths: &[Path],
) -> Finding {
    let remedy = format!("{}, or list it", unbind(&object.key, paths));
    mended(object, scope, key, baseline, said, paths, remedy)
}

/// A right that a subject has in a scope and should not have.
pub(super) fn loosened(
    object: &ObjectRef,
    scope: &Arc<str>,
    key: String,
    baseline: &Baseline,
    said: Said,
    paths: &[Path],
) -> Finding {
    let remedy = format!("{}, or waive it", unbind(&object.key, paths));
    mended(object, scope, key, baseline, said, paths, remedy)
}

fn mended(
    object: &ObjectRef,
    scope: &Arc<str>,
    key: String,
    baseline: &Baseline,
    said: Said,
    paths: &[Path],
    remedy: String,
) -> Finding {
    Finding {
        object: object.clone(),
        exposed: Some(Arc::clone(scope)),
        key,
        direction: Direction::Loosened,
        count: 1,
        message: said.message,
        expected: said.expected,
        actual: said.actual,
        path: paths.first().map(Path::to_string).unwrap_or_default(),
        remedy,
        declaration: Some(Arc::clone(&baseline.declaration)),
    }
}

/// The words of a finding.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) message: String,
    pub(super) expected: String,
    pub(super) actual: String,
}
