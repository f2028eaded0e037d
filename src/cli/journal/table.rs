//! The report for people: first what is broken, then how much was looked at.

use crate::cli::page::{BOLD, DIM, PLAIN, Page};
use crate::sinks::journal::verify::{Break, BreakKind, DeclaredGap, Report};

pub(super) fn render(report: &Report, width: usize) -> String {
    let mut page = Page::new(width);
    for found in &report.breaks {
        tell_break(&mut page, found);
    }
    if report.breaks_untold > 0 {
        page.indented(0, format!("and {} more places", report.breaks_untold), BOLD);
    }
    for gap in &report.gaps {
        page.indented(0, gap_text(gap), PLAIN);
    }
    if report.gaps_untold > 0 {
        page.indented(0, format!("and {} more declared gaps", report.gaps_untold), PLAIN);
    }
    page.title(&summary(report));
    if let Some(tip) = &report.tip {
        page.indented(0, format!("its last line, {}:{}, has the hash {}", tip.file, tip.line, tip.hash), DIM);
    }
    if report.begins_after.is_some() {
        page.indented(0, "Files before the first one are gone, as retention removes them.", DIM);
    }
    page.into_text()
}

fn tell_break(page: &mut Page, found: &Break) {
    let Break { kind, file, line, seq, expected, found } = found;
    let seq = seq.map_or_else(String::new, |seq| format!(" (seq {seq})"));
    page.indented(0, format!("{file}:{line}{seq}: {}", meaning(*kind)), BOLD);
    page.indented(2, format!("expected {expected}"), PLAIN);
    page.indented(2, format!("found {found}"), PLAIN);
}

fn meaning(kind: BreakKind) -> &'static str {
    match kind {
        BreakKind::Altered => "the line was altered, or lines after it were replaced",
        BreakKind::Removed => "lines before this one were removed",
        BreakKind::Reordered => "lines were moved",
        BreakKind::Repeated => "the line is there once more",
        BreakKind::Inserted => "the line does not belong here",
        BreakKind::MissingFile => "a file before this one, or the end of one, is missing",
        BreakKind::Unreadable => "the line cannot be read",
        BreakKind::Torn => {
            "the line was not written to its end: it is being written just now, or was when the daemon was killed"
        }
        BreakKind::Checkpoint => "the checkpoint at the beginning of the file is not whole",
        BreakKind::Head => "the journal does not reach the head that was told",
    }
}

fn gap_text(gap: &DeclaredGap) -> String {
    let DeclaredGap { file, line, first, last, reason } = gap;
    format!("{file}:{line}: the daemon declares the events {first} to {last} lost ({})", reason.as_str())
}

fn summary(report: &Report) -> String {
    let lines: u64 = report.files.iter().map(|file| file.lines).sum();
    let events: u64 = report.files.iter().map(|file| file.events).sum();
    let read = format!("{} files, {lines} lines, {events} events", report.files.len());
    let reached = report.tip.as_ref().and_then(|tip| tip.seq);
    let reached = reached.map_or_else(String::new, |seq| format!(", up to the event {seq}"));
    match report.breaks.len() as u64 + report.breaks_untold {
        0 => format!("whole: {read}{reached}"),
        1 => format!("broken in 1 place: {read}{reached}"),
        places => format!("broken in {places} places: {read}{reached}"),
    }
}
