//! `plimsoll snapshot`, on the cases of tests/cases/snapshot and on the embedded cluster, and what others make of the file.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use plimsoll::demo::population;
use plimsoll::demo::server::{Faults, Server};
use plimsoll::demo::store::Store;
use plimsoll::model::Kind;
use plimsoll::run::now;
use serde_json::Value;

use crate::cases;
use crate::rights_live::plimsoll;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/snapshot")
}

#[test]
fn every_case_is_as_expected() {
    cases::are_as_expected(&root(), 4);
}

async fn cluster(faults: Faults) -> Server {
    let store = Arc::new(Store::new(1000));
    population::populate(&store, now());
    let server = Server::start(store).await.unwrap();
    server.set_faults(faults);
    server
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The report without the times of its making.
fn timeless(mut report: Value) -> Value {
    for record in report["deviations"].as_array_mut().unwrap() {
        for time in ["since", "openedAt"] {
            record.as_object_mut().unwrap().remove(time).unwrap();
        }
    }
    report
}

/// Takes a snapshot of the cluster, and returns what is said, with the reports on the cluster and on the file.
async fn observed(server: &Server, file: &Path) -> (Output, Value, Value) {
    let live = json(&plimsoll(server, "check --cluster berth --output json").await);
    let taken = plimsoll(server, &format!("snapshot --cluster berth --out {}", file.display())).await;
    let read = json(&plimsoll(server, &format!("check {} --output json", file.display())).await);
    (taken, timeless(live), timeless(read))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_judged_as_the_cluster_was() {
    let server = cluster(Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("berth.json");
    let (taken, live, read) = observed(&server, &file).await;
    assert_eq!(taken.status.code(), Some(0), "{}", String::from_utf8_lossy(&taken.stderr));
    assert!(live["deviations"].as_array().unwrap().len() > 10, "{live}");
    assert_eq!(live, read);
    let differences = plimsoll(&server, &format!("connections diff live {}", file.display())).await;
    assert_eq!(String::from_utf8_lossy(&differences.stdout), "no connection differs\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, ["berth.json"], "nothing is left behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_snapshots_differ_in_their_time_alone() {
    let server = cluster(Faults::default()).await;
    let text = async || {
        let output = plimsoll(&server, "snapshot").await;
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("  \"time\": "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let first = text().await;
    assert!(first.len() > 50, "{first:?}");
    assert_eq!(first, text().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_hidden_stays_hidden() {
    let forbidden = BTreeSet::from([Kind::Pod, Kind::Role]);
    let server = cluster(Faults { forbidden, ..Faults::default() }).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("berth.json");
    let (taken, live, read) = observed(&server, &file).await;
    assert_eq!(taken.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&taken.stderr),
        "problem: Pod is not seen: forbidden\nproblem: Role is not seen: forbidden\n"
    );
    assert!(live["blind"].as_array().unwrap().len() > 10, "{live}");
    assert_eq!(live, read);
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).current_dir(folder).output().expect("the program is built with the tests")
}

#[test]
fn a_file_is_replaced_as_a_whole_or_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, file) = (folder.path(), folder.path().join("out.json"));
    fs::write(&file, "before").unwrap();
    fs::write(folder.join("bad.yaml"), "kind: [").unwrap();
    fs::write(folder.join("good.yaml"), "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n").unwrap();
    let refused = run(folder, &["snapshot", "bad.yaml", "--out", "out.json"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).unwrap(), "before");
    let taken = run(folder, &["snapshot", "good.yaml", "--out", "out.json"]);
    assert_eq!(taken.status.code(), Some(0), "{}", String::from_utf8_lossy(&taken.stderr));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&file).unwrap().contains("\"name\":\"shop\""));
    let nowhere = run(folder, &["snapshot", "good.yaml", "--out", "nowhere/out.json"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&nowhere.stderr).starts_with("error: failed to write nowhere/out.json\n")
    );
}

#[test]
fn no_end_of_a_snapshot_that_is_cut_off_passes_for_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(root().join("cluster/cluster.json")).unwrap();
    for end in [whole.len() / 4, whole.len() / 2, whole.len() - 20, whole.len() - 3] {
        fs::write(folder.path().join("cut.json"), &whole[..end]).unwrap();
        let output = run(folder.path(), &["check", "cut.json"]);
        assert_eq!(output.status.code(), Some(2), "{end}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("EOF while parsing"), "{output:?}");
    }
}
