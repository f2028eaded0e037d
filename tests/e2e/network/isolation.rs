//! Pods that are no longer isolated: their policy went away, or no longer selects them.

use super::{NOT_ISOLATED, check_cause, patch_status, run_pod, since, watch};
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::journal::Cause;

/// Where one policy isolates every pod.
const DENIED: &str = "e2e-denied";

/// Where policies isolate by label alone.
const LABELLED: &str = "e2e-labelled";

const BOTH: [&str; 2] = ["Egress", "Ingress"];

const BASELINE: &str = "
apiVersion: plimsoll.dev/v1alpha1
kind: Baseline
metadata: {name: isolated}
spec:
  namespaces: {names: [e2e-denied, e2e-labelled]}
  # Nothing in this cluster answers names.
  network: {defaultDeny: [Ingress, Egress], dns: {podLabels: {k8s-app: kube-dns}}}
";

const DENY_ALL: &str = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-all, namespace: e2e-denied}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
";

/// What isolates pods by their label, besides.
const BY_LABEL: &str = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: e2e-denied}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: known, namespace: e2e-labelled}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [db, cache]}]}
  policyTypes: [Ingress, Egress]
";

#[test]
fn a_policy_is_deleted_and_a_pod_relabelled_and_both_are_mended() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "isolation");
    let [denied, labelled] = [DENIED, LABELLED].map(|name| Namespace::create(&plane, name));
    let apply = |manifest: &str| drop(plane.kubectl(&["apply", "--filename", "-"], manifest));
    apply(DENY_ALL);
    apply(BY_LABEL);
    for name in ["web", "worker"] {
        denied.deployment(name, false);
        denied.wait_for_pods(name, false);
    }
    run_pod(&labelled, "db");
    run_pod(&labelled, "cache");
    let scene = watch(&plane, &identity, "isolation", BASELINE);
    scene.wait_for_zero(NOT_ISOLATED, Some(0.0));
    scene.wait_for_blind(NOT_ISOLATED, 0.0);
    assert!(scene.verdicts().is_empty(), "{:#?}", scene.verdicts());

    // The web is isolated by a policy of its own as well.
    let begun = since(|| drop(denied.kubectl(&["delete", "networkpolicy", "deny-all"])));
    scene.wait_until_seen(NOT_ISOLATED, DENIED, &["worker"; 2], begun);
    let policy = Cause::of("NetworkPolicy", DENIED, "deny-all");
    check_cause(&scene, NOT_ISOLATED, (DENIED, "worker"), &BOTH, &policy.clone().deleted());
    let begun = since(|| apply(DENY_ALL));
    scene.wait_until_seen(NOT_ISOLATED, DENIED, &[], begun);
    check_cause(&scene, NOT_ISOLATED, (DENIED, "worker"), &BOTH, &policy);
    scene.wait_for_transitions(NOT_ISOLATED, (DENIED, "web"), &[]);

    let label =
        |app: &str| drop(labelled.kubectl(&["label", "--overwrite", "pod", "db", &format!("app={app}")]));
    let pod = Cause::of("Pod", LABELLED, "db");
    let relabelled = pod.clone().at("metadata.labels[app]");
    let begun = since(|| label("bd"));
    scene.wait_until_seen(NOT_ISOLATED, LABELLED, &["db"; 2], begun);
    check_cause(&scene, NOT_ISOLATED, (LABELLED, "db"), &BOTH, &relabelled);
    let begun = since(|| label("db"));
    scene.wait_until_seen(NOT_ISOLATED, LABELLED, &[], begun);
    check_cause(&scene, NOT_ISOLATED, (LABELLED, "db"), &BOTH, &relabelled);

    // A pod that has come to its end is not connected to any more, whatever its labels are.
    label("bd");
    scene.wait_for_deviations(NOT_ISOLATED, LABELLED, 2.0);
    let begun = since(|| patch_status(&labelled, "db", r#"{"phase": "Succeeded"}"#));
    scene.wait_until_seen(NOT_ISOLATED, LABELLED, &[], begun);
    check_cause(&scene, NOT_ISOLATED, (LABELLED, "db"), &BOTH, &pod);
    scene.daemon.journal().check_numbers().expect("each event has a number of its own");
}
