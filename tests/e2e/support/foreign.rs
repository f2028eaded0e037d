//! Network policies of kinds that clusters have of others, and Plimsoll does not model.

use plimsoll::model::Kind;
use serde_json::{Value, json};

use super::control_plane::ControlPlane;

/// Brings the kind into the cluster, without any word on what its objects say.
pub(crate) fn install(plane: &ControlPlane, kind: Kind) {
    plane.kubectl(&["apply", "--filename", "-"], &definition(kind).to_string());
    plane.kubectl(&["wait", "--for=condition=Established", "crd", &definition_name(kind)], "");
}

/// Makes an object of it, which denies all but what it lets in.
pub(crate) fn create(plane: &ControlPlane, kind: Kind, namespace: &str, name: &str) {
    let policy = json!({
        "apiVersion": kind.api_version(),
        "kind": kind.name(),
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"endpointSelector": {}, "ingress": [{}]},
    });
    plane.kubectl(&["apply", "--filename", "-"], &policy.to_string());
}

fn definition(kind: Kind) -> Value {
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": definition_name(kind)},
        "spec": {
            "group": kind.group(),
            "scope": "Namespaced",
            "names": {"kind": kind.name(), "plural": kind.plural()},
            "versions": [
                {"name": kind.version(), "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}},
            ],
        },
    })
}

fn definition_name(kind: Kind) -> String {
    format!("{}.{}", kind.plural(), kind.group())
}
