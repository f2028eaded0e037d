//! `network/not-isolated` at the plugin that enforces no policies.

use super::*;
use crate::checks::network::not_isolated::CHECK;
use crate::model::Direction;
use crate::network::{PLUGINS, Plugin};

/// The `DaemonSet` with a container of this name.
fn daemon_set(namespace: &str, name: &str, container: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: {name}, namespace: {namespace}}}, spec: {{template: \
         {{spec: {{hostNetwork: true, containers: [{{name: {container}}}]}}}}}}}}"
    )
}

fn flannel() -> String {
    daemon_set("kube-flannel", "kube-flannel-ds", "kube-flannel")
}

/// Where the baseline governs, but not the plugin's own namespace.
const SPEC: &str = "namespaces: {names: [shop]}, network: {defaultDeny: [Ingress]}";

#[test]
fn a_plugin_that_enforces_nothing_is_told_where_it_is_alone() {
    let cluster = Cluster::under(&[SPEC.to_owned()], &[flannel()]);
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!(finding.object.key.to_string(), "DaemonSet/kube-flannel/kube-flannel-ds");
    assert_eq!((finding.key.as_str(), finding.direction), ("enforcement", Direction::Loosened));
    assert_eq!(finding.actual, "no policy is enforced");
    let message = "DaemonSet/kube-flannel/kube-flannel-ds enforces no network policy, and no plugin that does is \
                   recognised: no pod is isolated";
    assert_eq!(finding.message, message);
    assert_eq!(&*finding.declaration.unwrap().name, "b");
}

#[test]
fn any_plugin_that_enforces_policies_beside_it_will_do() {
    for enforcing in PLUGINS.iter().filter(|it| it.enforces).map(Plugin::key) {
        let cluster = Cluster::under(&[SPEC.to_owned()], &[flannel()]);
        cluster.see(&daemon_set(&enforcing.namespace, &enforcing.name, "agent"));
        assert_eq!(cluster.findings(&CHECK), [], "{enforcing}");
        cluster.lose(Kind::DaemonSet, &enforcing.namespace, &enforcing.name);
        assert_eq!(cluster.findings(&CHECK).len(), 1, "{enforcing}");
    }
    let brought = daemon_set("kube-flannel", "kube-flannel-ds", "kube-network-policies");
    assert_eq!(Cluster::under(&[SPEC.to_owned()], &[brought]).findings(&CHECK), []);
}

#[test]
fn where_no_plugin_is_recognised_nothing_is_claimed() {
    for (namespace, name) in
        [("kube-system", "agent"), ("shop", "kube-flannel-ds"), ("kube-system", "calico-node")]
    {
        let cluster = Cluster::under(&[SPEC.to_owned()], &[daemon_set(namespace, name, "agent")]);
        assert_eq!(cluster.findings(&CHECK), [], "{namespace}/{name}");
    }
    let other_kind = flannel().replace("kind: DaemonSet", "kind: Deployment");
    assert_eq!(Cluster::under(&[SPEC.to_owned()], &[other_kind]).findings(&CHECK), []);
    let elsewhere = daemon_set("shop", "calico-node", "agent");
    let cluster = Cluster::under(&["network: {within: namespace}".to_owned(), SPEC.to_owned()], &[flannel()]);
    cluster.see(&elsewhere);
    assert_eq!(cluster.findings(&CHECK).len(), 1, "whoever calls a DaemonSet so in another namespace");
}

#[test]
fn it_is_told_for_every_baseline_that_isolates_pods() {
    let specs = [SPEC, "network: {defaultDeny: [Egress]}", "network: {within: namespace}", "rbac: {}"];
    let cluster = Cluster::under(&specs.map(str::to_owned), &[flannel()]);
    assert_eq!(cluster.findings(&CHECK).len(), 2);
}
