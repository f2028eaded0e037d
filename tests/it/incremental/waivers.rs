//! Waivers, and the time in which they come and go.

use std::sync::Arc;

use jiff::SignedDuration;
use plimsoll::baseline::Declared;
use plimsoll::model::{Checks, Matches, Waiver};
use proptest::prelude::*;

use super::{Step, at};

/// What a baseline may write as `check`.
const CHECKS: [&str; 7] = [
    "pod-security/privileged",
    "pod-security/*",
    "secrets/*",
    "rbac/wildcard",
    "waiver/unused",
    "waiver/*",
    "monitor/blind",
];

/// How long a waiver lasts beyond the seconds of the test: not at all, until it is about to expire, or for so long that
/// it is not in force before.
const BEYOND: [i64; 3] = [0, 14, 366];

fn any_matches() -> impl Strategy<Value = Matches> {
    let namespace = prop::option::of(prop::sample::select(vec!["shop", "payments"]));
    let kind =
        prop::option::of(prop::sample::select(vec!["Pod", "Deployment", "Rollout", "Cluster", "Baseline"]));
    let name = prop::option::of(prop::sample::select(vec!["p1", "p2", "web", "ci", "production"]));
    let labels = prop::option::of(prop::sample::select(vec!["1", "2"]));
    (namespace, kind, name, labels).prop_map(|(namespace, kind, name, label)| Matches {
        pod_labels: label.map(|it| (super::GATHERED.0.into(), it.into())).into_iter().collect(),
        namespace: namespace.map(Arc::from),
        kind: kind.map(Arc::from),
        name: name.map(Arc::from),
    })
}

/// A waiver of the only document.
pub(super) fn any_waiver() -> impl Strategy<Value = (&'static str, Matches, i64, i64)> {
    (prop::sample::select(CHECKS.to_vec()), any_matches(), 0..40_i64, prop::sample::select(BEYOND.to_vec()))
}

/// What is declared, with these waivers.
pub(super) fn declare(waivers: Vec<(&'static str, Matches, i64, i64)>, mut declared: Declared) -> Declared {
    let declaration = Arc::clone(&declared.baselines[0].declaration);
    let known = plimsoll::checks::ids();
    let waiver = |(checks, matches, second, days)| Waiver {
        checks: Checks::parse(checks, &known).expect("it is a check or a family"),
        matches,
        owner: "team".into(),
        reason: "a reason".into(),
        ticket: None,
        expires: at(second) + SignedDuration::from_hours(24 * days),
        declaration: Arc::clone(&declaration),
    };
    declared.baselines[0].waivers = waivers.into_iter().map(waiver).map(Arc::new).collect();
    declared
}

/// Time passes, or the clock is set back.
pub(super) fn any_jump() -> impl Strategy<Value = Step> {
    (-20..30_i64).prop_map(Step::Jump)
}
