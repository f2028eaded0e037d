//! A right to read secrets is seen by everyone who should see it within a second, and so is its end.

use std::fs;
use std::time::Instant;

use plimsoll::model::Kind;
use serde_json::{Value, json};

use crate::support::access::Reviews;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::poll::now;
use crate::support::scene::Scene;
use crate::support::web;

const READER: &str = "secrets/unlisted-reader";
const NAMESPACE: &str = "e2e-rights";

/// Nobody may read secrets, be a cluster admin, or have what makes one.
const BASELINE: &str = "
apiVersion: plimsoll.dev/v1alpha1
kind: Baseline
metadata: {name: nobody}
spec:
  secrets: {readers: [], indirect: report}
  rbac: {clusterAdmins: [], forbid: [wildcard, escalate, bind, impersonate, anonymous]}
";

#[test]
fn a_binding_and_a_role_that_is_gathered_let_a_group_read_secrets() {
    // Its own, because the roles and bindings of other tests would be judged too.
    let plane = ControlPlane::start("rights-plane");
    let identity = Identity::create(&plane, "rights");
    let namespace = Namespace::create(&plane, NAMESPACE);
    create(&plane, Kind::RoleBinding, &binding("view", "viewers"));
    let baseline = plane.home().join("nobody.yaml");
    fs::write(&baseline, BASELINE).expect("the baseline can be written");
    let scene = Scene::start("rights", &identity, &["--baseline-path", &baseline.display().to_string()]);
    check_quiet(&scene);

    let answered = create(&plane, Kind::RoleBinding, &binding("edit", "editors"));
    wait_until_told(&scene, "editors", answered, "RoleBinding/e2e-rights/edit > ClusterRole/edit");
    namespace.kubectl(&["delete", "rolebinding", "edit"]);
    wait_for_end(&scene);
    scene.wait_for_transitions(READER, ("", "editors"), &["opened", "resolved"]);

    let answered = create(&plane, Kind::ClusterRole, &gathered_into_view());
    let path = "RoleBinding/e2e-rights/view > ClusterRole/view > ClusterRole/more-for-viewers rule 1";
    wait_until_told(&scene, "viewers", answered, path);
    plane.kubectl(&["delete", "clusterrole", "more-for-viewers"], "");
    wait_for_end(&scene);
    // The copy that a controller made in `view` outlives what was copied, and is another way until it goes too.
    let told = scene.daemon.journal().transitions(READER, "", "viewers");
    assert!(told == ["opened", "resolved"] || told == ["opened", "changed", "resolved"], "{told:?}");
    scene.daemon.journal().check_numbers().expect("each event has a number of its own");
}

/// Kubernetes' own roles and bindings are in every cluster, and the daemon itself may list and watch no secrets.
fn check_quiet(scene: &Scene) {
    scene.prometheus.wait_for("sum(plimsoll_deviations{check=~\"(secrets|rbac)/.*\"})", Some(0.0));
    let mut told = scene.verdicts();
    told.retain(|event| event.check.starts_with("secrets/") || event.check.starts_with("rbac/"));
    assert!(told.is_empty(), "a fresh cluster deviates: {told:#?}");
}

/// Creates the object, and gives when the API server said that it had.
fn create(plane: &ControlPlane, kind: Kind, object: &Value) -> Instant {
    let created = async { Reviews::new(plane).await.create(kind, object).await };
    web::runtime().block_on(created).expect("it is valid");
    now()
}

/// A binding of the cluster role, and of its name.
fn binding(role: &str, group: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": role, "namespace": NAMESPACE},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
    })
}

/// Nothing that Kubernetes itself gathers into `view` reads secrets.
fn gathered_into_view() -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {
            "name": "more-for-viewers",
            "labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"},
        },
        "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}],
    })
}

/// Waits until everyone sees that the group can read the secrets of the namespace, by this way, and soon enough.
fn wait_until_told(scene: &Scene, group: &str, answered: Instant, path: &str) {
    let alerts = scene.wait_until_seen(READER, NAMESPACE, &[group], answered);
    assert!(alerts[0].annotations["actual"].contains(path), "{:?}", alerts[0]);
    scene.wait_for_transitions(READER, ("", group), &["opened"]);
}

fn wait_for_end(scene: &Scene) {
    scene.wait_for_deviations(READER, NAMESPACE, 0.0);
    // An alert that nobody sends again would end after four minutes; patience ends sooner, so it was resolved.
    scene.wait_for_alerts(READER, NAMESPACE, &[]);
}
