//! What every watched object is decoded to.

use std::collections::BTreeMap;

use super::{
    Binding, NetworkPolicySpec, ObjectMeta, PodSpec, PodStatus, PodTemplateSpec, Role, TemplateMeta,
    annotation, manager,
};
use crate::model::Kind;

/// An object of any watched kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub kind: Kind,
    pub metadata: ObjectMeta,
    pub content: Content,
}

/// What is read of an object besides its metadata.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Of a namespace, of a service account, and of a network policy of a kind that is not modelled.
    Nothing,
    /// Of a pod, and of whatever makes pods.
    Pods(Pods),
    /// Of a role and of a cluster role.
    Role(Role),
    /// Of a binding of either.
    Binding(Box<Binding>),
    /// Of a network policy.
    Policy(Box<NetworkPolicySpec>),
    /// Of a node and of a service CIDR: the ranges and the single addresses that belong to the cluster, as they were
    /// written.
    Ranges(Vec<String>),
}

/// A pod, or the pods that a workload makes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pods {
    /// `spec.replicas`, where the kind has it; of more than fit here, as many as do.
    pub replicas: Option<u16>,
    /// `spec.ordinals.start`, the number of the first pod of a `StatefulSet`, of which the same is true.
    pub first_ordinal: u16,
    /// Of a Job: it is complete or has failed, and makes no more pods.
    pub is_over: bool,
    /// The pod's own spec, or that of the pod template.
    pub spec: Box<PodSpec>,
    /// The annotations of the pod, or of the pod template, that set seccomp and `AppArmor` profiles; no others.
    pub profile_annotations: BTreeMap<String, String>,
    /// The labels of the pod template. Those of a pod are in its metadata.
    pub labels: BTreeMap<String, String>,
    /// Of a pod. Whatever makes pods has none.
    pub status: Option<Box<PodStatus>>,
}

impl Object {
    /// One of which nothing but the metadata is known.
    pub fn of(kind: Kind, metadata: ObjectMeta) -> Self {
        // Annotations and managed fields are a view into the whole message, and nothing reads any more of them.
        let managed_fields = manager::latest(&metadata.managed_fields);
        let metadata = ObjectMeta { annotations: Vec::new(), managed_fields, ..metadata };
        Self { kind, metadata, content: Content::Nothing }
    }

    /// One that makes pods by its template, of which `pods` has what else is known.
    pub(super) fn of_template(
        kind: Kind,
        metadata: Option<ObjectMeta>,
        template: Option<PodTemplateSpec>,
        pods: Pods,
    ) -> Self {
        let template = template.unwrap_or_default();
        let TemplateMeta { labels, annotations } = template.metadata.unwrap_or_default();
        let pods = Pods {
            spec: template.spec.unwrap_or_default(),
            profile_annotations: annotation::profiles(&annotations),
            labels,
            ..pods
        };
        Self { content: Content::Pods(pods), ..Self::of(kind, metadata.unwrap_or_default()) }
    }

    /// Its pods, where the kind has any.
    pub fn pods(&self) -> Option<&Pods> {
        match &self.content {
            Content::Pods(pods) => Some(pods),
            _ => None,
        }
    }
}
