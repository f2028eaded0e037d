//! The parts themselves do what the scenarios rely on.

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::alertmanager::Alertmanager;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::process::logs_of;
use crate::support::prometheus::Prometheus;
use crate::support::{kitchen_sink, kubeconfig, poll, web};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

#[test]
fn a_deployment_gets_pods_and_gets_others_when_its_template_changes() {
    let plane = ControlPlane::shared();
    let namespace = Namespace::create(&plane, "parts-deployment");
    namespace.deployment("web", false);
    namespace.wait_for_pods("web", false);
    namespace.deployment("web", true);
    namespace.wait_for_pods("web", true);
}

#[test]
fn the_api_server_comes_back_with_its_data() {
    let plane = ControlPlane::start("parts-outage");
    let namespace = Namespace::create(&plane, "kept");
    plane.stop_api_server();
    let refused = web::get(&plane.server().replace("https", "http"));
    assert!(refused.is_err(), "something still answers: {refused:?}");
    plane.start_api_server();
    assert_eq!(namespace.kubectl(&["get", "namespace", "kept", "--output", "name"]), "namespace/kept\n");
    // Its controllers have outlived the outage.
    namespace.deployment("web", false);
    namespace.wait_for_pods("web", false);
}

#[test]
fn the_account_reads_what_is_watched_until_the_right_is_taken() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "parts");
    let wait_for = |path: &str, expected: StatusCode| {
        poll::eventually(&format!("{path} answers {expected}"), || {
            poll::is(&expected, &kubeconfig::get(identity.kubeconfig(), path, JSON)?.status)
        });
    };
    wait_for("/api/v1/pods", StatusCode::OK);
    wait_for("/apis/batch/v1/cronjobs", StatusCode::OK);
    wait_for("/api/v1/secrets", StatusCode::FORBIDDEN);
    identity.allow_all_but("pods");
    wait_for("/api/v1/pods", StatusCode::FORBIDDEN);
    wait_for("/api/v1/replicationcontrollers", StatusCode::OK);
    identity.allow_all_but("");
    wait_for("/api/v1/pods", StatusCode::OK);
}

#[test]
fn every_kind_is_served_in_both_encodings() {
    let plane = ControlPlane::shared();
    let namespace = Namespace::create(&plane, "parts-encodings");
    kitchen_sink::apply(&plane, &namespace);
    for path in KINDS {
        let path = path.replace("NAMESPACE", &namespace.name);
        let (json_type, listed) = plane.get(&path, JSON);
        let (protobuf_type, bytes) = plane.get(&path, PROTOBUF);
        let listed: Value = serde_json::from_slice(&listed).expect("it is JSON");
        let items = listed["items"].as_array().expect("it is a list");
        assert_eq!((json_type.as_str(), protobuf_type.as_str()), (JSON, PROTOBUF), "{path}");
        assert!(bytes.starts_with(b"k8s\0"), "{path}: {:?}", &bytes[..bytes.len().min(16)]);
        assert!(!items.is_empty(), "{path} has nothing to compare");
    }
}

#[test]
fn prometheus_scrapes_and_alertmanager_takes_an_alert() {
    let logs = logs_of("parts-monitoring");
    let alertmanager = Alertmanager::start(&logs);
    let prometheus = Prometheus::start(&logs, alertmanager.url().trim_start_matches("http://"));
    prometheus.wait_for("count(alertmanager_build_info)", Some(1.0));
    prometheus.wait_for("no_such_metric", None);

    let url = format!("{}/api/v2/alerts", alertmanager.url());
    let sent = web::post_json(&url, &json!([{"labels": {"alertname": "Parts", "check": "a/b"}}]));
    assert_eq!(sent.expect("Alertmanager answers").status, StatusCode::OK);
    poll::eventually("the alert is listed", || {
        let alerts = alertmanager.alerts()?;
        let labels: Vec<_> =
            alerts.iter().map(|alert| (alert.label("alertname"), alert.label("check"))).collect();
        poll::is(&vec![("Parts", "a/b")], &labels)
    });
}

/// Where the kinds that Plimsoll watches are listed.
const KINDS: [&str; 17] = [
    "/api/v1/namespaces",
    "/api/v1/namespaces/NAMESPACE/pods",
    "/api/v1/namespaces/NAMESPACE/replicationcontrollers",
    "/apis/apps/v1/namespaces/NAMESPACE/deployments",
    "/apis/apps/v1/namespaces/NAMESPACE/replicasets",
    "/apis/apps/v1/namespaces/NAMESPACE/statefulsets",
    "/apis/apps/v1/namespaces/NAMESPACE/daemonsets",
    "/apis/batch/v1/namespaces/NAMESPACE/jobs",
    "/apis/batch/v1/namespaces/NAMESPACE/cronjobs",
    "/api/v1/namespaces/NAMESPACE/serviceaccounts",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies",
    "/api/v1/nodes",
    "/apis/networking.k8s.io/v1/servicecidrs",
];
