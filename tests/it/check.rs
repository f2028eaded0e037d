//! `plimsoll check` on the cases of tests/cases/check. Each is a directory, in which a `command` is run (without one,
//! `check cluster.yaml`), with `stdin` where that is there; `expect.txt` has the exit status and what is said.
//! `UPDATE_CASES=1` writes it anew.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::ToSpan;
use jiff::tz::TimeZone;
use plimsoll::model::sha256_hex;
use tempfile::TempDir;

#[test]
fn every_case_is_reported_as_expected() {
    let mut failures = Vec::new();
    let cases = cases();
    assert!(cases.len() > 10, "the cases were not found");
    for case in cases {
        let expectation = case.join("expect.txt");
        let said = run(&case);
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(&expectation, &said).unwrap();
        }
        let expected = fs::read_to_string(&expectation).unwrap_or_default();
        if said != expected {
            failures.push(format!("{}\nexpected:\n{expected}\nfound:\n{said}", case.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check");
    let mut cases: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// The exit status, standard output and standard error of the case's command.
fn run(case: &Path) -> String {
    let command = fs::read_to_string(case.join("command")).unwrap_or("check cluster.yaml".to_owned());
    said(case, &command)
}

/// The exit status, standard output and standard error of the command, as it is given in the folder.
pub(crate) fn said(case: &Path, command: &str) -> String {
    let Some(folder) = lasting(case) else { return said_in(case, command) };
    let said = said_in(folder.path(), command);
    let [today, always] = [folder.path(), case].map(|it| fs::read(it.join("baseline.yaml")).unwrap());
    let [(end, after), (digest, held)] = [ends(), (sha256_hex(&today), sha256_hex(&always))];
    said.replace(&end, END).replace(&after, AFTER).replace(&digest, &held)
}

/// The day that stands, in a case, for the end of a waiver: one that lasts more than a year excuses nothing.
const END: &str = "2999-03-31";

/// The day after it, on which the waiver no longer excuses.
const AFTER: &str = "2999-04-01";

/// The days that stand for those two from today on: in a month.
fn ends() -> (String, String) {
    let today = TimeZone::UTC.to_datetime(plimsoll::run::now()).date();
    let [end, after] = [30, 31].map(|days: i64| (today + days.days()).to_string());
    (end, after)
}

/// The case with waivers that end in a month; none where it has no waiver.
pub(crate) fn lasting(case: &Path) -> Option<TempDir> {
    let baseline = fs::read_to_string(case.join("baseline.yaml")).unwrap_or_default();
    if !baseline.contains(END) {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(case).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    fs::write(folder.path().join("baseline.yaml"), baseline.replace(END, &ends().0)).unwrap();
    Some(folder)
}

fn said_in(case: &Path, command: &str) -> String {
    let (columns, arguments) = match command.trim().strip_prefix("COLUMNS=") {
        Some(rest) => rest.split_once(' ').unwrap(),
        None => ("100", command.trim()),
    };
    let stdin = File::open(case.join("stdin")).map_or(Stdio::null(), Stdio::from);
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments.split(' '))
        .env("COLUMNS", columns)
        .current_dir(case)
        .stdin(stdin)
        .output()
        .expect("the program is built with the tests");
    let text = |bytes| timeless(std::str::from_utf8(bytes).unwrap());
    let status = output.status.code().unwrap();
    format!("exit {status}\n{}{}", text(&output.stdout), text(&output.stderr))
}

/// The text with the time of its making left out, the one thing that differs between two runs.
fn timeless(text: &str) -> String {
    let mut kept = String::new();
    for line in text.split_inclusive('\n') {
        let field = line.trim_start();
        if field.starts_with("\"since\"") || field.starts_with("\"openedAt\"") {
            kept += line.split_once(": ").unwrap().0;
            kept += ": NOW\n";
        } else {
            kept += line;
        }
    }
    kept
}

#[test]
fn two_runs_over_the_same_files_say_the_same() {
    for case in cases() {
        assert_eq!(run(&case), run(&case), "{}", case.display());
    }
}

#[test]
fn the_page_shows_a_run_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/check.md")).unwrap();
    let said = run(&root.join("tests/cases/check/sample"));
    let table = said.strip_prefix("exit 1\n").unwrap();
    let shown = format!("$ plimsoll check deploy/ --baseline baseline.yaml\n{table}$ plimsoll explain ");
    assert!(page.contains(&shown), "docs/check.md is to show:\n{shown}");
    let id = table.split_once("critical  ").unwrap().1.split(' ').next().unwrap();
    assert!(page.contains(&format!("$ plimsoll explain {id} deploy/ --baseline baseline.yaml\n")), "{id}");
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/hostile");
    let said = run(&case);
    assert!(said.contains("forged"), "{said}");
    let steers = |it: char| it.is_control() && it != '\n' || it == '\u{202e}';
    assert!(!said.chars().any(steers), "{said:?}");
    assert!(!said.lines().any(|line| line.starts_with("forged")), "{said}");
}

#[test]
fn narrow_tables_stay_within_the_terminal() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/narrow");
    let table = run(&case);
    let widest = table.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!((20..=40).contains(&widest), "{table}");
}
