//! `plimsoll who-can` and `plimsoll can-i` on the cases of tests/cases/rights. Each is a directory with `commands`, one
//! a line, that are run there; `expect.txt` has each with its exit status and what is said. `UPDATE_CASES=1` writes it
//! anew.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cases;
use crate::check::said;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/rights")
}

#[test]
fn every_question_is_answered_as_expected() {
    cases::are_as_expected(&root(), 3);
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let said = cases::run(&root().join("hostile"));
    assert!(said.contains("forged"), "{said}");
    let steers = |it: char| it.is_control() && it != '\n' || it == '\u{202e}';
    let tables = said.split("$ ").filter(|it| !it.contains("--output json")).collect::<String>();
    assert!(!tables.chars().any(steers), "{tables:?}");
    assert!(!said.lines().any(|line| line.starts_with("forged")), "{said}");
}

#[test]
fn narrow_tables_stay_within_the_terminal() {
    let command = "COLUMNS=40 who-can get secret certificate -n shop -f cluster.yaml";
    let table = said(&root().join("sample"), command);
    let widest = table.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!((20..=40).contains(&widest), "{table}");
}

#[test]
fn the_page_shows_a_run_as_it_is() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rights.md")).unwrap();
    let arguments = "list secrets -n shop -f cluster.yaml";
    let table = said(&root().join("sample"), &format!("who-can {arguments}"));
    let shown = format!("$ plimsoll who-can {arguments}\n{}$ ", table.strip_prefix("exit 0\n").unwrap());
    assert!(page.contains(&shown), "docs/rights.md is to show:\n{shown}");
}
