//! `plimsoll check` and `plimsoll connections` say of a live cluster what they say of the same objects in a file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::patch_status;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;

const BASELINE: &str = "
apiVersion: plimsoll.dev/v1alpha1
kind: Baseline
metadata: {name: shop}
spec:
  namespaces: {names: [shop, data]}
  network:
    defaultDeny: [Ingress, Egress]
    within: namespace
    internet: {podLabels: {egress: internet}}
    allow:
      - from: {namespace: shop, podLabels: {app: web}}
        to: {namespace: data, podLabels: {app: db}}
        ports: [TCP/5432]
      - from: {namespace: shop}
        to: {namespace: data, podLabels: {app: cache}}
        ports: [TCP/6379]
";

/// What there is to say something of.
const KINDS: &str = "namespaces,pods,deployments.apps,replicasets.apps,networkpolicies,nodes,servicecidrs";

#[test]
fn a_live_cluster_and_a_file_of_it_are_judged_alike() {
    // Its own, so that nothing moves between the two looks.
    let plane = ControlPlane::start("network-commands-plane");
    let identity = Identity::create(&plane, "network-commands");
    furnish(&plane);
    let [baseline, file] = ["baseline.yaml", "cluster.json"].map(|name| plane.home().join(name));
    fs::write(&baseline, BASELINE).expect("the baseline can be written");
    let objects = plane.kubectl(&["get", KINDS, "--all-namespaces", "--output", "json"], "");
    fs::write(&file, objects).expect("the file can be written");
    let [baseline, file] = [&baseline, &file].map(|it| it.display().to_string());

    check_judged_alike(&identity, &baseline, &file);
    check_connected_alike(&identity, &file);
    let diff = || plimsoll("connections", identity.kubeconfig(), &["diff", &file, "live"]);
    assert_eq!(diff().status.code(), Some(0), "{:?}", diff());
    plane.kubectl(&["delete", "networkpolicy", "db", "--namespace=data"], "");
    assert_eq!(diff().status.code(), Some(1), "{:?}", diff());
}

fn check_judged_alike(identity: &Identity<'_>, baseline: &str, file: &str) {
    let check = |args: &[&str]| {
        report(&plimsoll("check", identity.kubeconfig(), &[&["--baseline", baseline], args].concat()))
    };
    let [live, filed] = [check(&[]), check(&[file])];
    assert_eq!((&live["blind"], &live["problems"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    let told = verdicts(&live);
    assert_eq!(told, verdicts(&filed));
    let checks: BTreeSet<&str> =
        told.iter().map(|verdict| verdict[0].as_str().expect("it is a name")).collect();
    let expected = ["cross-namespace", "internet-egress", "lost-flow", "not-isolated"];
    let expected: BTreeSet<String> = expected.iter().map(|check| format!("network/{check}")).collect();
    assert!(expected.iter().all(|check| checks.contains(check.as_str())), "{checks:?}");
}

fn check_connected_alike(identity: &Identity<'_>, file: &str) {
    for by in ["workload", "pod"] {
        let connections = |args: &[&str]| {
            report(&plimsoll("connections", identity.kubeconfig(), &[&["--by", by], args].concat()))
        };
        let live = connections(&[]);
        assert_eq!(live, connections(&[file]));
        let told = live["connections"].as_array().expect("it has connections");
        // Pods are named after their workloads.
        let is = |end: &Value, name: &str| end["name"].as_str().is_some_and(|it| it.starts_with(name));
        assert!(told.iter().any(|it| is(&it["from"], "web") && is(&it["to"], "db")), "{live}");
    }
}

/// The shop, with two pods of the web and one of the database, and all the addresses that a kubelet would have given.
fn furnish(plane: &ControlPlane) {
    let [shop, data, other] = ["shop", "data", "other"].map(|name| {
        let namespace = Namespace::create(plane, name);
        plane.kubectl(&["label", "namespace", name, &format!("team={name}")], "");
        namespace
    });
    plane.wait_for_service_account("kube-system");
    shop.deployment("web", false);
    data.deployment("db", false);
    plane.kubectl(&["apply", "--filename", "-"], include_str!("shop.yaml"));
    shop.wait_for_pods("web", false);
    data.wait_for_pods("db", false);
    let status = |address: &str| {
        format!(r#"{{"phase": "Running", "podIP": "{address}", "podIPs": [{{"ip": "{address}"}}]}}"#)
    };
    patch_status(&other, "late", &status("10.1.0.7"));
    patch_status(&other, "web", &status("10.1.0.8"));
    patch_status(&data, "done", r#"{"phase": "Succeeded"}"#);
}

/// Runs the program, which asks the cluster of the kubeconfig, if it asks any, and answers in JSON.
fn plimsoll(command: &str, kubeconfig: &Path, args: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    program.arg(command).args(args).args(["--output", "json", "--kubeconfig"]).arg(kubeconfig);
    program.output().expect("the program is built with the tests")
}

fn report(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"))
}

/// What is said of the network, without what only one of the two can know.
fn verdicts(report: &Value) -> Vec<Value> {
    let deviations = report["deviations"].as_array().expect("a report has deviations");
    let of_network = |it: &&Value| it["check"].as_str().is_some_and(|check| check.starts_with("network/"));
    let mut told: Vec<Value> = deviations.iter().filter(of_network).map(verdict).collect();
    told.sort_unstable_by_key(Value::to_string);
    told
}

fn verdict(deviation: &Value) -> Value {
    let object = &deviation["object"];
    let of_object = ["kind", "namespace", "name"].map(|field| object[field].clone());
    let fields = ["check", "key", "direction", "count", "message", "expected", "actual", "remediation"];
    fields.map(|field| deviation[field].clone()).into_iter().chain(of_object).collect()
}
