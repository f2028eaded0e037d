//! Markdown that nobody's names steer, within what a comment takes.

use std::sync::Arc;

use super::super::sample::{HOSTILE, deviation, empty, hostile};
use super::*;

fn rendered(verdict: &Verdict) -> String {
    let mut out = Vec::new();
    render(verdict, &mut out).expect("writing to memory");
    String::from_utf8(out).expect("Markdown is text")
}

#[test]
fn hostile_text_stays_within_its_code_span() {
    let text = rendered(&hostile());
    insta::assert_snapshot!(text);
    for line in text.lines().filter(|it| it.contains("evil.example")) {
        let outside: String = outside_of_code(line);
        assert!(outside.chars().all(|it| "| :-".contains(it) || it.is_ascii_alphabetic()), "{outside}");
    }
}

/// What is left of a line without its code spans, as CommonMark tells them: as many backticks end one as began it.
fn outside_of_code(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        outside += &rest[..start];
        let run = rest[start..].find(|it| it != '`').expect("a span has content");
        let fence = &rest[start..start + run];
        let inner = &rest[start + run..];
        let ends = |at: &usize| {
            let after = inner[*at..].strip_prefix(fence);
            after.is_some_and(|it| !it.starts_with('`')) && !inner[..*at].ends_with('`')
        };
        let end = inner.char_indices().map(|(at, _)| at).find(ends).expect("every span ends on its line");
        rest = &inner[end + run..];
    }
    outside + rest
}

#[test]
fn nothing_in_a_cell_ends_it() {
    assert_eq!(code(r"a\|b"), r"`a\\u{7c}b`");
    assert_eq!(code("``a`"), "``` ``a` ```");
    assert_eq!(code("a\nb"), r"`a\nb`");
}

#[test]
fn long_text_is_cut() {
    assert_eq!(code("x".repeat(CELL_CHARS_MAX)).chars().count(), CELL_CHARS_MAX + 2);
    assert_eq!(code("x".repeat(CELL_CHARS_MAX + 1)).chars().count(), CELL_CHARS_MAX + 3);
}

#[test]
fn what_there_is_no_room_for_is_counted() {
    let names: Vec<String> = (0..5_000).map(|it| format!("{HOSTILE}{it}")).collect();
    let deviations = names.iter().map(|it| Arc::new(deviation(it, Severity::High))).collect();
    let text = rendered(&Verdict { deviations, ..empty() });
    assert!(text.len() <= TEXT_BYTES_MAX, "{}", text.len());
    let rows = text.lines().filter(|it| it.contains("evil.example")).count();
    assert!(rows > 10, "{rows}");
    assert!(text.ends_with(&format!("\nand {} more\n", 5_000 - rows)), "{rows}");
}

#[test]
fn nothing_is_said_of_nothing() {
    assert_eq!(rendered(&empty()), "## Plimsoll\n\n**no deviations, 0 objects judged**\n");
}
