//! A namespace's label that says what admission enforces in it: it evicts no pod, and may be weaker than declared.

use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::scene::Scene;

const NAMESPACE: &str = "e2e-enforcement";
const GAP: &str = "pod-security/enforcement-gap";
const LABEL: &str = "pod-security/admission-label";

/// Who sets the label, and who weakens it.
const PLATFORM: &str = "platform-team";
const STRANGER: &str = "stranger";

#[test]
fn a_label_comes_after_a_pod_and_is_weakened_and_mended() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "enforcement");
    let namespace = Namespace::create(&plane, NAMESPACE);
    namespace.deployment("web", true);
    namespace.wait_for_pods("web", true);

    let scene = Scene::start("enforcement", &identity, &[]);
    scene.wait_for_transitions(LABEL, ("", NAMESPACE), &["opened"]);
    // What is not enforced has no gap.
    scene.wait_for_deviations(GAP, NAMESPACE, 0.0);

    namespace.enforce("restricted", PLATFORM);
    scene.wait_for_transitions(LABEL, ("", NAMESPACE), &["opened", "resolved"]);
    scene.wait_for_deviations(GAP, NAMESPACE, 1.0);
    scene.wait_for_transitions(GAP, (NAMESPACE, "web"), &["opened"]);

    // Weaker than declared, and still more than a privileged pod keeps to.
    namespace.enforce("baseline", STRANGER);
    scene.wait_for_transitions(LABEL, ("", NAMESPACE), &["opened", "resolved", "opened"]);
    scene.wait_for_transitions(GAP, (NAMESPACE, "web"), &["opened", "changed"]);
    scene.wait_for_deviations(GAP, NAMESPACE, 1.0);

    namespace.enforce("restricted", PLATFORM);
    scene.wait_for_transitions(LABEL, ("", NAMESPACE), &["opened", "resolved", "opened", "resolved"]);

    // The API server admits the pods of the mended template, which have to replace those that were there.
    namespace.deployment("web", false);
    namespace.wait_for_pods("web", false);
    scene.wait_for_deviations(GAP, NAMESPACE, 0.0);
    scene.wait_for_transitions(GAP, (NAMESPACE, "web"), &["opened", "changed", "changed", "resolved"]);

    // What was there at first has no one writer.
    let [opened, rest @ ..] = &written_by(&scene)[..] else { panic!("the journal has it") };
    assert_eq!(opened, &None);
    assert_eq!(rest, [PLATFORM, STRANGER, PLATFORM].map(|manager| Some(manager.to_owned())));
}

/// By whom the journal says that the label was written, each time.
fn written_by(scene: &Scene) -> Vec<Option<String>> {
    let mut events = scene.daemon.journal().events();
    events.retain(|event| event.check == LABEL && event.is_about(NAMESPACE));
    let actors = events.into_iter().map(|event| event.actor);
    actors
        .map(|actor| {
            let actor = actor?;
            let known = [&*actor.source, &*actor.confidence, &*actor.operation];
            assert_eq!(known, ["managedFields", "low", "Update"], "{actor:?}");
            Some(actor.via)
        })
        .collect()
}
