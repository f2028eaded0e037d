//! The report for people: what deviates, object by object, the worst first, within the width of the terminal.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::summary::summary;
use super::verdict::{Excused, Verdict};
use crate::cli::page::{DIM, PLAIN, Page, style_of};
use crate::model::{Deviation, ObjectKey};

/// A message is put beside its check where so many columns are left, else below it.
const MESSAGE_MIN: usize = 40;

/// How many digits of an id are shown; `explain` takes them for the whole.
const ID_DIGITS: usize = 8;

/// What is told of a deviation besides its severity, id, check and message.
#[derive(Debug, Clone, Copy)]
pub(super) enum Columns {
    Plain,
    WithDirection,
}

/// The report, with colours.
pub(super) fn render(verdict: &Verdict, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(width);
    put_deviations(&mut page, &verdict.deviations, verdict, Columns::Plain, out)?;
    put_rest(&mut page, verdict);
    page.title(&summary(verdict));
    page.move_to(out)
}

/// Writes the deviations, object by object.
pub(super) fn put_deviations(
    page: &mut Page,
    deviations: &[Arc<Deviation>],
    verdict: &Verdict,
    columns: Columns,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (object, deviations) in by_object(deviations) {
        page.title(&object.to_string());
        if let Some((file, line)) = verdict.place(object) {
            page.indented(2, format!("{file}:{line}"), DIM);
        }
        for deviation in deviations {
            put_deviation(page, deviation, columns);
        }
        page.blank();
        page.move_to(out)?;
    }
    Ok(())
}

/// What there is to say besides what deviates.
pub(super) fn put_rest(page: &mut Page, verdict: &Verdict) {
    put_waived(page, &verdict.waived);
    put_block(page, "Not judged", verdict.blind.iter().map(ToString::to_string));
    put_block(page, "Problems", verdict.problems.iter().map(ToString::to_string));
}

/// The deviations of each object, in the order in which the objects first come.
fn by_object(deviations: &[Arc<Deviation>]) -> Vec<(&ObjectKey, Vec<&Deviation>)> {
    let mut groups: Vec<(&ObjectKey, Vec<&Deviation>)> = Vec::new();
    let mut places = HashMap::new();
    for deviation in deviations {
        let object = &deviation.finding.object.key;
        let place = *places.entry(object).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, deviations)) => deviations.push(deviation),
            None => groups.push((object, vec![deviation])),
        }
    }
    groups
}

fn put_deviation(page: &mut Page, deviation: &Deviation, columns: Columns) {
    let severity = deviation.severity;
    let check = match columns {
        Columns::Plain => deviation.check.id.to_owned(),
        Columns::WithDirection => {
            format!("{:<9}  {}", deviation.finding.direction.as_str(), deviation.check.id)
        }
    };
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
