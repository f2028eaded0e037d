//! Who takes part in the network: pods, and the templates that stand for pods to come.

use super::Snapshot;
use super::given::{is_undecided, numbered};
use super::membership::is_intermediate;
use super::network::endpoint;
use super::store::{Name, Record};
use crate::model::{Kind, ObjectKey};
use crate::network::Endpoint;

/// A pod, or one that the template of a workload stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// What it rolls up to: itself, for a pod that nothing controls.
    pub workload: ObjectKey,
    /// None for a template.
    pub pod: Option<ObjectKey>,
    /// None in the network of the host, where it is not defined what policies do.
    pub endpoint: Option<Endpoint>,
}

impl Snapshot {
    /// Every pod that is not finished, and the pods that every template which counts stands for, in no order.
    pub fn participants(&self) -> Vec<Participant> {
        let kinds = Kind::ALL.into_iter().filter(|kind| kind.has_pods());
        // Looking up a record while others of its kind are visited could wait for itself.
        let all: Vec<(Kind, Name, Record)> = kinds
            .flat_map(|kind| self.records(kind).into_iter().map(move |(name, record)| (kind, name, record)))
            .collect();
        let found = all.iter().flat_map(|(kind, name, record)| self.participants_of(*kind, name, record));
        let map = self.network();
        let is_undecided =
            |it: &Endpoint| map.class_of_endpoint(it).is_some_and(|id| is_undecided(map.class(id)));
        found.filter(|it| !it.endpoint.as_ref().is_some_and(is_undecided)).collect()
    }

    fn participants_of(&self, kind: Kind, name: &Name, record: &Record) -> Vec<Participant> {
        let key = name.key(kind);
        let is_pod = kind == Kind::Pod;
        let counts = if is_pod { !record.finished } else { self.template_counts(&key, record) };
        if !counts {
            return Vec::new();
        }
        let addresses = if is_pod { record.addresses.iter().collect() } else { Vec::new() };
        let endpoint = endpoint(&name.namespace, record, addresses);
        let endpoints = match endpoint {
            Some(endpoint) if !is_pod => numbered(&key, record, endpoint).into_iter().map(Some).collect(),
            endpoint => vec![endpoint],
        };
        let workload = match &record.controller {
            Some(controller) if is_pod => self.top(controller),
            Some(controller) if is_intermediate(&key.kind) => controller.key.clone(),
            _ => key.clone(),
        };
        let pod = is_pod.then_some(key);
        let participant = |endpoint| Participant { workload: workload.clone(), pod: pod.clone(), endpoint };
        endpoints.into_iter().map(participant).collect()
    }

    /// Whether the template of this object stands for pods to come. That of a `ReplicaSet` or `Job` does not if its
    /// controller is there itself or wants none of it, and that of a Job does not when the Job is over.
    pub(super) fn template_counts(&self, key: &ObjectKey, record: &Record) -> bool {
        if record.finished {
            return false;
        }
        let Some(controller) = record.controller.as_ref().filter(|_| is_intermediate(&key.kind)) else {
            return true;
        };
        !record.is_scaled_down() && self.record(&controller.key).is_none()
    }
}
