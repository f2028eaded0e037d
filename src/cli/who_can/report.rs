//! The answer in JSON: one document, complete, in an order that does not change.

use serde::Serialize;

use super::Answer;
use crate::cli::ask::{Asked, Named, Ready, Via};
use crate::cli::problem::Problem;

const SCHEMA: &str = "plimsoll.dev/who-can/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    question: Asked<'a>,
    subjects: Vec<Subject<'a>>,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct Subject<'a> {
    #[serde(flatten)]
    named: Named<'a>,
    /// The namespace in which they may; `*` for the whole cluster.
    scope: &'a str,
    via: Vec<Via<'a>>,
}

pub(super) fn render(ready: &Ready, answer: &Answer) -> String {
    let subjects = answer.iter().map(|((subject, scope), paths)| Subject {
        named: Named::of(subject),
        scope: if scope.is_empty() { "*" } else { scope },
        via: paths.iter().map(Via::of).collect(),
    });
    let report = Report {
        schema: SCHEMA,
        question: Asked::of(&ready.question),
        subjects: subjects.collect(),
        problems: ready.problems(),
    };
    serde_json::to_string_pretty(&report).expect("a report has only string keys") + "\n"
}
