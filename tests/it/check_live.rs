//! `plimsoll check` and `plimsoll explain` on the embedded cluster and a daemon that watches it.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use plimsoll::demo::population;
use plimsoll::demo::server::{Faults, Server};
use plimsoll::demo::store::Store;
use plimsoll::model::Kind;
use plimsoll::run::now;
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::ending::{start, terminate, until_ready, write_kubeconfig};

const PRIVILEGED: &str = "pod-security/privileged";

async fn cluster(faults: Faults) -> Server {
    let store = Arc::new(Store::new(1000));
    population::populate(&store, now());
    let server = Server::start(store).await.unwrap();
    server.set_faults(faults);
    server
}

/// Runs the program while the embedded cluster goes on.
async fn plimsoll(arguments: &str, kubeconfig: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments.split(' ')).env("PLIMSOLL_KUBECONFIG", kubeconfig);
    spawn_blocking(move || command.output()).await.unwrap().expect("the program is built with the tests")
}

fn deviations(report: &Value) -> &Vec<Value> {
    report["deviations"].as_array().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_cluster_is_judged_once() {
    let server = cluster(Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = write_kubeconfig(folder.path(), &server.url());
    let output = plimsoll("check --output json --cluster prod-1", &kubeconfig).await;
    let report = json(&output);
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert_eq!(report["summary"]["cluster"], "prod-1");
    let privileged: Vec<&Value> = deviations(&report).iter().filter(|it| it["check"] == PRIVILEGED).collect();
    assert_eq!(privileged.len(), 1, "{report}");
    assert_eq!(privileged[0]["object"]["name"], "image-builder");
    assert_eq!((&report["blind"], &report["problems"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    let object = &privileged[0]["object"];
    assert_eq!((&object["file"], &object["line"]), (&Value::Null, &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_seen_is_not_judged() {
    let forbidden = BTreeSet::from([Kind::CronJob]);
    let server = cluster(Faults { forbidden, ..Faults::default() }).await;
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = write_kubeconfig(folder.path(), &server.url());
    let output = plimsoll("check --output json", &kubeconfig).await;
    let report = json(&output);
    assert_eq!(output.status.code(), Some(2));
    let blind = report["blind"].as_array().unwrap();
    let expected = serde_json::json!({"check": PRIVILEGED, "kind": "CronJob", "reason": "forbidden"});
    assert!(blind.contains(&expected), "{report}");
    let deviates = |it: &Value| it["check"] == PRIVILEGED;
    assert!(!deviations(&report).iter().any(deviates), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_is_not_there_is_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let kubeconfig = write_kubeconfig(folder.path(), &format!("http://{closed}"));
    let output = plimsoll("check --output json", &kubeconfig).await;
    assert_eq!(output.status.code(), Some(2));
    let report = json(&output);
    let reasons: BTreeSet<&str> =
        report["blind"].as_array().unwrap().iter().map(|it| it["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, BTreeSet::from(["unreachable"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_is_asked_for_a_deviation() {
    let server = cluster(Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = write_kubeconfig(folder.path(), &server.url());
    let report = json(&plimsoll("check --output json", &kubeconfig).await);
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (probes, address) = (free(), free());
    let daemon = start(folder.path(), &server.url(), (&probes, &address), &[]);
    spawn_blocking(move || until_ready(&probes)).await.unwrap();

    for deviation in deviations(&report) {
        let id = deviation["id"].as_str().unwrap();
        let output = plimsoll(&format!("explain {} --server http://{address}", &id[..8]), &kubeconfig).await;
        let page = String::from_utf8(output.stdout).unwrap();
        assert!(page.contains(deviation["path"].as_str().unwrap()), "{page}");
        assert!(page.contains("since "), "{page}");
    }
    let output = plimsoll(&format!("explain ffffffffffffffff --server http://{address}"), &kubeconfig).await;
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stderr, b"error: no deviation has an id that begins with ffffffffffffffff\n");
    spawn_blocking(move || terminate(daemon)).await.unwrap();

    let output = plimsoll(&format!("explain ffffffff --server http://{address}"), &kubeconfig).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .starts_with("error: failed to ask the daemon at http://127.0.0.1:")
    );
}
