//! The checks of waivers, on a baseline with one waiver.

use std::collections::HashMap;

use jiff::Timestamp;

use super::*;
use crate::baseline::Declared;
use crate::checks::{Check, EXCUSED_MAX, Panics, Remembered, Rule, WaiverUses};
use crate::model::{Checks, Declaration, Matches, ObjectKey, ObjectKind};
use crate::snapshot::Snapshot;

fn waiver(check: &str, expires: &str) -> Arc<Waiver> {
    let declaration =
        Declaration { name: "production".into(), digest: "".into(), file: "b.yaml".into(), line: 7 };
    Arc::new(Waiver {
        checks: Checks::parse(check, &[check]).unwrap(),
        matches: Matches { namespace: Some("monitoring".into()), ..Matches::default() },
        owner: "sre@example.com".into(),
        reason: "reads host metrics".into(),
        ticket: None,
        expires: expires.parse().unwrap(),
        declaration: Arc::new(declaration),
    })
}

/// The uses of waivers that excuse deviations of so many objects each.
fn uses(used: &[Arc<Waiver>], objects: usize) -> WaiverUses {
    let object = |number: usize| ObjectKey::of_namespace(number.to_string().into());
    let objects: HashMap<_, _> = (0..objects).map(|number| (object(number), 1)).collect();
    used.iter().map(|waiver| (Arc::clone(waiver), objects.clone())).collect()
}

fn findings(check: &Check, waivers: &[Arc<Waiver>], uses: &WaiverUses, now: &str) -> Vec<Finding> {
    let mut declared = Declared::hardened();
    declared.baselines.truncate(1);
    declared.baselines[0].waivers = waivers.to_vec();
    let Rule::Cluster(rule) = check.rule else { panic!("{} judges the baseline as a whole", check.info.id) };
    rule(&Facts {
        declared: &declared,
        snapshot: &Snapshot::default(),
        panics: &Panics::new(),
        waiver_uses: uses,
        remembered: &Remembered::default(),
        now: now.parse::<Timestamp>().unwrap(),
    })
}

#[test]
fn a_waiver_expires_at_its_expiry() {
    let waiver = waiver("pod-security/privileged", "2027-03-31T00:00:00Z");
    let at = |now| findings(&expired::CHECK, &[Arc::clone(&waiver)], &WaiverUses::new(), now);
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
    let now = "2026-12-01T00:00:00Z";
    assert_eq!(findings(&unused::CHECK, &waivers, &uses(&waivers, 1), now), []);
    let [finding] = findings(&unused::CHECK, &waivers, &WaiverUses::new(), now).try_into().unwrap();
    assert_eq!(finding.direction, Direction::Changed);
    let message =
        "the waiver of pod-security/privileged */monitoring/*, owned by sre@example.com, covers no deviation";
    assert_eq!(finding.message, message);
    assert_eq!(finding.remedy, "correct what it matches, or remove it if what it was written for is gone");
    for (now, why) in [("2027-03-31T00:00:00Z", "expired"), ("2025-01-01T00:00:00Z", "too long")] {
        assert_eq!(findings(&unused::CHECK, &waivers, &WaiverUses::new(), now), [], "{why} is not unused");
    }
}

#[test]
fn a_waiver_of_unused_waivers_is_not_judged_by_itself() {
    let waivers = [waiver("waiver/unused", "2027-03-31T00:00:00Z")];
    assert_eq!(findings(&unused::CHECK, &waivers, &WaiverUses::new(), "2026-12-01T00:00:00Z"), []);
}

#[test]
fn a_waiver_that_expires_is_told_two_weeks_ahead() {
    let waiver = waiver("pod-security/privileged", "2027-03-31T00:00:00Z");
    let at = |now| findings(&expiring::CHECK, &[Arc::clone(&waiver)], &WaiverUses::new(), now);
    assert_eq!(at("2027-03-16T23:59:59Z"), []);
    let [finding] = at("2027-03-17T00:00:00Z").try_into().unwrap();
    assert_eq!(finding.actual, "expires at 2027-03-31T00:00:00Z");
    assert_eq!(at("2027-03-30T23:59:59Z"), [finding], "the evidence does not move with the time");
    assert_eq!(at("2027-03-31T00:00:00Z"), [], "it has expired");
}

#[test]
fn a_waiver_that_expires_in_more_than_a_year_is_invalid() {
    let waiver = waiver("pod-security/privileged", "2027-03-31T00:00:00Z");
    let at = |now| findings(&invalid::CHECK, &[Arc::clone(&waiver)], &WaiverUses::new(), now);
    let [finding] = at("2026-03-29T23:59:59Z").try_into().unwrap();
    assert_eq!(finding.expected, "an expiry within a year");
    assert_eq!(at("2026-03-30T00:00:00Z"), [], "the last day of a year counts in full");
    assert_eq!(at("2028-01-01T00:00:00Z"), []);
}

#[test]
fn a_waiver_that_excuses_many_objects_is_too_broad() {
    let waivers = [waiver("pod-security/*", "2027-03-31T00:00:00Z")];
    let at = |objects, now| findings(&too_broad::CHECK, &waivers, &uses(&waivers, objects), now);
    let now = "2027-01-01T00:00:00Z";
    assert_eq!(at(EXCUSED_MAX, now), []);
    let [finding] = at(EXCUSED_MAX + 1, now).try_into().unwrap();
    assert_eq!(finding.key, "pod-security/* */monitoring/*");
    assert_eq!(finding.actual, "more than 100");
    assert_eq!(at(EXCUSED_MAX + 7, now), [finding], "the evidence does not move with their number");
    assert_eq!(at(EXCUSED_MAX + 1, "2027-03-31T00:00:00Z"), [], "it has expired");
}

#[test]
fn a_waiver_without_a_place_is_too_broad() {
    let boundless = |kind: &str, name: Option<&str>| {
        let mut waiver = waiver("monitor/blind", "2027-03-31T00:00:00Z");
        let (kind, name) = (Some(kind.into()), name.map(Arc::from));
        Arc::make_mut(&mut waiver).matches = Matches { kind, name, ..Matches::default() };
        findings(&too_broad::CHECK, &[waiver], &WaiverUses::new(), "2027-01-01T00:00:00Z").len()
    };
    assert_eq!(boundless("Deployment", None), 1);
    assert_eq!(boundless("Deployment", Some("web")), 0);
    assert_eq!(boundless("Cluster", None), 0, "there is one");
}
