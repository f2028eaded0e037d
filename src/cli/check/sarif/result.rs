//! A deviation as a result.

use serde::Serialize;

use super::Message;
use super::place::Location;
use super::rule::{index, level};
use crate::cli::check::verdict::{Excused, Verdict};
use crate::model::{Deviation, Waiver};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: Properties<'a>,
}

/// What makes it the same in every run.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "plimsollDeviation/v1")]
    deviation: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

#[derive(Serialize)]
struct Properties<'a> {
    severity: &'static str,
    direction: &'static str,
    key: &'a str,
    count: u64,
    path: &'a str,
    expected: &'a str,
    actual: &'a str,
    remediation: &'a str,
}

impl<'a> Outcome<'a> {
    pub(super) fn standing(deviation: &'a Deviation, verdict: &Verdict) -> Self {
        let finding = &deviation.finding;
        let declaration = finding.declaration.as_deref();
        Self {
            rule_id: deviation.check.id,
            rule_index: index(deviation.check.id),
            level: level(deviation.severity),
            message: Message::of(&finding.message),
            locations: [Location::of_object(&finding.object.key, verdict)],
            related_locations: declaration.and_then(Location::of_declaration).into_iter().collect(),
            partial_fingerprints: Fingerprints { deviation: deviation.id.to_string() },
            suppressions: Vec::new(),
            properties: Properties {
                severity: deviation.severity.as_str(),
                direction: finding.direction.as_str(),
                key: &finding.key,
                count: finding.count,
                path: &finding.path,
                expected: &finding.expected,
                actual: &finding.actual,
                remediation: deviation.remedy(),
            },
        }
    }

    /// One that a waiver excuses.
    pub(super) fn waived(excused: &'a Excused, verdict: &Verdict) -> Self {
        let suppressions = vec![Suppression::of(&excused.waiver)];
        Self { suppressions, ..Self::standing(&excused.deviation, verdict) }
    }
}

impl Suppression {
    fn of(waiver: &Waiver) -> Self {
        let Waiver { owner, reason, expires, .. } = waiver;
        Self {
            kind: "external",
            status: "accepted",
            justification: Message::of(format!("{reason} (by {owner} until {expires})")).text,
            location: Location::of_declaration(&waiver.declaration),
        }
    }
}
