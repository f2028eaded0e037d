//! A file of a baseline: YAML or JSON that a person wrote, or did not.

#![no_main]

use libfuzzer_sys::fuzz_target;

use plimsoll_fuzz::baseline::{Document, Problem, parse};

/// A document that is as it should be, and does not stand in a seed.
const GOOD: &str =
    "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {name: the-good-one}\nspec: {}\n";

/// The longest path or message of a problem, in characters, and the sign that it was cut.
const TEXT_MAX: usize = 500 + 1;

fuzz_target!(|text: &[u8]| {
    let (documents, problems) = read(text);
    assert_eq!(read(text), (documents, problems.clone()), "a second time");
    let lines = 1 + text.split(|byte| matches!(byte, b'\n' | b'\r')).count();
    for problem in &problems {
        holds(problem, lines);
    }
    if str::from_utf8(text).is_ok() {
        assert_good_stands(text);
    }
});

fn read(text: &[u8]) -> (Vec<Document>, Vec<Problem>) {
    parse("baseline.yaml", text, &["pod-security/privileged"])
}

/// A problem says where it is, and is no longer than a person reads.
fn holds(problem: &Problem, lines: usize) {
    assert_eq!(&*problem.file, "baseline.yaml");
    assert!((1..=lines).contains(&(problem.line as usize)), "{problem} in {lines} lines");
    assert!(problem.column >= 1, "{problem}");
    assert!(problem.path.chars().count() <= TEXT_MAX, "{problem}");
    assert!((1..=TEXT_MAX).contains(&problem.message.chars().count()), "{problem}");
}

/// Whatever is wrong with one document, those before and after it are read.
fn assert_good_stands(text: &[u8]) {
    // Directives at the end of it would belong to the document after it.
    let file = [GOOD.as_bytes(), b"---\n", text, b"\n...\n---\n", GOOD.as_bytes()].concat();
    let (documents, _) = read(&file);
    assert!(is_good(documents.first()), "the document before it");
    assert!(is_good(documents.last()), "the document after it");
}

fn is_good(document: Option<&Document>) -> bool {
    let Some(Document::Baseline(baseline)) = document else { return false };
    &*baseline.declaration.name == "the-good-one"
}
