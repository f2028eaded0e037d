//! `plimsoll checks` and `plimsoll explain`.

use std::path::Path;
use std::process::{Command, Output};

use plimsoll::checks::CHECKS;

use crate::check::said;

/// Runs the program in the directory of a case of `check`.
fn plimsoll(case: &str, arguments: &str) -> Output {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check").join(case);
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments.split(' '))
        .env("COLUMNS", "100")
        .current_dir(directory)
        .output()
        .expect("the program is built with the tests")
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The ids in a table of `check`, in its order.
fn ids(case: &str) -> Vec<String> {
    let table = String::from_utf8(plimsoll(case, "check cluster.yaml").stdout).unwrap();
    let id = |line: &str| line.strip_prefix("  critical  ").map(|rest| rest[..8].to_owned());
    table.lines().filter_map(id).collect()
}

#[test]
fn every_check_is_listed() {
    let table = stdout(&plimsoll("clean", "checks"));
    let json = stdout(&plimsoll("clean", "checks --output json"));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "plimsoll.dev/checks/v1");
    let entries = json["checks"].as_array().unwrap();
    assert_eq!(entries.len(), CHECKS.len());
    for (check, entry) in CHECKS.iter().zip(entries) {
        let info = &check.info;
        let line = table.lines().find(|line| line.split(' ').next() == Some(info.id)).unwrap();
        assert!(line.contains(info.severity.as_str()), "{line}");
        for (field, value) in [("id", info.id), ("title", info.title), ("why", info.why), ("mend", info.mend)]
        {
            assert_eq!(entry[field], value);
        }
        assert_eq!(entry["references"].as_array().unwrap().len(), info.references.len());
        assert!(entry["reads"].is_array());
    }
}

#[test]
fn a_check_is_explained() {
    let page = stdout(&plimsoll("clean", "explain pod-security/privileged"));
    let text = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let info = &plimsoll::checks::find("pod-security/privileged").unwrap().info;
    for words in ["severity critical", info.title, info.why, info.mend, info.references[0], "CronJob"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_misspelt_check_is_answered_with_the_nearest() {
    let output = plimsoll("clean", "explain pod-security/priviliged");
    assert_eq!(output.status.code(), Some(2));
    let expected =
        "error: there is no check `pod-security/priviliged`; did you mean `pod-security/privileged`?\n";
    assert_eq!(stderr(&output), expected);
}

#[test]
fn a_deviation_in_files_is_explained_by_the_beginning_of_its_id() {
    let id = &ids("documents")[0];
    let page = stdout(&plimsoll("documents", &format!("explain {id} cluster.yaml")));
    for words in [
        "check      pod-security/privileged (critical, loosened)\n",
        "object     Pod/default/default-web\n",
        "in         cluster.yaml:27\n",
        "field      spec.containers[app].securityContext.privileged\n",
        "declared   hardened, the embedded default\n",
        "What to do\n",
        "Why it matters\n",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[test]
fn a_waived_deviation_is_explained_with_its_waiver() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/waived-json");
    let report = said(&case, "check --output json --baseline baseline.yaml cluster.yaml");
    let (_, waived) = report.split_once("\"waived\": [").unwrap();
    let id = waived.split_once("\"id\": \"").unwrap().1.split('"').next().unwrap();
    let page = said(&case, &format!("explain {id} --baseline baseline.yaml cluster.yaml"));
    assert!(page.contains("waived     by sre@example.com until 2999-04-01T00:00:00Z"), "{page}");
    assert!(page.contains("declared   production, baseline.yaml:"), "{page}");
}

#[test]
fn what_was_not_judged_is_told_where_nothing_is_found() {
    let output = plimsoll("missing", "explain 0123456789abcdef nothing.yaml empty");
    assert_eq!(output.status.code(), Some(2));
    let expected = "error: no deviation has an id that begins with 0123456789abcdef\n  \
                    empty: the directory holds no file that ends in .yaml, .yml or .json\n  \
                    nothing.yaml: failed to read: No such file or directory (os error 2)\n";
    assert_eq!(stderr(&output), expected);
}

#[test]
fn an_id_that_is_unknown_or_too_short_is_refused() {
    for (id, words) in [
        ("0123456789abcdef", "error: no deviation has an id that begins with 0123456789abcdef\n"),
        ("0123", "error: an id has 32 digits, of which at least 8 are to be given; found 4\n"),
    ] {
        let output = plimsoll("documents", &format!("explain {id} cluster.yaml"));
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(2), words));
    }
}

#[test]
fn a_flow_is_explained_by_the_policies_on_either_side() {
    let table =
        String::from_utf8(plimsoll("network-policies", "check cluster.yaml --baseline baseline.yaml").stdout)
            .unwrap();
    let line = table.lines().find(|line| line.contains("network/not-isolated")).unwrap();
    let id = line.split_whitespace().nth(1).unwrap();
    let page =
        stdout(&plimsoll("network-policies", &format!("explain {id} cluster.yaml --baseline baseline.yaml")));
    let isolation =
        "Isolation\n  ingress: isolated by NetworkPolicy shop/web\n  egress: no policy isolates it\n";
    assert!(page.contains(isolation), "{page}");
    let open = "Open for egress, and by what on either side\n  \
                Deployment/shop/web to External 0.0.0.0-255.255.255.255 on all ports\n    \
                egress: no policy isolates it\n";
    assert!(page.contains(open), "{page}");
    assert!(page.contains("give namespace shop a NetworkPolicy"), "{page}");
}
