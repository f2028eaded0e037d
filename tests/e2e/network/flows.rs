//! Flows from other namespaces that open: by the label of a namespace, by a rule, and by the address of a pod.

use serde_json::json;

use super::{check_cause, patch_status, run_pod, since, watch};
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::journal::Cause;
use crate::support::scene::Scene;

const CROSS_NAMESPACE: &str = "network/cross-namespace";

/// Who may connect, what is connected to, and a neighbour of whom nothing is declared.
const SHOP: &str = "e2e-flows-shop";
const DATA: &str = "e2e-flows-data";
const OTHER: &str = "e2e-flows-other";

/// Beyond the namespaces themselves, the shop may ask the database, and so may some addresses outside the cluster.
const BASELINE: &str = "
apiVersion: plimsoll.dev/v1alpha1
kind: Baseline
metadata: {name: flows}
spec:
  namespaces: {names: [e2e-flows-shop, e2e-flows-data]}
  network:
    defaultDeny: [Ingress, Egress]
    within: namespace
    internet: {podLabels: {egress: internet}}
    # Nothing in this cluster answers names.
    dns: {podLabels: {k8s-app: kube-dns}}
    allow:
      - from: {namespace: e2e-flows-shop, podLabels: {app: web}}
        to: {namespace: e2e-flows-data, podLabels: {app: db}}
        ports: [TCP/5432]
      - from: {cidrs: [192.0.2.0/24]}
        to: {namespace: e2e-flows-data, podLabels: {app: db}}
        ports: [TCP/5432]
";

const POLICIES: &str = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: e2e-flows-shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  egress:
    - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: e2e-flows-data}}, podSelector: {matchLabels: {app: db}}}]
      ports: [{port: 5432}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: e2e-flows-data}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{namespaceSelector: {matchLabels: {team: shop}}, podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 5432}]
    - from: [{ipBlock: {cidr: 192.0.2.0/24}}]
      ports: [{port: 5432}]
";

#[test]
fn a_namespace_a_rule_and_an_address_let_others_in_and_are_mended() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "flows");
    let [shop, data, other] = [SHOP, DATA, OTHER].map(|name| Namespace::create(&plane, name));
    plane.kubectl(&["label", "namespace", SHOP, "team=shop"], "");
    plane.kubectl(&["apply", "--filename", "-"], POLICIES);
    shop.deployment("web", false);
    data.deployment("db", false);
    shop.wait_for_pods("web", false);
    data.wait_for_pods("db", false);
    run_pod(&other, "web");
    run_pod(&other, "late");
    let scene = watch(&plane, &identity, "flows", BASELINE);
    scene.wait_for_zero(CROSS_NAMESPACE, Some(0.0));
    scene.wait_for_blind(CROSS_NAMESPACE, 0.0);
    assert!(scene.verdicts().is_empty(), "{:#?}", scene.verdicts());

    let step = Step { scene: &scene, cause: Cause::of("Namespace", "", OTHER).at("metadata.labels[team]") };
    step.opens(|| drop(plane.kubectl(&["label", "namespace", OTHER, "team=shop"], "")));
    step.closes(|| drop(plane.kubectl(&["label", "namespace", OTHER, "team-"], "")));

    let rule = |from: serde_json::Value| {
        let patch = json!([{"op": "replace", "path": "/spec/ingress/0/from", "value": from}]);
        let patch = format!("--patch={patch}");
        data.kubectl(&["patch", "networkpolicy", "db", "--type=json", &patch]);
    };
    let step = Step { scene: &scene, cause: Cause::of("NetworkPolicy", DATA, "db").at("spec.ingress[0]") };
    step.opens(|| rule(json!([])));
    let shop = json!({"namespaceSelector": {"matchLabels": {"team": "shop"}}, "podSelector": {"matchLabels": {"app": "web"}}});
    step.closes(|| rule(json!([shop])));

    let step = Step { scene: &scene, cause: Cause::of("Pod", OTHER, "late") };
    step.opens(|| {
        patch_status(
            &other,
            "late",
            r#"{"phase": "Running", "podIP": "192.0.2.7", "podIPs": [{"ip": "192.0.2.7"}]}"#,
        );
    });
    step.closes(|| patch_status(&other, "late", r#"{"phase": "Succeeded"}"#));
    scene.wait_for_transitions(CROSS_NAMESPACE, (DATA, "db"), &["opened", "resolved"].repeat(3));
    scene.daemon.journal().check_numbers().expect("each event has a number of its own");
}

/// A change that opens a flow to the database, or closes it again, and what is to be named as its cause.
struct Step<'a> {
    scene: &'a Scene,
    cause: Cause,
}

impl Step<'_> {
    fn opens(&self, change: impl FnOnce()) {
        self.take(change, &["db"]);
    }

    fn closes(&self, change: impl FnOnce()) {
        self.take(change, &[]);
    }

    fn take(&self, change: impl FnOnce(), deviating: &[&str]) {
        let begun = since(change);
        self.scene.wait_until_seen(CROSS_NAMESPACE, DATA, deviating, begun);
        check_cause(self.scene, CROSS_NAMESPACE, (DATA, "db"), &["Ingress"], &self.cause);
    }
}
