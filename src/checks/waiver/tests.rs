//! The checks of waivers, on a baseline with one waiver.

use jiff::Timestamp;

use super::*;
use crate::baseline::Declared;
use crate::checks::{Check, Panics, Remembered, Rule};
use crate::model::{Declaration, Matches, ObjectKind};
use crate::snapshot::Snapshot;

fn waiver(check: &str, expires: &str) -> Arc<Waiver> {
    let declaration =
        Declaration { name: "production".into(), digest: "".into(), file: "b.yaml".into(), line: 7 };
    Arc::new(Waiver {
        check: check.into(),
        matches: Matches { namespace: Some("monitoring".into()), ..Matches::default() },
        owner: "sre@example.com".into(),
        reason: "reads host metrics".into(),
        expires: expires.parse().unwrap(),
        declaration: Arc::new(declaration),
    })
}

fn findings(check: &Check, waivers: &[Arc<Waiver>], used: &[Arc<Waiver>], now: &str) -> Vec<Finding> {
    let mut declared = Declared::hardened();
    declared.baselines.truncate(1);
    declared.baselines[0].waivers = waivers.to_vec();
    let Rule::Cluster(rule) = check.rule else { panic!("{} judges the baseline as a whole", check.info.id) };
    rule(&Facts {
        declared: &declared,
        snapshot: &Snapshot::default(),
        panics: &Panics::new(),
        waiver_uses: &used.iter().cloned().map(|waiver| (waiver, 1)).collect(),
        remembered: &Remembered::default(),
        now: now.parse::<Timestamp>().unwrap(),
    })
}

#[test]
fn a_waiver_expires_at_its_expiry() {
    let waiver = waiver("pod-security/privileged", "2027-03-31T00:00:00Z");
    let at = |now| findings(&expired::CHECK, &[Arc::clone(&waiver)], &[], now);
    assert_eq!(at("2027-03-30T23:59:59Z"), []);
    let [finding] = at("2027-03-31T00:00:00Z").try_into().unwrap();
    assert_eq!(finding.key, "pod-security/privileged */monitoring/*");
    assert_eq!(finding.object.key.kind, ObjectKind::new("plimsoll.dev", "Baseline"));
    assert_eq!(&*finding.object.key.name, "production");
    assert_eq!(finding.actual, "expired at 2027-03-31T00:00:00Z");
    assert_eq!(finding.declaration.as_ref(), Some(&waiver.declaration));
    assert_eq!(at("2028-01-01T00:00:00Z"), [finding], "the evidence does not move with the time");
}

#[test]
fn a_waiver_that_covers_nothing_is_unused() {
    let waiver = waiver("pod-security/privileged", "2027-03-31T00:00:00Z");
    let waivers = [Arc::clone(&waiver)];
    let now = "2026-01-01T00:00:00Z";
    assert_eq!(findings(&unused::CHECK, &waivers, &waivers, now), []);
    let [finding] = findings(&unused::CHECK, &waivers, &[], now).try_into().unwrap();
    assert_eq!(finding.direction, Direction::Changed);
    let message =
        "the waiver of pod-security/privileged */monitoring/*, owned by sre@example.com, covers no deviation";
    assert_eq!(finding.message, message);
    assert_eq!(finding.remedy, "correct what it matches, or remove it if what it was written for is gone");
    assert_eq!(findings(&unused::CHECK, &waivers, &[], "2027-03-31T00:00:00Z"), [], "expired is not unused");
}

#[test]
fn a_waiver_of_unused_waivers_is_not_judged_by_itself() {
    let waivers = [waiver("waiver/unused", "2027-03-31T00:00:00Z")];
    assert_eq!(findings(&unused::CHECK, &waivers, &[], "2026-01-01T00:00:00Z"), []);
}
