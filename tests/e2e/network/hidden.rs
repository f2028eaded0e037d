//! Policies of a kind that is not modelled hide what is let through: nothing opens and nothing resolves in their
//! namespace until they are gone.

use plimsoll::model::Kind;

use super::{NOT_ISOLATED, run_pod, watch};
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::foreign;
use crate::support::identity::Identity;

const BLIND: &str = "monitor/blind";

const HIDDEN: &str = "e2e-hidden";
const SEEN: &str = "e2e-seen";

const BASELINE: &str = "
apiVersion: plimsoll.dev/v1alpha1
kind: Baseline
metadata: {name: isolated}
spec:
  namespaces: {names: [e2e-hidden, e2e-seen]}
  network: {defaultDeny: [Ingress]}
";

const DENY_ALL: &str = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-all}
spec: {podSelector: {}}
";

#[test]
fn a_kind_is_installed_that_is_not_modelled_and_its_policy_hides_a_namespace() {
    // Its own, because a kind is everyone's.
    let plane = ControlPlane::start("hidden-plane");
    let identity = Identity::create(&plane, "hidden");
    let namespaces = [HIDDEN, SEEN].map(|name| Namespace::create(&plane, name));
    for namespace in &namespaces {
        run_pod(namespace, "first");
    }
    let scene = watch(&plane, &identity, "hidden", BASELINE);
    let told = |object, expected: &[&str]| scene.wait_for_transitions(NOT_ISOLATED, object, expected);
    scene.wait_for_blind(NOT_ISOLATED, 0.0);
    told((HIDDEN, "first"), &["opened"]);
    told((SEEN, "first"), &["opened"]);

    foreign::install(&plane, Kind::CiliumNetworkPolicy);
    foreign::create(&plane, Kind::CiliumNetworkPolicy, HIDDEN, "cilium");
    scene.wait_for_blind(NOT_ISOLATED, 1.0);
    scene.wait_for_zero(NOT_ISOLATED, None);
    scene.wait_for_alerts(BLIND, "", &[""]);

    // What comes and what is mended counts where it is seen alone.
    for namespace in &namespaces {
        run_pod(namespace, "second");
    }
    told((SEEN, "second"), &["opened"]);
    for namespace in &namespaces {
        namespace.apply(DENY_ALL);
    }
    told((SEEN, "first"), &["opened", "resolved"]);
    told((SEEN, "second"), &["opened", "resolved"]);
    scene.wait_for_deviations(NOT_ISOLATED, SEEN, 0.0);
    scene.wait_for_deviations(NOT_ISOLATED, HIDDEN, 1.0);
    told((HIDDEN, "first"), &["opened"]);
    told((HIDDEN, "second"), &[]);

    namespaces[0].kubectl(&["delete", "ciliumnetworkpolicies", "cilium"]);
    scene.wait_for_blind(NOT_ISOLATED, 0.0);
    scene.wait_for_alerts(BLIND, "", &[]);
    scene.wait_for_deviations(NOT_ISOLATED, HIDDEN, 0.0);
    told((HIDDEN, "first"), &["opened", "resolved"]);
    told((HIDDEN, "second"), &[]);
}
