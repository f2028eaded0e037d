//! A snapshot of the real API server is judged as the server itself is.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;

#[test]
fn a_snapshot_is_judged_as_the_server_was() {
    let plane = ControlPlane::start("snapshot");
    let identity = Identity::create(&plane, "snapshot");
    let namespace = Namespace::create(&plane, "e2e-snapshot");
    namespace.deployment("web", true);
    namespace.wait_for_pods("web", true);
    let file = plane.home().join("berth.json");
    let path = file.to_str().expect("the path is text");

    // Others are at work in a cluster: where it changed in between, it is looked at once more.
    let agreed = (0..TRIES_MAX).any(|_| {
        let before = report(&identity, &["check"]);
        let taken = plimsoll(identity.kubeconfig(), &["snapshot", "--out", path]);
        assert_eq!(taken.status.code(), Some(0), "{}", String::from_utf8_lossy(&taken.stderr));
        let read = report(&identity, &["check", path]);
        let after = report(&identity, &["check"]);
        assert!(read["deviations"].as_array().is_some_and(|it| it.len() > 5), "{read}");
        before == after && {
            assert_eq!(before, read);
            true
        }
    });
    assert!(agreed, "the cluster did not come to rest");
}

/// How often the cluster is looked at until nothing happens in between.
const TRIES_MAX: usize = 10;

/// What `check` reports, without the times of its making.
fn report(identity: &Identity<'_>, arguments: &[&str]) -> Value {
    let output = plimsoll(identity.kubeconfig(), &[arguments, &["--output", "json"]].concat());
    let mut report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    for record in report["deviations"].as_array_mut().expect("it lists them") {
        for time in ["since", "openedAt"] {
            record.as_object_mut().expect("it is a record").remove(time);
        }
    }
    report
}

fn plimsoll(kubeconfig: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).args(["--cluster", "berth"]).env("PLIMSOLL_KUBECONFIG", kubeconfig);
    command.output().expect("the program is built with the tests")
}
