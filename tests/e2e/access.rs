//! Who may read what the daemon says beyond loopback is what Kubernetes says.

use std::fs;
use std::process::{Command, Output};

use http::StatusCode;
use serde_json::json;

use crate::support::control_plane::ControlPlane;
use crate::support::guarded::Guarded;
use crate::support::identity::Identity;
use crate::support::poll::{eventually, holds};
use crate::support::process::logs_of;
use crate::support::prometheus::Prometheus;

const NAMESPACE: &str = "plimsoll-guarded";
const DEVIATIONS: &str = "/api/v1/deviations";

fn account(plane: &ControlPlane, name: &str) -> String {
    plane.kubectl(&["create", "serviceaccount", name, "--namespace", NAMESPACE], "");
    plane.kubectl(&["create", "token", name, "--namespace", NAMESPACE], "").trim().to_owned()
}

fn bind(plane: &ControlPlane, role: &str, account: &str) {
    let (role_flag, account) =
        (format!("--clusterrole={role}"), format!("--serviceaccount={NAMESPACE}:{account}"));
    plane.kubectl(&["create", "clusterrolebinding", &format!("e2e-{role}"), &role_flag, &account], "");
}

#[test]
fn kubernetes_says_who_reads() {
    // One of its own, because what other scenarios grant to everybody is what is asked for here.
    let plane = ControlPlane::start("access-plane");
    let identity = Identity::create(&plane, "guarded");
    let role = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/kustomize/rbac/clusterrole-access.yaml");
    plane.kubectl(&["apply", "--filename", role], "");
    let (reader, other) = (account(&plane, "reader"), account(&plane, "other"));
    let urls = "--non-resource-url=/metrics,/plimsoll/api/v1/*";
    plane.kubectl(&["create", "clusterrole", "e2e-reader", "--verb=get", urls], "");
    let logs = logs_of("access");
    let daemon = Guarded::start(&logs, identity.kubeconfig());

    // The daemon may not ask yet.
    daemon.wait_for("/metrics", Some(&reader), StatusCode::SERVICE_UNAVAILABLE);
    bind(&plane, "plimsoll-access", "plimsoll");
    daemon.wait_for("/metrics", Some(&reader), StatusCode::FORBIDDEN);
    bind(&plane, "e2e-reader", "reader");
    daemon.wait_for("/metrics", Some(&reader), StatusCode::OK);
    let page = daemon.wait_for(DEVIATIONS, Some(&reader), StatusCode::OK).json().expect("JSON");
    assert_eq!(page["schema"], "plimsoll.dev/deviations/v1");
    for path in ["/metrics", DEVIATIONS, "/nowhere"] {
        for stranger in [None, Some("e2e-stranger"), Some(&*forged(&reader))] {
            daemon.wait_for(path, stranger, StatusCode::UNAUTHORIZED);
        }
        daemon.wait_for(path, Some(&other), StatusCode::FORBIDDEN);
    }
    for probe in ["/livez", "/readyz"] {
        daemon.wait_for(probe, None, StatusCode::OK);
    }

    let token = logs.join("token");
    fs::write(&token, &reader).expect("it can be written");
    let scrape = json!({
        "scheme": "https",
        "authorization": {"credentials_file": token},
        "tls_config": {"ca_file": daemon.authority()},
    });
    let prometheus = Prometheus::start_with(&logs, &daemon.address(), scrape);
    prometheus.wait_for("up", Some(1.0));
    prometheus.wait_for("sum(plimsoll_build_info)", Some(1.0));
    prometheus.wait_for("plimsoll_tls_last_reload_successful", Some(1.0));
    let explained = explain(&daemon, &token);
    assert!(explained.contains("no deviation has an id that begins with ffffffffffffffff"), "{explained}");

    // To the API server the tokens of an account that is gone are as good as expired.
    plane.kubectl(&["delete", "serviceaccount", "reader", "--namespace", NAMESPACE], "");
    daemon.wait_for("/metrics", Some(&reader), StatusCode::UNAUTHORIZED);
    daemon.wait_for(DEVIATIONS, Some(&reader), StatusCode::UNAUTHORIZED);
    prometheus.wait_for("up", Some(0.0));
    let refused = eventually("explain is refused", || {
        let refused = explain(&daemon, &token);
        holds(refused.contains("401"), &refused).map(|()| refused)
    });
    let log = fs::read_to_string(logs.join("plimsoll.log")).expect("there is a log");
    assert!(log.contains(&format!("system:serviceaccount:{NAMESPACE}:reader")), "who reads is logged");
    for secret in [&reader, &other] {
        assert!(!log.contains(secret.as_str()) && !refused.contains(secret.as_str()), "a token is told");
    }
}

/// The token with another signature.
fn forged(token: &str) -> String {
    let (claims, signature) = token.rsplit_once('.').expect("a token has three parts");
    let reversed: String = signature.chars().rev().collect();
    format!("{claims}.{reversed}")
}

/// What `plimsoll explain` says on the standard error about an id that nothing has.
fn explain(daemon: &Guarded, token: &std::path::Path) -> String {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["explain", "ffffffffffffffff", "--server", &daemon.api_url(), "--token-file"])
        .arg(token)
        .arg("--ca-file")
        .arg(daemon.authority())
        .output()
        .expect("it is built with the tests");
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).expect("it says text")
}
