//! The report in JSON: one document, complete, in an order that does not change.

use jiff::Timestamp;
use serde::Serialize;

use super::verdict::{Blind, Excused, Verdict};
use crate::cli::problem::Problem;
use crate::model::{Deviation, Severity};
use crate::sinks::event::{Context, Record};

const SCHEMA: &str = "plimsoll.dev/report/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    summary: Summary<'a>,
    deviations: Vec<Record<'a>>,
    waived: Vec<WaivedRecord<'a>>,
    blind: Vec<BlindRecord>,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct Summary<'a> {
    /// Null for files.
    cluster: Option<&'a str>,
    objects: u64,
    others: u64,
    deviations: usize,
    severities: Severities,
    waived: usize,
    blind: usize,
    problems: usize,
}

/// How many deviations there are of each severity.
#[derive(Serialize)]
struct Severities {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

#[derive(Serialize)]
struct WaivedRecord<'a> {
    #[serde(flatten)]
    record: Record<'a>,
    waiver: WaiverRecord<'a>,
}

#[derive(Serialize)]
struct WaiverRecord<'a> {
    owner: &'a str,
    reason: &'a str,
    expires: Timestamp,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct BlindRecord {
    check: &'static str,
    kind: &'static str,
    reason: &'static str,
}

pub(super) fn render(verdict: &Verdict) -> String {
    let report = Report {
        schema: SCHEMA,
        summary: summary(verdict),
        deviations: verdict.deviations.iter().map(|it| record(it, verdict)).collect(),
        waived: verdict.waived.iter().map(|it| waived(it, verdict)).collect(),
        blind: verdict.blind.iter().map(blind).collect(),
        problems: &verdict.problems,
    };
    let json = serde_json::to_string_pretty(&report).expect("a report has only string keys");
    json + "\n"
}

fn summary(verdict: &Verdict) -> Summary<'_> {
    Summary {
        cluster: verdict.cluster.as_deref(),
        objects: verdict.objects,
        others: verdict.others,
        deviations: verdict.deviations.len(),
        severities: Severities {
            critical: verdict.count(Severity::Critical),
            high: verdict.count(Severity::High),
            medium: verdict.count(Severity::Medium),
            low: verdict.count(Severity::Low),
            info: verdict.count(Severity::Info),
        },
        waived: verdict.waived.len(),
        blind: verdict.blind.len(),
        problems: verdict.problems.len(),
    }
}

/// A deviation with the place of its object.
pub(in crate::cli) fn record<'a>(deviation: &'a Deviation, verdict: &'a Verdict) -> Record<'a> {
    let place = verdict.places.get(&deviation.finding.object.key);
    let context = Context { cluster: verdict.cluster.as_deref().unwrap_or_default() };
    Record::of_deviation(deviation, &context).at(place.map(|it| (&*it.file, it.line)))
}

fn waived<'a>(excused: &'a Excused, verdict: &'a Verdict) -> WaivedRecord<'a> {
    let waiver = &excused.waiver;
    WaivedRecord {
        record: record(&excused.deviation, verdict),
        waiver: WaiverRecord {
            owner: &waiver.owner,
            reason: &waiver.reason,
            expires: waiver.expires,
            file: &waiver.declaration.file,
            line: waiver.declaration.line,
        },
    }
}

fn blind(blind: &Blind) -> BlindRecord {
    BlindRecord { check: blind.check, kind: blind.kind.label(), reason: blind.reason }
}
