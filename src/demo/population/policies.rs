//! Network policies of the embedded cluster: in every namespace, one that isolates every pod.

use jiff::Timestamp;

use crate::demo::objects::{LabelSelector, NetworkPolicy, NetworkPolicySpec, ObjectMeta};
use crate::demo::store::Store;
use crate::model::Kind;

/// The policy that isolates every pod of its namespace.
const DENY_ALL: &str = "deny-all";

/// Gives the namespace a policy that isolates every pod in it.
pub(in crate::demo) fn isolate(store: &Store, namespace: &str, now: Timestamp) {
    let metadata =
        ObjectMeta { name: DENY_ALL.to_owned(), namespace: namespace.to_owned(), ..ObjectMeta::default() };
    let spec = NetworkPolicySpec {
        pod_selector: Some(LabelSelector::default()),
        policy_types: vec!["Ingress".to_owned(), "Egress".to_owned()],
        ..NetworkPolicySpec::default()
    };
    store.put(NetworkPolicy { metadata, spec }, now);
}

/// Deletes that policy.
pub(in crate::demo) fn expose(store: &Store, namespace: &str) {
    store.delete(Kind::NetworkPolicy, namespace, DENY_ALL);
}
