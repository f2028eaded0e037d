mod kept;
mod problems;
mod rights;
mod values;

use super::{Baseline, Document, parse};

const EXAMPLE: &str = include_str!("../example.yaml");
/// Every field that there is.
const FULL: &str = include_str!("full.yaml");

const CHECKS: [&str; 3] =
    ["pod-security/host-path-volumes", "pod-security/privileged", "secrets/unlisted-reader"];

/// What is read of `text`, with the problems as people read them.
fn read(text: &str) -> (Vec<Document>, Vec<String>) {
    let (documents, problems) = parse("b.yaml", text.as_bytes(), &CHECKS);
    (documents, problems.iter().map(ToString::to_string).collect())
}

/// The one `Baseline` that `text` declares without a problem.
fn baseline(text: &str) -> Baseline {
    let (mut documents, problems) = read(text);
    assert_eq!(problems, Vec::<String>::new());
    match documents.pop() {
        Some(Document::Baseline(baseline)) if documents.is_empty() => *baseline,
        other => panic!("expected one Baseline, found {other:?} after {documents:?}"),
    }
}
