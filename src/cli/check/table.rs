//! The report for people: what deviates, object by object, the worst first, within the width of the terminal.

use std::collections::HashMap;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSplitter, core::display_width, wrap};

use super::verdict::{Excused, Verdict};
use crate::cli::escape::Escaped;
use crate::model::{Deviation, ObjectKey, Severity};

pub(in crate::cli) const BOLD: Style = Style::new().bold();
pub(in crate::cli) const DIM: Style = Style::new().dimmed();

/// A message is put beside its check where so many columns are left, else below it.
const MESSAGE_MIN: usize = 40;

/// How many digits of an id are shown; `explain` takes them for the whole.
const ID_DIGITS: usize = 8;

/// The report, with colours.
pub(super) fn render(verdict: &Verdict, width: usize) -> String {
    let mut table = Table { verdict, width, text: String::new() };
    table.deviations();
    table.waived();
    table.blind();
    table.problems();
    table.summary();
    table.text
}

/// Writes to a string, which takes everything.
macro_rules! put {
    ($text:expr, $($argument:tt)*) => {
        writeln!($text, $($argument)*).expect("writing to a string cannot fail")
    };
}

struct Table<'v> {
    verdict: &'v Verdict,
    width: usize,
    text: String,
}

impl Table<'_> {
    fn deviations(&mut self) {
        let mut groups: Vec<(&ObjectKey, Vec<&Deviation>)> = Vec::new();
        let mut at = HashMap::new();
        for deviation in &self.verdict.deviations {
            let key = &deviation.finding.object.key;
            let group = *at.entry(key).or_insert(groups.len());
            match groups.get_mut(group) {
                Some((_, deviations)) => deviations.push(deviation),
                None => groups.push((key, vec![deviation])),
            }
        }
        for (key, deviations) in groups {
            self.object(key);
            for deviation in deviations {
                self.deviation(deviation);
            }
            self.text.push('\n');
        }
    }

    /// The object's line: its key, and where it stands.
    fn object(&mut self, key: &ObjectKey) {
        let name = Escaped(key).to_string();
        let place = self.verdict.places.get(key).map(|it| format!("{}:{}", Escaped(&it.file), it.line));
        for line in wrap(&name, self.width) {
            put!(self.text, "{BOLD}{line}{BOLD:#}");
        }
        let Some(place) = place else { return };
        if display_width(&name) + 2 + display_width(&place) <= self.width {
            self.text.truncate(self.text.trim_end_matches('\n').len());
            put!(self.text, "  {DIM}{place}{DIM:#}");
        } else {
            self.hang("  ", "  ", &place, DIM);
        }
    }

    fn deviation(&mut self, deviation: &Deviation) {
        let severity = deviation.severity.as_str();
        let id: String = deviation.id.to_string().chars().take(ID_DIGITS).collect();
        let check = deviation.check.id;
        let style = style(deviation.severity);
        let message = Escaped(&deviation.finding.message).to_string();
        let head = format!("  {style}{severity:<8}{style:#}  {DIM}{id}{DIM:#}  {check}");
        let beside = display_width(&head) + 2;
        if self.width.saturating_sub(beside) >= MESSAGE_MIN {
            self.hang(&format!("{head}  "), &" ".repeat(beside), &message, Style::new());
        } else {
            self.hang("  ", "  ", &format!("{severity}  {id}  {check}"), style);
            self.hang("    ", "    ", &message, Style::new());
        }
    }

    fn waived(&mut self) {
        if self.verdict.waived.is_empty() {
            return;
        }
        put!(self.text, "{BOLD}Waived{BOLD:#}");
        for Excused { deviation, waiver } in &self.verdict.waived {
            let (check, key) = (deviation.check.id, &deviation.finding.object.key);
            let what = format!("{check} of {key}: {}", deviation.finding.message);
            self.hang("  ", "    ", &Escaped(what).to_string(), Style::new());
            let why = format!("by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason);
            self.hang("    ", "    ", &Escaped(why).to_string(), DIM);
        }
        self.text.push('\n');
    }

    fn blind(&mut self) {
        if self.verdict.blind.is_empty() {
            return;
        }
        put!(self.text, "{BOLD}Not judged{BOLD:#}");
        for blind in &self.verdict.blind {
            let text = format!("{} cannot see {}: {}", blind.check, blind.kind, blind.reason);
            self.hang("  ", "    ", &text, Style::new());
        }
        self.text.push('\n');
    }

    fn problems(&mut self) {
        if self.verdict.problems.is_empty() {
            return;
        }
        put!(self.text, "{BOLD}Problems{BOLD:#}");
        for problem in &self.verdict.problems {
            self.hang("  ", "    ", &Escaped(problem).to_string(), Style::new());
        }
        self.text.push('\n');
    }

    fn summary(&mut self) {
        let summary = summary(self.verdict);
        for line in wrap(&summary, self.width) {
            put!(self.text, "{BOLD}{line}{BOLD:#}");
        }
    }

    /// Puts text after `first`, and below it after `further` as often as it takes.
    fn hang(&mut self, first: &str, further: &str, text: &str, style: Style) {
        let room = self.width.saturating_sub(display_width(further)).max(1);
        // A hyphen within a name or a path is no place to part it.
        let options = Options::new(room).word_splitter(WordSplitter::NoHyphenation);
        for (at, line) in wrap(text, options).iter().enumerate() {
            put!(self.text, "{}{style}{line}{style:#}", if at == 0 { first } else { further });
        }
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low | Severity::Info => AnsiColor::Cyan.on_default(),
    }
}

/// One line on everything.
fn summary(verdict: &Verdict) -> String {
    let of = |severity: Severity| Some((verdict.count(severity), severity)).filter(|(count, _)| *count > 0);
    let severities = Severity::ALL.into_iter().filter_map(of);
    let severities: Vec<_> = severities.map(|(count, severity)| format!("{count} {severity}")).collect();
    let mut parts = vec![match verdict.deviations.len() {
        0 => "no deviations".to_owned(),
        count => format!("{} ({})", counted(count as u64, "deviation"), severities.join(", ")),
    }];
    parts.push(format!("{} judged", counted(verdict.objects, "object")));
    let rest = [
        (verdict.waived.len() as u64, "waived"),
        (verdict.others, "of other kinds passed over"),
        (verdict.blind.len() as u64, "not judged"),
    ];
    parts.extend(rest.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    if !verdict.problems.is_empty() {
        parts.push(counted(verdict.problems.len() as u64, "problem"));
    }
    parts.join(", ")
}

fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
