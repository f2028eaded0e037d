//! An object of every kind that Plimsoll watches, with as much in it as the API server takes.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::cluster_objects::Namespace;
use super::control_plane::ControlPlane;
use super::poll;

/// Everything in `manifests/`, and what manifests alone cannot make: a mirror pod and an ephemeral container.
pub(crate) fn apply(plane: &ControlPlane, namespace: &Namespace) {
    // Some of it is not in the namespace, and two at once would each find that missing and make it.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let manifests = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/manifests");
    namespace.kubectl(&["apply", "--filename", manifests]);
    let node = plane.kubectl(&["apply", "--output", "json", "--filename", "-"], &node().to_string());
    let node: Value = serde_json::from_str(&node).expect("kubectl prints JSON");
    let mirror = mirror_pod(&namespace.name, node["metadata"]["uid"].as_str().expect("a node has a uid"));
    plane.kubectl(&["apply", "--filename", "-"], &mirror.to_string());
    namespace.kubectl(&[
        "debug",
        "everything",
        "--image=busybox:1.36",
        "--container=debugger",
        "--profile=sysadmin",
    ]);
    // No kubelet runs here that would write it.
    let status =
        json!({"status": {"phase": "Succeeded", "podIP": "10.1.0.7", "podIPs": [{"ip": "10.1.0.7"}]}});
    let patch = format!("--patch={status}");
    namespace.kubectl(&["patch", "pod", "nothing", "--subresource=status", "--type=merge", &patch]);
    poll::eventually("controllers have made the pods of every kind", || {
        let owners = "jsonpath={range .items[*]}{.metadata.ownerReferences[0].kind}{\"\\n\"}{end}";
        let seen = namespace.kubectl(&["get", "pods", "--output", owners]);
        let missing: Vec<_> =
            OWNERS.into_iter().filter(|owner| !seen.lines().any(|line| line == *owner)).collect();
        poll::is(&Vec::<&str>::new(), &missing)
    });
}

/// What pods are owned by in the kitchen sink. The `DaemonSet` has one because the node is there, though no kubelet
/// runs on it.
const OWNERS: [&str; 6] = ["DaemonSet", "Job", "Node", "ReplicaSet", "ReplicationController", "StatefulSet"];

fn node() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "node-a"},
        "spec": {"podCIDR": "10.1.0.0/24", "podCIDRs": ["10.1.0.0/24"]},
        "status": {"addresses": [
            {"type": "Hostname", "address": "node-a"},
            {"type": "InternalIP", "address": "10.0.0.10"},
        ]},
    })
}

/// The mirror of a static pod, which names the node for its owner as a kubelet does.
fn mirror_pod(namespace: &str, node: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "static-node-a",
            "namespace": namespace,
            "annotations": {"kubernetes.io/config.mirror": "0123456789abcdef", "kubernetes.io/config.source": "file"},
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Node", "name": "node-a", "uid": node, "controller": true},
            ],
        },
        "spec": {
            "nodeName": "node-a",
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "containers": [{
                "name": "main",
                "image": "registry.example.com/static:1.0",
                "securityContext": {"privileged": true},
            }],
        },
    })
}
