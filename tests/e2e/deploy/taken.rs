//! A real API server takes everything that is shipped, and has nothing to warn of.

use super::objects::{MONITORING, kustomize, read, template};
use super::{install_kinds, repository};
use crate::support::control_plane::ControlPlane;

#[test]
fn the_api_server_takes_all_that_is_shipped() {
    let plane = ControlPlane::start("deploy-taken");
    install_kinds(&plane);
    let namespace = repository("deploy/kustomize/rbac/namespace.yaml").display().to_string();
    plane.kubectl(&["apply", "--filename", &namespace], "");
    let all_values = format!("--values={}", repository("tests/e2e/deploy/all-values.yaml").display());
    let charts =
        [&[][..], &MONITORING, &[&*all_values]].map(|flags| template(flags).expect("it is rendered"));
    let manifests =
        ["kustomize", "prometheusrule/optional", "kustomize/rbac", "kustomize/base"].map(kustomize);
    for text in manifests.iter().chain(&charts) {
        let args =
            ["apply", "--dry-run=server", "--validate=strict", "--warnings-as-errors", "--filename", "-"];
        let told = plane.kubectl(&args, text);
        assert_eq!(told.lines().count(), read(text).len(), "{told}");
    }
}
