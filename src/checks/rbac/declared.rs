//! What the checks that hold the rights of subjects against the declared ones share.
//!
//! Rights are compared by what they grant, not by how they are written: as single rights, each of which must be
//! covered by one rule of the other side.

use std::sync::Arc;

use super::judging;
use crate::baseline::Baseline;
use crate::checks::Facts;
use crate::checks::rights::{evidence, ways};
use crate::checks::words::words;
use crate::rbac::{Path, TooLarge, excess};
use crate::wire::PolicyRule;

/// What is said of rules that cannot be compared.
const TOO_LARGE: &str = "more than can be compared";

/// Whether any baseline asks that what is granted be declared.
pub(super) fn is_asked(facts: &Facts<'_>) -> bool {
    facts.declared.baselines.iter().any(|it| it.rbac.as_ref().is_some_and(|rbac| rbac.declared_grants))
}

/// The baselines that ask it in this scope.
pub(super) fn asking<'a>(facts: &Facts<'a>, scope: &Arc<str>) -> Vec<&'a Baseline> {
    let asks = judging(facts, scope).into_iter().filter(|(_, rbac)| rbac.declared_grants);
    asks.map(|(baseline, _)| baseline).collect()
}

/// Rights that go beyond others.
#[derive(Debug)]
pub(super) struct Beyond {
    /// In few words, whatever the form.
    pub(super) words: Result<String, TooLarge>,
    /// The ways by which they come.
    pub(super) paths: Vec<Path>,
}

impl Beyond {
    /// What is granted.
    pub(super) fn words(&self) -> &str {
        self.words.as_deref().unwrap_or(TOO_LARGE)
    }

    /// As evidence: what is granted together, and by which ways.
    pub(super) fn evidence(&self) -> String {
        // Words that do not tell what is granted do not change with it.
        let ways = if self.words.is_ok() { ways } else { evidence };
        format!("{}; by {}", self.words(), ways(&self.paths))
    }
}

/// What comes by these ways in the scope beyond what the rules grant; none if that is nothing.
pub(super) fn beyond<'a>(
    rules: impl IntoIterator<Item = &'a PolicyRule>,
    mut paths: Vec<Path>,
    scope: &str,
) -> Option<Beyond> {
    let of_cluster = scope.is_empty();
    paths.retain(|path| of_cluster || !path.rule.rule.resources.is_empty());
    let Ok(mut found) = excess(rules, paths.iter().map(|path| &path.rule.rule)) else {
        return Some(Beyond { words: Err(TooLarge), paths });
    };
    // Paths are granted for the whole cluster or not at all.
    found.rules.retain(|rule| of_cluster || rule.non_resource_urls.is_empty());
    let words = (!found.rules.is_empty()).then(|| words(found.rules.iter()))?;
    let paths = found.from.iter().map(|at| paths[*at].clone()).collect();
    Some(Beyond { words: Ok(words), paths })
}
