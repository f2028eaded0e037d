//! The report for people: what deviates, object by object, the worst first, within the width of the terminal.

use std::collections::HashMap;

use super::verdict::{Excused, Verdict};
use crate::cli::page::{DIM, PLAIN, Page, style_of};
use crate::model::{Deviation, ObjectKey, Severity};

/// A message is put beside its check where so many columns are left, else below it.
const MESSAGE_MIN: usize = 40;

/// How many digits of an id are shown; `explain` takes them for the whole.
const ID_DIGITS: usize = 8;

/// The report, with colours.
pub(super) fn render(verdict: &Verdict, width: usize) -> String {
    let mut page = Page::new(width);
    for (object, deviations) in by_object(verdict) {
        page.title(&object.to_string());
        if let Some(place) = verdict.places.get(object) {
            page.indented(2, format!("{}:{}", place.file, place.line), DIM);
        }
        for deviation in deviations {
            put_deviation(&mut page, deviation);
        }
        page.blank();
    }
    put_waived(&mut page, &verdict.waived);
    let blind = verdict.blind.iter().map(|it| format!("{} cannot see {}: {}", it.check, it.kind, it.reason));
    put_block(&mut page, "Not judged", blind);
    put_block(&mut page, "Problems", verdict.problems.iter().map(ToString::to_string));
    page.title(&summary(verdict));
    page.into_text()
}

/// The deviations of each object, in the order in which the objects first come.
fn by_object(verdict: &Verdict) -> Vec<(&ObjectKey, Vec<&Deviation>)> {
    let mut groups: Vec<(&ObjectKey, Vec<&Deviation>)> = Vec::new();
    let mut places = HashMap::new();
    for deviation in &verdict.deviations {
        let object = &deviation.finding.object.key;
        let place = *places.entry(object).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, deviations)) => deviations.push(deviation),
            None => groups.push((object, vec![deviation])),
        }
    }
    groups
}

fn put_deviation(page: &mut Page, deviation: &Deviation) {
    let (severity, check) = (deviation.severity, deviation.check.id);
    let id: String = deviation.id.to_string().chars().take(ID_DIGITS).collect();
    let style = style_of(severity);
    let message = &deviation.finding.message;
    let taken = format!("  {severity:<8}  {id}  {check}  ").len();
    if page.room_beside(taken) >= MESSAGE_MIN {
        let severity = severity.as_str();
        page.beside(&format!("  {style}{severity:<8}{style:#}  {DIM}{id}{DIM:#}  {check}  "), message);
    } else {
        page.indented(2, format!("{severity}  {id}  {check}"), style);
        page.indented(4, message, PLAIN);
    }
}

fn put_waived(page: &mut Page, waived: &[Excused]) {
    if waived.is_empty() {
        return;
    }
    page.title("Waived");
    for Excused { deviation, waiver } in waived {
        page.indented(2, format!("{}  {}", deviation.check.id, deviation.finding.message), PLAIN);
        page.indented(4, format!("by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason), DIM);
    }
    page.blank();
}

fn put_block(page: &mut Page, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    if lines.len() == 0 {
        return;
    }
    page.title(title);
    for line in lines {
        page.indented(2, line, PLAIN);
    }
    page.blank();
}

/// Everything in one line.
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
