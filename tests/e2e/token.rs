//! A token that is good no longer. What goes away until there is another one is told then.

use crate::PRIVILEGED;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::poll::{eventually, holds};
use crate::support::scene::Scene;

const NAMESPACE: &str = "e2e-token";
const SYNCED: &str = "min(plimsoll_watch_synced)";
const REFUSALS: &str = "sum(plimsoll_watch_errors_total{kind=\"Pod\",reason=\"unauthorized\"})";

#[test]
fn a_token_that_expires_blinds_until_another_one_is_in_its_file() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "token");
    let namespace = Namespace::create(&plane, NAMESPACE);
    namespace.pod("rogue", true);
    namespace.pod("steady", true);
    // The API server looks at a token when a watch begins, so that a watch must end for the loss to be felt.
    let scene = Scene::start("token", &identity, &["--watch-lifetime-secs", "30"]);
    for name in ["rogue", "steady"] {
        scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, name), &["opened"]);
    }
    scene.prometheus.wait_for(SYNCED, Some(1.0));

    identity.revoke();
    scene.prometheus.wait_for("max(plimsoll_watch_synced)", Some(0.0));
    scene.wait_for_blind(PRIVILEGED, 1.0);
    scene.wait_for_zero(PRIVILEGED, None);
    let refused = scene.prometheus.value(REFUSALS).expect("Prometheus answers").expect("it was refused");
    namespace.delete("pod", "rogue");
    eventually("the daemon is refused once more", || {
        let refusals = scene.prometheus.value(REFUSALS)?.unwrap_or_default();
        holds(refusals > refused, refusals)
    });
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "rogue"), &["opened"]);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 2.0);

    identity.renew();
    scene.prometheus.wait_for(SYNCED, Some(1.0));
    scene.wait_for_blind(PRIVILEGED, 0.0);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "rogue"), &["opened", "resolved"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "steady"), &["opened"]);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 1.0);
    scene.wait_for_alerts(PRIVILEGED, NAMESPACE, &["steady"]);
}
