//! The report for programs.

use serde::Serialize;

use crate::sinks::journal::verify::{Break, DeclaredGap, FileSummary, Report, Tip};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema: &'static str,
    whole: bool,
    files: Vec<FileRecord<'a>>,
    /// The hash of the line before the first one; null where the journal is there from its beginning.
    begins_after: Option<&'a str>,
    /// The last line.
    head: Option<HeadRecord<'a>>,
    breaks: Vec<BreakRecord<'a>>,
    /// How many further ones there are.
    breaks_untold: u64,
    gaps: Vec<GapRecord<'a>>,
    gaps_untold: u64,
}

#[derive(Serialize)]
struct FileRecord<'a> {
    file: &'a str,
    lines: u64,
    events: u64,
}

#[derive(Serialize)]
struct HeadRecord<'a> {
    file: &'a str,
    line: u64,
    seq: Option<u64>,
    hash: &'a str,
}

#[derive(Serialize)]
struct BreakRecord<'a> {
    kind: &'static str,
    file: &'a str,
    line: u64,
    seq: Option<u64>,
    expected: &'a str,
    found: &'a str,
}

#[derive(Serialize)]
struct GapRecord<'a> {
    file: &'a str,
    line: u64,
    first: u64,
    last: u64,
    reason: &'static str,
}

pub(super) fn render(report: &Report) -> String {
    let document = Document {
        schema: "plimsoll.dev/journal-verify/v1",
        whole: report.is_whole(),
        files: report.files.iter().map(file).collect(),
        begins_after: report.begins_after.as_deref(),
        head: report.tip.as_ref().map(head),
        breaks: report.breaks.iter().map(broken).collect(),
        breaks_untold: report.breaks_untold,
        gaps: report.gaps.iter().map(gap).collect(),
        gaps_untold: report.gaps_untold,
    };
    serde_json::to_string_pretty(&document).expect("a report has only string keys") + "\n"
}

fn file(summary: &FileSummary) -> FileRecord<'_> {
    let FileSummary { file, lines, events } = summary;
    FileRecord { file, lines: *lines, events: *events }
}

fn head(tip: &Tip) -> HeadRecord<'_> {
    let Tip { file, line, seq, hash } = tip;
    HeadRecord { file, line: *line, seq: *seq, hash }
}

fn broken(found: &Break) -> BreakRecord<'_> {
    let Break { kind, file, line, seq, expected, found } = found;
    BreakRecord { kind: kind.as_str(), file, line: *line, seq: *seq, expected, found }
}

fn gap(gap: &DeclaredGap) -> GapRecord<'_> {
    let DeclaredGap { file, line, first, last, reason } = gap;
    GapRecord { file, line: *line, first: *first, last: *last, reason: reason.as_str() }
}
