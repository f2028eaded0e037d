//! What a deviation is about: read from its record, which files and the daemon give alike.

use serde::Deserialize;

use super::{put_references, put_section};
use crate::checks;
use crate::cli::page::{DIM, Page};

/// A deviation as its record tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    pub(super) id: String,
    check: String,
    severity: String,
    direction: String,
    object: ToldObject,
    count: u64,
    message: String,
    expected: String,
    actual: String,
    path: String,
    since: String,
    opened_at: String,
    resolved_at: Option<String>,
    baseline: Option<ToldBaseline>,
    remediation: String,
    /// By whom and why it is excused, if it is.
    #[serde(skip)]
    pub(super) waiver: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ToldObject {
    kind: String,
    namespace: Option<String>,
    name: Option<String>,
    file: Option<String>,
    line: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct ToldBaseline {
    name: String,
    file: Option<String>,
    line: Option<u32>,
}

/// Everything that is known of it, and what its check says in general.
pub(super) fn put(page: &mut Page, told: &Told) {
    page.title(&told.message);
    page.blank();
    for (name, text) in facts(told) {
        if !text.is_empty() {
            page.beside(&format!("  {DIM}{name:<9}{DIM:#}  "), text);
        }
    }
    page.blank();
    put_section(page, "What to do", &told.remediation);
    let Some(check) = checks::find(&told.check) else { return };
    put_section(page, "Why it matters", check.info.why);
    put_references(page, check.info.references);
}

fn facts(told: &Told) -> [(&'static str, String); 12] {
    let at = |file: &Option<String>, line: Option<u32>| match (file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => String::new(),
    };
    let object = &told.object;
    let parts = [Some(&object.kind), object.namespace.as_ref(), object.name.as_ref()];
    let declared = |it: &ToldBaseline| match at(&it.file, it.line) {
        place if place.is_empty() => format!("{}, the embedded default", it.name),
        place => format!("{}, {place}", it.name),
    };
    let opened = if told.opened_at == told.since { String::new() } else { told.opened_at.clone() };
    [
        ("check", format!("{} ({}, {})", told.check, told.severity, told.direction)),
        ("object", parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("/")),
        ("in", at(&object.file, object.line)),
        ("field", told.path.clone()),
        ("expected", told.expected.clone()),
        ("actual", told.actual.clone()),
        ("count", if told.count == 0 { String::new() } else { told.count.to_string() }),
        ("declared", told.baseline.as_ref().map(declared).unwrap_or_default()),
        ("since", told.since.clone()),
        ("opened", opened),
        ("resolved", told.resolved_at.clone().unwrap_or_default()),
        ("waived", told.waiver.clone().unwrap_or_default()),
    ]
}
