//! What rules grant beyond other rules: the comparison by which the API server refuses an escalation (`Covers` in
//! `k8s.io/component-helpers/auth/rbac/validation`).
//!
//! Rights are taken apart as far as rules can say them: one verb on one resource of one API group, for objects of any
//! name or of one; or one verb on one path. Each is covered if one of the other rules covers it: if it is, every
//! request that it allows is allowed by them. The converse holds as far as rules can be told apart by requests at
//! all: which verbs, resources and groups there are is not known here, so that `*` is more than every verb written
//! out, and a right that no request can use, such as to `create` what has a name, or to `pods/*`, counts like any.

use std::collections::HashSet;

use foldhash::quality::RandomState;

use super::minimal::minimal;
use super::piece::{Budget, Granted, Piece, TooLarge, without};
use crate::wire::PolicyRule;

/// How many words are looked up and kept in one comparison. Beyond it rules are too large to compare, which is neither
/// covered nor not. Rules that people write take some hundreds.
const WORDS_MAX: usize = 1_000_000;

/// What rules grant beyond others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Excess {
    /// In few rules, in a fixed order.
    pub rules: Vec<PolicyRule>,
    /// The places, from 0 and in order, of those of the rules that go beyond.
    pub from: Vec<usize>,
}

/// What `rules` grant beyond `others`.
pub fn excess<'a, 'b>(
    others: impl IntoIterator<Item = &'a PolicyRule>,
    rules: impl IntoIterator<Item = &'b PolicyRule>,
) -> Result<Excess, TooLarge> {
    let others: Vec<&PolicyRule> = others.into_iter().collect();
    let known: HashSet<&PolicyRule, RandomState> = others.iter().copied().collect();
    let others: Vec<Granted<'_>> = others.into_iter().map(Granted::by).collect();
    let mut budget = Budget(WORDS_MAX);
    let mut from = Vec::new();
    let mut beyond = Vec::new();
    // Most rules are there as they are, and need no comparison.
    for (at, rule) in rules.into_iter().enumerate().filter(|(_, rule)| !known.contains(rule)) {
        let left = without(Piece::of(rule).collect(), &others, &mut budget)?;
        if !left.is_empty() {
            from.push(at);
            beyond.extend(left);
        }
    }
    Ok(Excess { rules: minimal(beyond, &mut budget), from })
}

#[cfg(test)]
mod tests;
