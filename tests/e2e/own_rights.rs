//! What the daemon itself may do: with what is shipped for its account all is well, and whoever binds more to it is told
//! of it.

use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::poll::{eventually, holds};
use crate::support::scene::Scene;

const PRIVILEGES: &str = "monitor/privileges";
const UNNEEDED: &str = "monitor/unneeded-right";

#[test]
fn more_rights_than_are_shipped_are_told_until_they_are_taken_away() {
    // Its own, because the daemon is bound to what is shipped, under the names that are shipped.
    let plane = ControlPlane::start("own-rights-plane");
    let identity = Identity::shipped(&plane);
    let scene = Scene::start("own-rights", &identity, &[]);
    scene.prometheus.wait_for("min(plimsoll_watch_synced)", Some(1.0));

    let account = "--serviceaccount=plimsoll:plimsoll";
    plane.kubectl(
        &["create", "rolebinding", "more", "--clusterrole=edit", account, "--namespace=default"],
        "",
    );
    wait_for(&scene, PRIVILEGES, &["opened"]);
    wait_for(&scene, UNNEEDED, &["opened"]);
    let page = scene.daemon.get_api("/api/v1/deviations?check=monitor/privileges").and_then(|it| it.json());
    let deviation = &page.expect("the daemon answers")["deviations"][0];
    assert_eq!(deviation["severity"], "critical");
    let message = deviation["message"].as_str().unwrap_or_default();
    assert!(message.contains("RoleBinding/default/more > ClusterRole/edit"), "{message}");
    let actual = deviation["actual"].as_str().unwrap_or_default();
    assert!(actual.contains("secrets"), "{actual}");

    plane.kubectl(&["delete", "rolebinding", "more", "--namespace=default"], "");
    wait_for(&scene, PRIVILEGES, &["opened", "resolved"]);
    wait_for(&scene, UNNEEDED, &["opened", "resolved"]);
    // It has been asked with what is shipped alone, and said nothing else of itself.
    let mut others = scene.daemon.journal().events();
    others.retain(|it| it.check.starts_with("monitor/") && it.check != PRIVILEGES && it.check != UNNEEDED);
    assert!(others.is_empty(), "{others:#?}");
}

/// Waits until the journal holds exactly these transitions of the check.
fn wait_for(scene: &Scene, check: &str, expected: &[&str]) {
    eventually(&format!("the journal says {expected:?} of {check}"), || {
        let mut events = scene.daemon.journal().events();
        events.retain(|event| event.check == check);
        let seen: Vec<_> = events.into_iter().map(|event| event.transition).collect();
        holds(seen == expected, seen)
    });
}
