//! The report in JSON: one document, complete, in an order that does not change, written as it is serialized.

use std::io::{self, Write};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::verdict::{Blind, Excused, Verdict};
use crate::cli::output::put_json;
use crate::cli::problem::Problem;
use crate::model::{Deviation, Severity};
use crate::sinks::event::{Context, Record, WaivedRecord};

const SCHEMA: &str = "plimsoll.dev/report/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    summary: Summary<'a>,
    deviations: Records<'a>,
    waived: WaivedRecords<'a>,
    blind: BlindRecords<'a>,
    problems: &'a [Problem],
}

/// Deviations, each made a record when its turn comes.
pub(super) struct Records<'a>(pub(super) &'a [Arc<Deviation>], pub(super) &'a Verdict);

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|it| record(it, self.1)))
    }
}

/// What is waived, each made a record when its turn comes.
pub(super) struct WaivedRecords<'a>(pub(super) &'a Verdict);

impl Serialize for WaivedRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.waived.iter().map(|it| waived(it, self.0)))
    }
}

pub(super) struct BlindRecords<'a>(pub(super) &'a [Blind]);

impl Serialize for BlindRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(blind))
    }
}

#[derive(Serialize)]
struct Summary<'a> {
    /// Null for files.
    cluster: Option<&'a str>,
    objects: u64,
    others: u64,
    deviations: usize,
    severities: Severities,
    /// How many deviations make the command fail.
    failing: usize,
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
struct BlindRecord {
    check: &'static str,
    kind: &'static str,
    reason: &'static str,
}

pub(super) fn render(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        schema: SCHEMA,
        summary: summary(verdict),
        deviations: Records(&verdict.deviations, verdict),
        waived: WaivedRecords(verdict),
        blind: BlindRecords(&verdict.blind),
        problems: &verdict.problems,
    };
    put_json(out, &report)
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
        failing: verdict.failing(),
        waived: verdict.waived.len(),
        blind: verdict.blind.len(),
        problems: verdict.problems.len(),
    }
}

/// A deviation with the place of its object.
pub(in crate::cli) fn record<'a>(deviation: &'a Deviation, verdict: &'a Verdict) -> Record<'a> {
    let place = verdict.place(&deviation.finding.object.key);
    let context = Context { cluster: verdict.cluster.as_deref().unwrap_or_default() };
    Record::of_deviation(deviation, &context).at(place)
}

fn waived<'a>(excused: &'a Excused, verdict: &'a Verdict) -> WaivedRecord<'a> {
    WaivedRecord::new(record(&excused.deviation, verdict), &excused.waiver)
}

fn blind(blind: &Blind) -> BlindRecord {
    BlindRecord { check: blind.check, kind: blind.kind.label(), reason: blind.reason }
}
