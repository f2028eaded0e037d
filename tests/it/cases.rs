//! What the cases of several commands share: each is a directory with `commands`, one a line, that are run there;
//! `expect.txt` has each with its exit status and what is said. `UPDATE_CASES=1` writes it anew.

use std::fs;
use std::path::Path;

use crate::check::said;

/// Every command of the case with what it says.
pub(crate) fn run(case: &Path) -> String {
    let commands = fs::read_to_string(case.join("commands")).unwrap();
    let answers: Vec<String> =
        commands.lines().map(|command| format!("$ {command}\n{}\n", said(case, command))).collect();
    answers.concat()
}

/// Holds every case below `root`, of which there are at least so many, to what is expected of it.
pub(crate) fn are_as_expected(root: &Path, at_least: usize) {
    let mut cases: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= at_least, "the cases were not found");
    for case in cases {
        let found = run(&case);
        let expectation = case.join("expect.txt");
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(&expectation, &found).unwrap();
        }
        let expected = fs::read_to_string(&expectation).unwrap_or_default();
        assert!(found == expected, "{}\nexpected:\n{expected}\nfound:\n{found}", case.display());
    }
}
