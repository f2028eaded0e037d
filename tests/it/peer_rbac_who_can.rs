//! The cases by which another tool shows who can do something get the same subjects.
//!
//! `PLIMSOLL_PEER_TESTS` names the directory that holds `rbac/who-can.tsv` and the manifests that it names. Without it
//! the test says that it was left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn who_can_names_the_subjects_that_are_expected() {
    let Some(directory) = std::env::var_os("PLIMSOLL_PEER_TESTS") else {
        println!("left out: PLIMSOLL_PEER_TESTS is not set");
        return;
    };
    let directory = Path::new(&directory).join("rbac");
    let table = fs::read_to_string(directory.join("who-can.tsv")).unwrap();
    let mut questions = 0;
    for line in table.lines().skip(1) {
        let [file, queries, expected] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let expected: BTreeSet<String> = expected.split(", ").map(str::to_owned).collect();
        for query in queries.split("; ") {
            questions += 1;
            let found = subjects(&directory.join("who-can").join(file), query);
            assert_eq!(found, expected, "{file}: {query}");
        }
    }
    assert!(questions > 0, "who-can.tsv asks nothing");
    println!("{questions} questions agree");
}

/// Who is told, as `Kind/namespace/name`. The other tool knows no namespaces, and names an object after a slash.
fn subjects(file: &Path, query: &str) -> BTreeSet<String> {
    let arguments = query.split(' ').flat_map(|word| word.split('/'));
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .args(["--all-namespaces", "--output", "json", "--filename"])
        .arg(file)
        .output()
        .expect("the program is built with the tests");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |subject: &Value, field: &str| subject[field].as_str().unwrap_or_default().to_owned();
    let subject = |it: &Value| [text(it, "kind"), text(it, "namespace"), text(it, "name")].join("/");
    answer["subjects"].as_array().unwrap().iter().map(subject).collect()
}
