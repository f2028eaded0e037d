//! The objects that scenarios are about.

use serde_json::{Value, json};

use super::control_plane::ControlPlane;
use super::poll;

/// A namespace of a test's own.
pub(crate) struct Namespace<'a> {
    plane: &'a ControlPlane,
    pub(crate) name: String,
}

impl<'a> Namespace<'a> {
    pub(crate) fn create(plane: &'a ControlPlane, name: &str) -> Self {
        plane.kubectl(&["create", "namespace", name], "");
        plane.wait_for_service_account(name);
        Self { plane, name: name.to_owned() }
    }

    /// A Deployment of two replicas that the restricted standard has nothing against, or that is privileged.
    pub(crate) fn deployment(&self, name: &str, privileged: bool) {
        let manifest = json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": self.name},
            "spec": {
                "replicas": 2,
                // Pods never become ready here, and a rolling update would wait for them for ever.
                "strategy": {"type": "Recreate"},
                "selector": {"matchLabels": {"app": name}},
                "template": {"metadata": {"labels": {"app": name}}, "spec": pod_spec(privileged)},
            },
        });
        self.apply(&manifest.to_string());
    }

    /// Labels it, by this field manager, so that the API server admits only pods that keep to this level, at its newest
    /// version.
    pub(crate) fn enforce(&self, level: &str, manager: &str) {
        let label = format!("pod-security.kubernetes.io/enforce={level}");
        let manager = format!("--field-manager={manager}");
        self.kubectl(&["label", "--overwrite", &manager, "namespace", &self.name, &label]);
    }

    /// A pod without a controller.
    pub(crate) fn pod(&self, name: &str, privileged: bool) {
        self.pods(&[name.to_owned()], privileged);
    }

    /// Some of them.
    pub(crate) fn pods(&self, names: &[String], privileged: bool) {
        let pod = |name: &String| {
            json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "namespace": self.name},
                "spec": pod_spec(privileged),
            })
        };
        let pods: Vec<Value> = names.iter().map(pod).collect();
        self.apply(&json!({"apiVersion": "v1", "kind": "List", "items": pods}).to_string());
    }

    /// Waits until a Deployment's two pods are those of its present template, and no others are left.
    pub(crate) fn wait_for_pods(&self, deployment: &str, privileged: bool) {
        poll::eventually(
            &format!("two pods of {}/{deployment}, privileged: {privileged}", self.name),
            || {
                let selector = format!("app={deployment}");
                let listed = self.kubectl(&["get", "pods", "--selector", &selector, "--output", "json"]);
                let listed: Value = serde_json::from_str(&listed).map_err(|error| error.to_string())?;
                let pods = listed["items"].as_array().ok_or("no items")?;
                let seen: Vec<bool> = pods.iter().map(is_privileged).collect();
                poll::is(&vec![privileged; 2], &seen)
            },
        );
    }

    /// Deletes an object after all that it owns, and waits until it is gone. The other way round, what it owned would
    /// for a moment be without an owner.
    pub(crate) fn delete(&self, kind: &str, name: &str) {
        self.kubectl(&["delete", kind, name, "--cascade=foreground", "--wait=true"]);
    }

    pub(crate) fn kubectl(&self, args: &[&str]) -> String {
        let mut all = vec!["--namespace", &self.name];
        all.extend_from_slice(args);
        self.plane.kubectl(&all, "")
    }

    /// Makes the object of this manifest, in JSON or YAML, or changes it to be so.
    pub(crate) fn apply(&self, manifest: &str) {
        self.plane.kubectl(&["apply", "--namespace", &self.name, "--filename", "-"], manifest);
    }
}

fn is_privileged(pod: &Value) -> bool {
    pod["spec"]["containers"][0]["securityContext"]["privileged"] == true
}

/// A pod that keeps to the restricted standard but for what is asked for. The API server itself refuses a privileged
/// container that may not escalate, so that the two go together.
fn pod_spec(privileged: bool) -> Value {
    json!({
        "automountServiceAccountToken": false,
        "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{
            "name": "main",
            "image": "registry.example.com/shop/web:1.0",
            "securityContext": {
                "privileged": privileged,
                "allowPrivilegeEscalation": privileged,
                "capabilities": {"drop": ["ALL"]},
            },
        }],
    })
}
