//! The network plugins that are known, by the `DaemonSets` that run them.
//!
//! Policies do nothing by themselves: a plugin makes them hold. Each is told by the namespace and the name under which
//! its own manifests install it, or a provider does. What is installed elsewhere, or runs outside of pods, is not
//! recognised.

use crate::model::{Kind, ObjectKey, ObjectKind};

/// A part of a network plugin that runs on every node.
#[derive(Debug)]
pub struct Plugin {
    namespace: &'static str,
    daemon_set: &'static str,
    /// Some version of it makes policies hold, though perhaps only if it is told to.
    pub enforces: bool,
}

/// The container by which a plugin that does not enforce policies may bring one along that does.
/// <https://github.com/flannel-io/flannel/blob/master/Documentation/netpol.md>
pub const ENFORCER: &str = "kube-network-policies";

/// Every plugin that is recognised.
pub static PLUGINS: [Plugin; 23] = [
    // https://docs.tigera.io/calico/latest/getting-started/kubernetes/
    enforcing("kube-system", "calico-node"),
    enforcing("calico-system", "calico-node"),
    // Calico's policies over flannel's network.
    enforcing("kube-system", "canal"),
    enforcing("kube-system", "rke2-canal"),
    // https://docs.cilium.io/en/stable/
    enforcing("kube-system", "cilium"),
    enforcing("cilium", "cilium"),
    // https://cloud.google.com/kubernetes-engine/docs/concepts/dataplane-v2
    enforcing("kube-system", "anetd"),
    // https://antrea.io/docs/
    enforcing("kube-system", "antrea-agent"),
    // https://www.kube-router.io/docs/
    enforcing("kube-system", "kube-router"),
    // https://github.com/rajch/weave
    enforcing("kube-system", "weave-net"),
    // https://ovn-kubernetes.io/
    enforcing("ovn-kubernetes", "ovnkube-node"),
    enforcing("openshift-ovn-kubernetes", "ovnkube-node"),
    enforcing("openshift-sdn", "sdn"),
    // https://kubeovn.github.io/docs/stable/en/
    enforcing("kube-system", "kube-ovn-cni"),
    // https://learn.microsoft.com/azure/aks/use-network-policies
    enforcing("kube-system", "azure-npm"),
    // From 1.14 on, if it is told to. https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html
    enforcing("kube-system", "aws-node"),
    // If it is told to. https://github.com/AliyunContainerService/terway
    enforcing("kube-system", "terway-eniip"),
    enforcing("kube-system", "terway-eni"),
    // Since kind 0.24. https://github.com/kubernetes-sigs/kind/pull/3612
    enforcing("kube-system", "kindnet"),
    // Beside any plugin. https://github.com/kubernetes-sigs/kube-network-policies
    enforcing("kube-system", "kube-network-policies"),
    // https://github.com/flannel-io/flannel#networking-in-kubernetes
    Plugin { namespace: "kube-flannel", daemon_set: "kube-flannel-ds", enforces: false },
    Plugin { namespace: "kube-system", daemon_set: "kube-flannel-ds", enforces: false },
    Plugin { namespace: "kube-system", daemon_set: "kube-flannel-ds-amd64", enforces: false },
];

const fn enforcing(namespace: &'static str, daemon_set: &'static str) -> Plugin {
    Plugin { namespace, daemon_set, enforces: true }
}

impl Plugin {
    /// The key of its `DaemonSet`.
    pub fn key(&self) -> ObjectKey {
        let kind = ObjectKind::Watched(Kind::DaemonSet);
        ObjectKey { kind, namespace: self.namespace.into(), name: self.daemon_set.into() }
    }
}

/// The plugin whose `DaemonSet` this is.
pub fn plugin(key: &ObjectKey) -> Option<&'static Plugin> {
    let is = |it: &&Plugin| it.daemon_set == &*key.name && it.namespace == &*key.namespace;
    PLUGINS.iter().find(is).filter(|_| key.is_one_of(&[Kind::DaemonSet]))
}
