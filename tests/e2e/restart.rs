//! A daemon that was killed goes on where it was: it repeats nothing, and tells what happened while it was down.

use crate::PRIVILEGED;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::scene::Scene;

const NAMESPACE: &str = "e2e-restart";

#[test]
fn what_changed_while_it_was_down_is_told_once() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "restart");
    let namespace = Namespace::create(&plane, NAMESPACE);
    for (name, privileged) in [("broken", false), ("mended", true), ("steady", true)] {
        namespace.deployment(name, privileged);
        namespace.wait_for_pods(name, privileged);
    }
    let mut scene = Scene::start("restart", &identity, &[]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "mended"), &["opened"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "steady"), &["opened"]);
    scene.wait_for_alerts(PRIVILEGED, NAMESPACE, &["mended", "steady"]);

    scene.daemon.kill();
    change_both(&namespace);
    scene.daemon.start_again();

    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "broken"), &["opened, while down"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "mended"), &["opened", "resolved, while down"]);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 2.0);
    // Whoever was paged for the one that is mended hears of it, though the daemon that paged them is no more.
    scene.wait_for_alerts(PRIVILEGED, NAMESPACE, &["broken", "steady"]);

    // What happens from now on is no longer told as of before. And when it is in the journal, all that the start
    // could have written is there too.
    namespace.delete("deployment", "steady");
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "steady"), &["opened", "resolved"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "broken"), &["opened, while down"]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "mended"), &["opened", "resolved, while down"]);
    scene.daemon.journal().check_numbers().expect("each event has a number of its own");
}

#[test]
fn a_restart_with_nothing_changed_writes_nothing() {
    let plane = ControlPlane::start("restart-unchanged-plane");
    let identity = Identity::create(&plane, "unchanged");
    let namespace = Namespace::create(&plane, "e2e-unchanged");
    namespace.deployment("web", true);
    namespace.wait_for_pods("web", true);
    let mut scene = Scene::start("restart-unchanged", &identity, &[]);
    scene.wait_for_transitions(PRIVILEGED, ("e2e-unchanged", "web"), &["opened"]);
    scene.wait_for_alerts(PRIVILEGED, "e2e-unchanged", &["web"]);
    let before = scene.daemon.journal().events().len();

    scene.daemon.kill();
    scene.daemon.start_again();
    scene.wait_for_deviations(PRIVILEGED, "e2e-unchanged", 1.0);
    scene.wait_for_blind(PRIVILEGED, 0.0);
    let after = scene.daemon.journal().events();
    assert_eq!(after.len(), before, "written after the restart: {:#?}", &after[before..]);
}

fn change_both(namespace: &Namespace) {
    for (name, privileged) in [("broken", true), ("mended", false)] {
        namespace.deployment(name, privileged);
        namespace.wait_for_pods(name, privileged);
    }
}
