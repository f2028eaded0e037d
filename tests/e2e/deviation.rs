//! A deviation is seen by everyone who should see it, once, and so is its end.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::PRIVILEGED;
use crate::support::alertmanager::Alert;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::journal::Event;
use crate::support::scene::Scene;

const NAMESPACE: &str = "e2e-deviation";

#[test]
fn a_deployment_becomes_privileged_and_is_mended() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "deviation");
    let namespace = Namespace::create(&plane, NAMESPACE);
    namespace.deployment("web", false);
    namespace.wait_for_pods("web", false);

    let scene = Scene::start("deviation", &identity, &[]);
    scene.wait_for_zero(PRIVILEGED, Some(0.0));
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 0.0);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "web"), &[]);

    namespace.deployment("web", true);
    namespace.wait_for_pods("web", true);
    // One cause, one deviation: the template and its two pods are not counted each.
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 1.0);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "web"), &["opened"]);
    let alerts = scene.wait_for_alerts(PRIVILEGED, NAMESPACE, &["web"]);
    check_alert(&alerts[0], &opened(&scene));
    scene.wait_for_count(PRIVILEGED, (NAMESPACE, "web"), 2);

    namespace.deployment("web", false);
    namespace.wait_for_pods("web", false);
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, 0.0);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "web"), &["opened", "resolved"]);
    // An alert that nobody sends again would end after four minutes; patience ends sooner, so it was resolved.
    scene.wait_for_alerts(PRIVILEGED, NAMESPACE, &[]);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "web"), &["opened", "resolved"]);
    scene.daemon.journal().check_numbers().expect("each event has a number of its own");
}

fn opened(scene: &Scene) -> Event {
    let mut events = scene.daemon.journal().events();
    events.retain(|event| event.check == PRIVILEGED && event.object.namespace.as_deref() == Some(NAMESPACE));
    let event = events.pop().expect("the journal has it");
    assert_eq!(
        (event.cluster.as_deref(), event.object.kind.as_str()),
        (Some("deviation"), "Deployment"),
        "{event:?}"
    );
    event
}

/// The alert is about what the journal says, by labels that never vary, and fires for a while without being resent.
fn check_alert(alert: &Alert, event: &Event) {
    let alertname = alert.label("alertname");
    let severity = alert.label("severity");
    assert!(!alertname.is_empty(), "{alert:?}");
    assert!(["critical", "high", "medium", "low", "info"].contains(&severity), "{alert:?}");
    let expected = BTreeMap::from([
        ("alertname", alertname),
        ("check", PRIVILEGED),
        ("severity", severity),
        ("cluster", "deviation"),
        ("namespace", NAMESPACE),
        ("resource_kind", "Deployment"),
        ("resource_name", "web"),
        ("deviation", &event.id),
    ]);
    let labels: BTreeMap<_, _> =
        alert.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(labels, expected);
    assert!(!alert.annotations.is_empty(), "{alert:?}");
    let time = |text: &str| text.parse::<Timestamp>().expect("Alertmanager gives times in RFC 3339");
    assert!(time(&alert.starts_at) < time(&alert.ends_at), "{alert:?}");
}
