//! What is not seen is not gone: an API server that is away makes checks blind, and nothing else.

use std::time::Duration;

use crate::PRIVILEGED;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::journal::Event;
use crate::support::poll::{eventually, holds, now};
use crate::support::scene::Scene;

/// How long the API server is away, at least.
const OUTAGE: Duration = Duration::from_secs(10);

const NAMESPACE: &str = "e2e-outage";

#[test]
fn an_outage_blinds_and_loses_nothing() {
    let plane = ControlPlane::start("outage-plane");
    let identity = Identity::create(&plane, "outage");
    let namespace = Namespace::create(&plane, NAMESPACE);
    namespace.deployment("steady", true);
    namespace.wait_for_pods("steady", true);
    let scene = Scene::start("outage", &identity, &[]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "steady"), &["opened"]);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 1.0);
    scene.wait_for_blind(PRIVILEGED, 0.0);
    scene.wait_for_zero(PRIVILEGED, Some(0.0));
    let before = scene.verdicts().len();

    plane.stop_api_server();
    let stopped = now();
    scene.wait_for_blind(PRIVILEGED, 1.0);
    eventually("the outage lasts", || holds(stopped.elapsed() >= OUTAGE, stopped.elapsed()));
    scene.wait_for_zero(PRIVILEGED, None);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 1.0);
    scene.wait_for_alerts(PRIVILEGED, NAMESPACE, &["steady"]);
    let during = scene.verdicts();
    assert_eq!(during.len(), before, "judged without being seen: {:#?}", &during[before..]);

    plane.start_api_server();
    scene.wait_for_blind(PRIVILEGED, 0.0);
    scene.wait_for_zero(PRIVILEGED, Some(0.0));
    namespace.deployment("late", true);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "late"), &["opened"]);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 2.0);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "steady"), &["opened"]);
    let after = scene.verdicts();
    // The service account as which it runs reaches into a node once more.
    let told = |event: &&Event| !event.is_about("late") && !event.is_about("default");
    let false_ones: Vec<_> = after[before..].iter().filter(told).collect();
    assert!(
        false_ones.is_empty(),
        "neither the outage nor its end is a change of the cluster: {false_ones:#?}"
    );
}
