//! What would be otherwise, in JSON: one document, complete, written as it is serialized.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::{Changed, WhatIf};
use crate::cli::check::report::{BlindRecords, Records, WaivedRecords, record};
use crate::cli::check::verdict::Verdict;
use crate::cli::output::put_json;
use crate::cli::problem::Problem;
use crate::sinks::event::Record;

const SCHEMA: &str = "plimsoll.dev/what-if/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    summary: Summary<'a>,
    opened: Records<'a>,
    changed: ChangedRecords<'a>,
    closed: Records<'a>,
    waived: WaivedRecords<'a>,
    blind: BlindRecords<'a>,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct Summary<'a> {
    /// The name of the cluster that was observed; null where files stand for one.
    cluster: Option<&'a str>,
    against: &'a str,
    objects: u64,
    others: u64,
    opened: usize,
    changed: usize,
    closed: usize,
    failing: usize,
    waived: usize,
    blind: usize,
    problems: usize,
}

/// Each made a record when its turn comes.
struct ChangedRecords<'a>(&'a [Changed], &'a Verdict);

#[derive(Serialize)]
struct ChangedRecord<'a> {
    before: Record<'a>,
    after: Record<'a>,
}

impl Serialize for ChangedRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(changed, verdict) = self;
        serializer.collect_seq(changed.iter().map(|Changed { before, after }| ChangedRecord {
            before: record(before, verdict),
            after: record(after, verdict),
        }))
    }
}

pub(in crate::cli::check) fn render(told: &WhatIf, out: &mut dyn Write) -> io::Result<()> {
    let verdict = &told.verdict;
    let report = Report {
        schema: SCHEMA,
        summary: summary(told),
        opened: Records(&told.opened, verdict),
        changed: ChangedRecords(&told.changed, verdict),
        closed: Records(&told.closed, verdict),
        waived: WaivedRecords(verdict),
        blind: BlindRecords(&verdict.blind),
        problems: &verdict.problems,
    };
    put_json(out, &report)
}

fn summary(told: &WhatIf) -> Summary<'_> {
    let verdict = &told.verdict;
    Summary {
        cluster: verdict.cluster.as_deref(),
        against: &told.against,
        objects: verdict.objects,
        others: verdict.others,
        opened: told.opened.len(),
        changed: told.changed.len(),
        closed: told.closed.len(),
        failing: verdict.failing(),
        waived: verdict.waived.len(),
        blind: verdict.blind.len(),
        problems: verdict.problems.len(),
    }
}
