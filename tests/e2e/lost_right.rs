//! The right to see a kind is taken and given back. What goes away meanwhile is told when it can be seen again.

use crate::PRIVILEGED;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::poll::{eventually, holds};
use crate::support::scene::Scene;

const NAMESPACE: &str = "e2e-lost-right";
const SYNCED: &str = "plimsoll_watch_synced{kind=\"Pod\"}";
const REFUSALS: &str = "sum(plimsoll_watch_errors_total{kind=\"Pod\",reason=\"forbidden\"})";

#[test]
fn a_kind_that_may_not_be_seen_is_neither_judged_nor_forgotten() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "lost-right");
    let namespace = Namespace::create(&plane, NAMESPACE);
    namespace.pod("rogue", true);
    // The API server looks at rights when a watch begins, so that a watch must end for the loss to be felt. No
    // shorter life can be asked for.
    let scene = Scene::start("lost-right", &identity, &["--watch-lifetime-secs", "30"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "rogue"), &["opened"]);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 1.0);
    scene.prometheus.wait_for(SYNCED, Some(1.0));
    let well = scene.daemon.get("/readyz").expect("the daemon answers").text();

    identity.allow_all_but("pods");
    scene.prometheus.wait_for(SYNCED, Some(0.0));
    scene.wait_for_blind(PRIVILEGED, 1.0);
    scene.prometheus.wait_for("plimsoll_watch_synced{kind=\"Deployment\"}", Some(1.0));
    eventually("/readyz says that Pod is not seen", || {
        let seen = scene.daemon.get("/readyz")?.text();
        holds(seen != well && seen.contains("Pod"), seen)
    });

    namespace.delete("pod", "rogue");
    wait_for_another_refusal(&scene);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "rogue"), &["opened"]);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 1.0);
    scene.wait_for_alerts(PRIVILEGED, NAMESPACE, &["rogue"]);

    identity.allow_all_but("");
    scene.prometheus.wait_for(SYNCED, Some(1.0));
    scene.wait_for_blind(PRIVILEGED, 0.0);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "rogue"), &["opened", "resolved"]);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 0.0);
    scene.wait_for_alerts(PRIVILEGED, NAMESPACE, &[]);
}

/// Waits until the daemon has tried again to see pods and was refused: it has had its chance to get it wrong.
fn wait_for_another_refusal(scene: &Scene) {
    let before =
        scene.prometheus.value(REFUSALS).expect("Prometheus answers").expect("it was refused before");
    eventually("the daemon is refused once more", || {
        let refusals = scene.prometheus.value(REFUSALS)?.unwrap_or_default();
        holds(refusals > before, refusals)
    });
}
