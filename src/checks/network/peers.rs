//! The workloads at the other end of flows, as evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::checks::words::at_most;
use crate::model::ObjectKey;
use crate::network::PortSet;

/// How many workloads of one namespace are told.
const WORKLOADS_MAX: usize = 20;

/// Workloads, by their namespace and the ports of the flow.
#[derive(Debug, Default)]
pub(super) struct Workloads(BTreeMap<(Arc<str>, PortSet), BTreeSet<ObjectKey>>);

impl Workloads {
    /// Notes that the workload has a flow on these ports.
    pub(super) fn add(&mut self, workload: ObjectKey, ports: &PortSet) {
        let place = (Arc::clone(&workload.namespace), ports.clone());
        self.0.entry(place).or_default().insert(workload);
    }

    /// The ports of all of these flows.
    pub(super) fn ports(&self) -> PortSet {
        self.0.keys().fold(PortSet::default(), |all, (_, ports)| all.union(ports))
    }

    /// As in `shop: Deployment/web, CronJob/report (TCP/80)`.
    pub(super) fn words(&self) -> Vec<String> {
        let name = |key: &ObjectKey| format!("{}/{}", key.kind.label(), key.name);
        let told = self.0.iter().map(|((namespace, ports), workloads)| {
            let names = at_most(workloads.iter().map(name).collect(), WORKLOADS_MAX).join(", ");
            format!("{namespace}: {names} ({ports})")
        });
        told.collect()
    }
}
