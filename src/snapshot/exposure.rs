//! Which workloads open the way to secrets: those that take some in, those that reach into their node, and all, to
//! what their service accounts read.
//!
//! Kept in step workload by workload, so that a pod more of the same template costs a look and changes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{DEFAULT_ACCOUNT, NodeReach, PodTemplate, Snapshot, Table};
use crate::model::{ObjectKey, ObjectKind, Scope};
use crate::rbac::{Power, Powers, service_account};

/// What is known of the workloads that expose anything, and the ways to find them.
#[derive(Debug, Default)]
pub(super) struct Exposures {
    workloads: Table<ObjectKey, Exposure>,
    /// The workloads that take secrets in, by their namespace.
    with_secrets: Table<Arc<str>, BTreeSet<ObjectKey>>,
    /// The workloads that reach into their node, by their service account.
    on_nodes: Table<ObjectKey, BTreeSet<ObjectKey>>,
    /// The workloads by the service accounts as which they run.
    running: Table<ObjectKey, BTreeSet<ObjectKey>>,
}

/// What a workload exposes by any of its templates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Exposure {
    takes_secrets: bool,
    /// The service accounts as which its pods run, in order.
    accounts: Vec<ObjectKey>,
    /// The service accounts as which its pods reach into their node, and by what.
    on_node: BTreeSet<(ObjectKey, NodeReach)>,
}

impl Snapshot {
    /// The first of the namespace's workloads that take secrets in.
    pub fn first_with_secrets(&self, namespace: &str) -> Option<ObjectKey> {
        self.exposures.with_secrets.get(namespace).and_then(|it| it.first().cloned())
    }

    /// The first of the workloads that run as this service account or, where it is none but a group, as any of the
    /// namespace.
    pub fn first_running_as(&self, account: &ObjectKey, namespace: &str) -> Option<ObjectKey> {
        if account.kind == ObjectKind::Group {
            return self.workloads.get(namespace).and_then(|it| it.iter().min().cloned());
        }
        self.exposures.running.get(account).and_then(|it| it.first().cloned())
    }

    /// The workloads that reach into their node as this service account, and by what.
    pub fn on_nodes(&self, account: &ObjectKey) -> Vec<(ObjectKey, NodeReach)> {
        let workloads = self.exposures.on_nodes.get(account).map(|it| it.clone()).unwrap_or_default();
        let reaches = workloads.into_iter().flat_map(|workload| {
            let exposure = self.exposures.workloads.get(&workload);
            let on_node = exposure.map(|it| it.on_node.clone()).unwrap_or_default();
            let own = on_node.into_iter().filter(|(of, _)| of == account);
            own.map(|(_, reach)| (workload.clone(), reach)).collect::<Vec<_>>()
        });
        reaches.collect()
    }

    /// Whether the service account is there for pods to run as.
    pub fn is_account(&self, account: &ObjectKey) -> bool {
        *account.name == *DEFAULT_ACCOUNT || self.record(account).is_some()
    }

    /// Whether some workload reaches into its node as this service account.
    pub(super) fn is_on_node(&self, account: &ObjectKey) -> bool {
        self.exposures.on_nodes.contains_key(account)
    }

    /// The service accounts as which some workload reaches into its node.
    pub(super) fn accounts_on_nodes(&self) -> Vec<ObjectKey> {
        self.exposures.on_nodes.iter().map(|it| it.key().clone()).collect()
    }

    /// Keeps what a workload exposes in step, and appends to `touched` those whose verdict hangs on it.
    pub(super) fn expose(&self, workload: &ObjectKey, new: Exposure, touched: &mut Vec<Scope>) {
        let workloads = &self.exposures.workloads;
        let known = workloads.get(workload).map(|it| it.clone()).unwrap_or_default();
        if new == known {
            return;
        }
        let first = self.first_with_secrets(&workload.namespace);
        let runs_anew = known.accounts != new.accounts;
        self.exposures.remove(workload, &known);
        let accounts = known.on_node.symmetric_difference(&new.on_node).map(|(account, _)| account);
        touched.extend(accounts.cloned().map(Scope::Object));
        self.exposures.add(workload, new);
        let takes_anew = first != self.first_with_secrets(&workload.namespace);
        let grants = self.grants();
        let read = |of: &str| !grants.readers_in(of).is_empty();
        if takes_anew || (runs_anew && (read(&workload.namespace) || read(""))) {
            let reach = grants.holders_in(&workload.namespace, Powers::of(&[Power::ExecInPods]));
            touched.extend(reach.cloned().map(Scope::Object));
        }
    }

    /// What the workload of this key exposes; none if there is no such workload.
    pub(super) fn exposure(&self, workload: &ObjectKey) -> Option<Exposure> {
        let mut exposure: Option<Exposure> = None;
        self.each_template(workload, |template| {
            exposure.get_or_insert_default().add(&workload.namespace, template);
        });
        exposure
    }
}

impl Exposure {
    fn add(&mut self, namespace: &Arc<str>, template: &PodTemplate) {
        self.takes_secrets |= template.takes_secrets();
        let account = account_of(namespace, template);
        if let Err(at) = self.accounts.binary_search(&account) {
            self.accounts.insert(at, account.clone());
        }
        if let Some(reach) = template.node_reach() {
            self.on_node.insert((account, reach));
        }
    }
}

/// The service account as which pods of the template run.
pub fn account_of(namespace: &Arc<str>, template: &PodTemplate) -> ObjectKey {
    let name = &*template.service_account;
    service_account(Arc::clone(namespace), if name.is_empty() { DEFAULT_ACCOUNT } else { name })
}

impl Exposures {
    fn add(&self, workload: &ObjectKey, exposure: Exposure) {
        if exposure == Exposure::default() {
            return;
        }
        if exposure.takes_secrets {
            self.with_secrets.entry(Arc::clone(&workload.namespace)).or_default().insert(workload.clone());
        }
        for (account, _) in &exposure.on_node {
            self.on_nodes.entry(account.clone()).or_default().insert(workload.clone());
        }
        for account in &exposure.accounts {
            self.running.entry(account.clone()).or_default().insert(workload.clone());
        }
        self.workloads.insert(workload.clone(), exposure);
    }

    fn remove(&self, workload: &ObjectKey, exposure: &Exposure) {
        self.workloads.remove(workload);
        if exposure.takes_secrets {
            remove(&self.with_secrets, &workload.namespace, workload);
        }
        for (account, _) in &exposure.on_node {
            remove(&self.on_nodes, account, workload);
        }
        for account in &exposure.accounts {
            remove(&self.running, account, workload);
        }
    }
}

fn remove<K: Eq + std::hash::Hash>(index: &Table<K, BTreeSet<ObjectKey>>, key: &K, workload: &ObjectKey) {
    if let Some(mut workloads) = index.get_mut(key) {
        workloads.remove(workload);
    }
    index.remove_if(key, |_, workloads| workloads.is_empty());
}

#[cfg(test)]
mod tests;
