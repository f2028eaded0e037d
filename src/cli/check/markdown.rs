//! The report for a pull request: Markdown as GitHub and GitLab read it, which a comment has room for.
//!
//! Whatever comes from a cluster or a file stands in code spans: nothing there is markup, a link or a mention.

use std::fmt::{Arguments, Display, Write as _};
use std::io::{self, Write};
use std::sync::Arc;

use super::summary::summary;
use super::verdict::{Excused, Verdict};
use crate::cli::escape::Escaped;
use crate::model::{Deviation, Severity};

/// A comment on GitHub takes 65,536 characters. Rows for which there is no room are counted.
const TEXT_BYTES_MAX: usize = 60_000;

/// How much of it is kept for headings, and for the lines that count.
const KEPT_BYTES: usize = 2_000;

/// How many rows what is no deviation has at most, so that it leaves room for these.
const OTHER_ROWS_MAX: usize = 20;

/// Longer text is cut, so that one name does not take the room of all others.
const CELL_CHARS_MAX: usize = 300;

pub(super) fn render(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::titled(&summary(verdict));
    sheet.put_unjudged(verdict);
    for severity in Severity::ALL {
        let of_severity: Vec<_> =
            verdict.deviations.iter().filter(|it| it.severity == severity).cloned().collect();
        sheet.put_deviations(heading(severity), &of_severity, verdict);
    }
    sheet.put_waived(&verdict.waived);
    out.write_all(sheet.text.as_bytes())
}

fn heading(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

/// Markdown that grows downwards.
pub(super) struct Sheet {
    pub(super) text: String,
}

impl Sheet {
    /// One that begins with what it all comes to.
    pub(super) fn titled(summary: &str) -> Self {
        Self { text: format!("## Plimsoll\n\n**{summary}**\n") }
    }

    /// What could not be judged, and why.
    pub(super) fn put_unjudged(&mut self, verdict: &Verdict) {
        let blind = verdict.blind.iter().map(|it| format!("| {} |", code(it)));
        self.put_table("Not judged", "| check, kind and reason |\n|---|", blind, OTHER_ROWS_MAX);
        let problems = verdict.problems.iter().map(|it| format!("| {} |", code(it)));
        self.put_table("Problems", "| place and problem |\n|---|", problems, OTHER_ROWS_MAX);
    }

    pub(super) fn put_deviations(&mut self, heading: &str, deviations: &[Arc<Deviation>], verdict: &Verdict) {
        let rows = deviations.iter().map(|it| row(it, verdict));
        let head =
            "| severity | check | direction | object | place | what deviates |\n|---|---|---|---|---|---|";
        self.put_table(heading, head, rows, usize::MAX);
    }

    pub(super) fn put_waived(&mut self, waived: &[Excused]) {
        let rows = waived.iter().map(|Excused { deviation, waiver }| {
            let excuse = format!("by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason);
            let (check, message) = (deviation.check.id, &deviation.finding.message);
            format!("| {} | {} | {} |", code(check), code(message), code(excuse))
        });
        self.put_table("Waived", "| check | what deviates | waiver |\n|---|---|---|", rows, OTHER_ROWS_MAX);
    }

    /// A table with its number of rows, of which those are put that there is room for; none where there are no rows.
    fn put_table(
        &mut self,
        heading: &str,
        head: &str,
        rows: impl ExactSizeIterator<Item = String>,
        rows_max: usize,
    ) {
        let count = rows.len();
        if count == 0 {
            return;
        }
        self.put(format_args!("\n### {heading} ({count})\n\n{head}\n"));
        let mut left = count;
        for row in rows.take(rows_max) {
            if self.text.len() + row.len() + KEPT_BYTES > TEXT_BYTES_MAX {
                break;
            }
            self.put(format_args!("{row}\n"));
            left -= 1;
        }
        if left > 0 {
            self.put(format_args!("\nand {left} more\n"));
        }
    }

    fn put(&mut self, text: Arguments<'_>) {
        self.text.write_fmt(text).expect("writing to a string cannot fail");
    }
}

fn row(deviation: &Deviation, verdict: &Verdict) -> String {
    let finding = &deviation.finding;
    let place = verdict.place(&finding.object.key).map(|(file, line)| code(format!("{file}:{line}")));
    let cells = [
        deviation.severity.to_string(),
        code(deviation.check.id),
        finding.direction.to_string(),
        code(&finding.object.key),
        place.unwrap_or_default(),
        code(&finding.message),
    ];
    format!("| {} |", cells.join(" | "))
}

/// A code span that ends no earlier than the text does. A bar would end the cell, whatever stands before it.
fn code(text: impl Display) -> String {
    let text = Escaped(text).to_string().replace('|', r"\u{7c}");
    let mut kept: String = text.chars().take(CELL_CHARS_MAX).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    let longest = kept.split(|it| it != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let room = if longest > 0 { " " } else { "" };
    format!("{fence}{room}{kept}{room}{fence}")
}

#[cfg(test)]
mod tests;
