//! The answer for people: subject by subject, within the width of the terminal.

use std::collections::BTreeSet;

use super::Answer;
use crate::cli::page::{DIM, PLAIN, Page};
use crate::rbac::{MASTERS, Question};

/// The answer, with colours.
pub(super) fn render(question: &Question, answer: &Answer, width: usize) -> String {
    let mut page = Page::new(width);
    for ((subject, scope), paths) in answer {
        let place = match &**scope {
            "" => "in the whole cluster".to_owned(),
            namespace => format!("in namespace {namespace}"),
        };
        page.title(&format!("{subject} {place}"));
        for path in paths {
            page.indented(2, path, PLAIN);
        }
        page.blank();
    }
    page.title(&summary(question, answer));
    let masters = format!("Whoever is in the group {MASTERS} may do everything, whatever is bound.");
    page.indented(0, masters, DIM);
    page.into_text()
}

/// Everything in one line.
fn summary(question: &Question, answer: &Answer) -> String {
    let subjects: BTreeSet<_> = answer.keys().map(|(subject, _)| subject).collect();
    match subjects.len() {
        0 => format!("no subject may {question}"),
        1 => format!("1 subject may {question}"),
        count => format!("{count} subjects may {question}"),
    }
}
