//! The labels that pods are given beside those of their template, by whatever controls them.
//!
//! Policies may select by them, so that templates stand for pods with such labels. Where the value is known before there
//! is a pod, it is that; where it will be one that no pod had before, no policy names it. What is left are values that
//! some policy may name and that nobody knows yet.
//! <https://kubernetes.io/docs/reference/labels-annotations-taints/>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::store::Record;
use crate::model::{Kind, Labels, ObjectKey};
use crate::network::{Class, Direction, Endpoint, Peer, Peers, Policy, Selector};

/// What stands for a value that no pod had before: a selector can name none that is written so.
const NEW: &str = "(new)";

/// What stands for a value that is not known yet and that a policy may name.
const UNKNOWN: &str = "(not known yet)";

/// Of how many pods of a `StatefulSet` its template takes the names.
pub(super) const NUMBERED_MAX: u8 = 10;

const POD_TEMPLATE_HASH: &str = "pod-template-hash";
const REVISION_HASH: &str = "controller-revision-hash";
const TEMPLATE_GENERATION: &str = "pod-template-generation";
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";
const COMPLETION_INDEX: &str = "batch.kubernetes.io/job-completion-index";
const JOB_NAMES: [&str; 2] = ["batch.kubernetes.io/job-name", "job-name"];
const JOB_UIDS: [&str; 2] = ["batch.kubernetes.io/controller-uid", "controller-uid"];

/// Those of which the value may not be known.
const UNKNOWN_KEYS: [&str; 4] = [POD_TEMPLATE_HASH, REVISION_HASH, TEMPLATE_GENERATION, COMPLETION_INDEX];

/// Whether controllers give pods labels of this key.
pub fn is_given(key: &str) -> bool {
    [POD_NAME, POD_INDEX].into_iter().chain(JOB_NAMES).chain(JOB_UIDS).chain(UNKNOWN_KEYS).any(|it| it == key)
}

/// Whether what policies make of the class hangs on labels that nobody knows yet. It has no pods.
pub fn is_undecided(class: &Class) -> bool {
    class.labels.iter().any(|(_, value)| **value == *UNKNOWN)
}

/// The labels of the pods to come of a workload with these labels in its template.
pub(super) fn complete(
    mut labels: BTreeMap<String, String>,
    kind: Kind,
    name: &str,
    uid: &str,
) -> BTreeMap<String, String> {
    let uid = if uid.is_empty() { NEW } else { uid };
    let of_jobs = |name, uid| {
        let names = JOB_NAMES.map(|key| (key, name)).into_iter();
        names.chain(JOB_UIDS.map(|key| (key, uid))).chain([(COMPLETION_INDEX, UNKNOWN)]).collect()
    };
    let given: Vec<(&str, &str)> = match kind {
        Kind::Deployment => vec![(POD_TEMPLATE_HASH, UNKNOWN)],
        Kind::StatefulSet => vec![(REVISION_HASH, UNKNOWN)],
        Kind::DaemonSet => vec![(REVISION_HASH, UNKNOWN), (TEMPLATE_GENERATION, UNKNOWN)],
        Kind::Job => of_jobs(name, uid),
        Kind::CronJob => of_jobs(NEW, NEW),
        _ => Vec::new(),
    };
    for (key, value) in given {
        // The API server has written those of a Job into its template.
        labels.entry(key.to_owned()).or_insert_with(|| value.to_owned());
    }
    labels
}

/// The endpoints that the template of a workload stands for: one for each pod that has a name already, else one.
pub(super) fn numbered(key: &ObjectKey, record: &Record, template: Endpoint) -> Vec<Endpoint> {
    if !key.is_one_of(&[Kind::StatefulSet]) {
        return vec![template];
    }
    // One that is scaled down has a first pod to come.
    let numbers = (u32::from(record.first_ordinal)..).take(usize::from(record.replicas.max(1)));
    let with_number = |number: u32| {
        let given = [(POD_NAME, format!("{}-{number}", key.name)), (POD_INDEX, number.to_string())];
        let given = given.map(|(key, value)| (Arc::from(key), Arc::from(value)));
        let others = template.labels.iter().filter(|(key, _)| given.iter().all(|it| it.0 != *key));
        let mut labels: Labels = others.cloned().chain(given.clone()).collect();
        labels.sort_unstable();
        Endpoint { labels: Arc::new(labels), ..template.clone() }
    };
    numbers.map(with_number).collect()
}

/// The keys of labels not known yet that the policy looks at, each with the namespace of the pods: none for any.
pub(super) fn looked_at(namespace: &Arc<str>, policy: &Policy) -> BTreeSet<(Option<Arc<str>>, Arc<str>)> {
    let own = policy.selector.keys().map(|key| (Some(namespace), key));
    let rules = Direction::ALL.into_iter().flat_map(|it| policy.rules(it));
    let listed = rules.filter_map(|rule| match &rule.peers {
        Peers::Listed(peers) => Some(peers),
        Peers::Everyone => None,
    });
    let of_peers = listed.flatten().flat_map(|peer| {
        let (of, selector) = match peer {
            Peer::Own(pods) => (Some(namespace), Some(&**pods)),
            Peer::Pods(selection) => (None, Some(&selection.pods)),
            Peer::Block(_) => (None, None),
        };
        selector.into_iter().flat_map(Selector::keys).map(move |key| (of, key))
    });
    let unknown = own.chain(of_peers).filter(|(_, key)| UNKNOWN_KEYS.contains(&&***key));
    unknown.map(|(of, key)| (of.cloned(), Arc::clone(key))).collect()
}

#[cfg(test)]
mod tests;
