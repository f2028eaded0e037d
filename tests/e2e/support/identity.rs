//! Who the daemon is to the API server: a service account that may read what Plimsoll watches, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::control_plane::ControlPlane;
use super::kubeconfig;

/// What Plimsoll watches: API group and resources.
const WATCHED: [(&str, &[&str]); 8] = [
    ("", &["namespaces", "nodes", "pods", "replicationcontrollers", "serviceaccounts"]),
    ("apps", &["deployments", "replicasets", "statefulsets", "daemonsets"]),
    ("batch", &["jobs", "cronjobs"]),
    ("rbac.authorization.k8s.io", &["roles", "clusterroles", "rolebindings", "clusterrolebindings"]),
    ("networking.k8s.io", &["networkpolicies", "servicecidrs"]),
    (
        "policy.networking.k8s.io",
        &["adminnetworkpolicies", "baselineadminnetworkpolicies", "clusternetworkpolicies"],
    ),
    ("cilium.io", &["ciliumnetworkpolicies", "ciliumclusterwidenetworkpolicies"]),
    ("crd.projectcalico.org", &["networkpolicies", "globalnetworkpolicies"]),
];

/// A service account with a `ClusterRole` of its own, so that a test can take rights from it without disturbing others.
pub(crate) struct Identity<'a> {
    plane: &'a ControlPlane,
    name: String,
    kubeconfig: PathBuf,
    /// The file with its token, which the kubeconfig names.
    token: PathBuf,
}

impl<'a> Identity<'a> {
    /// Makes the namespace `plimsoll-NAME` with the account in it, its role, and a token that lasts an hour.
    pub(crate) fn create(plane: &'a ControlPlane, name: &str) -> Self {
        let name = format!("plimsoll-{name}");
        plane.kubectl(&["create", "namespace", &name], "");
        let account = format!("--serviceaccount={name}:plimsoll");
        let role = format!("--clusterrole={name}");
        plane.kubectl(&["create", "clusterrolebinding", &name, &role, &account], "");
        let token = plane.home().join(&name).with_extension("token");
        let file = plane.home().join(&name).with_extension("kubeconfig");
        let kubeconfig =
            kubeconfig::write(file, &plane.server(), &plane.authority(), &json!({"tokenFile": token}));
        let identity = Self { plane, name, kubeconfig, token };
        identity.renew();
        identity.allow_all_but("");
        identity
    }

    /// The account that is shipped, with what is shipped for it.
    pub(crate) fn shipped(plane: &'a ControlPlane) -> Self {
        let name = "plimsoll".to_owned();
        let rights = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/kustomize/rbac");
        plane.kubectl(&["apply", "--kustomize", rights], "");
        let token = plane.home().join("shipped.token");
        let file = plane.home().join("shipped.kubeconfig");
        let kubeconfig =
            kubeconfig::write(file, &plane.server(), &plane.authority(), &json!({"tokenFile": token}));
        let identity = Self { plane, name, kubeconfig, token };
        identity.write_token();
        identity
    }

    /// Makes the account, and writes a token for it.
    pub(crate) fn renew(&self) {
        self.plane.kubectl(&["create", "serviceaccount", "plimsoll", "--namespace", &self.name], "");
        self.write_token();
    }

    fn write_token(&self) {
        let token = self.plane.kubectl(&["create", "token", "plimsoll", "--namespace", &self.name], "");
        fs::write(&self.token, token).expect("the token can be written");
    }

    /// Takes the account away, and with it every token that was given out: to the API server they are as good as
    /// expired. None lives for less than ten minutes, so that no test can wait for that itself.
    pub(crate) fn revoke(&self) {
        self.plane.kubectl(&["delete", "serviceaccount", "plimsoll", "--namespace", &self.name], "");
    }

    pub(crate) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Rewrites the role so that the account may read all that Plimsoll watches, but not `resource`.
    pub(crate) fn allow_all_but(&self, resource: &str) {
        let rules: Vec<Value> = WATCHED
            .iter()
            .map(|(group, resources)| {
                let left: Vec<_> = resources.iter().filter(|left| **left != resource).collect();
                json!({"apiGroups": [group], "resources": left, "verbs": ["list", "watch"]})
            })
            .collect();
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": self.name},
            "rules": rules,
        });
        self.plane.kubectl(&["apply", "--filename", "-"], &role.to_string());
    }
}
