//! An API server that hangs keeps its connections and says nothing: it is not believed for longer than a watch lives.

use crate::PRIVILEGED;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::journal::Event;
use crate::support::scene::Scene;

const NAMESPACE: &str = "e2e-stall";

#[test]
fn an_api_server_that_hangs_blinds_and_loses_nothing() {
    let plane = ControlPlane::start("stall-plane");
    let identity = Identity::create(&plane, "stall");
    let namespace = Namespace::create(&plane, NAMESPACE);
    namespace.pod("steady", true);
    namespace.pod("leaving", true);
    let scene = Scene::start("stall", &identity, &["--watch-lifetime-secs", "30"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "steady"), &["opened"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "leaving"), &["opened"]);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 2.0);
    scene.wait_for_zero(PRIVILEGED, Some(0.0));
    let before = scene.verdicts().len();

    // What the API server has taken just before it hangs may have been told already, or be told after.
    namespace.pod("caught", true);
    plane.freeze_api_server();
    scene.wait_for_blind(PRIVILEGED, 1.0);
    scene.wait_for_zero(PRIVILEGED, None);
    let during = scene.verdicts();
    // The service account as which it runs reaches into a node once more.
    let others = |it: &&Event| !it.is_about("caught") && !it.is_about("default");
    let told: Vec<_> = during[before..].iter().filter(others).collect();
    assert!(told.is_empty(), "judged without being seen: {told:#?}");

    plane.thaw_api_server();
    scene.wait_for_blind(PRIVILEGED, 0.0);
    scene.wait_for_zero(PRIVILEGED, Some(0.0));
    namespace.delete("pod", "leaving");
    namespace.pod("late", true);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "leaving"), &["opened", "resolved"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "late"), &["opened"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "caught"), &["opened"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "steady"), &["opened"]);
    scene.wait_for_alerts(PRIVILEGED, NAMESPACE, &["caught", "late", "steady"]);
    let after = scene.verdicts();
    let told: Vec<_> = after[before..].iter().filter(|it| it.is_about("steady")).collect();
    assert!(told.is_empty(), "neither the silence nor its end is a change of the cluster: {told:#?}");
}
