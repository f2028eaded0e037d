//! The kinds that carry a pod template, and those of which nothing is read but the metadata.
//!
//! Kinds whose specs agree in the numbers of the fields that are read share one type.

use serde::Deserialize;

use super::{Object, ObjectMeta, PodTemplateSpec};
use crate::model::Kind;

/// `v1.Namespace`, `v1.ServiceAccount`, and network policies of kinds that are not modelled. The secrets that an account
/// names are skipped.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Bare {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
}

impl Bare {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        Object::of(kind, self.metadata.unwrap_or_default())
    }
}

/// `apps/v1` `Deployment`, `ReplicaSet`, `StatefulSet` and `v1` `ReplicationController`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Replicated {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<ReplicatedSpec>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct ReplicatedSpec {
    #[prost(int32, optional, tag = "1")]
    replicas: Option<i32>,
    #[prost(message, optional, tag = "3")]
    template: Option<PodTemplateSpec>,
}

impl Replicated {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let spec = self.spec.unwrap_or_default();
        Object::of_template(kind, self.metadata, spec.replicas, spec.template)
    }
}

/// `apps/v1` `DaemonSet`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct DaemonSet {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<DaemonSetSpec>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct DaemonSetSpec {
    #[prost(message, optional, tag = "2")]
    template: Option<PodTemplateSpec>,
}

impl DaemonSet {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        Object::of_template(kind, self.metadata, None, self.spec.unwrap_or_default().template)
    }
}

/// `batch/v1` `Job`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Job {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<JobSpec>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct JobSpec {
    #[prost(message, optional, tag = "6")]
    template: Option<PodTemplateSpec>,
}

impl Job {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        Object::of_template(kind, self.metadata, None, self.spec.unwrap_or_default().template)
    }
}

/// `batch/v1` `CronJob`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct CronJob {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<CronJobSpec>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CronJobSpec {
    #[prost(message, optional, tag = "5")]
    job_template: Option<JobTemplateSpec>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct JobTemplateSpec {
    #[prost(message, optional, tag = "2")]
    spec: Option<JobSpec>,
}

impl CronJob {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let job = self.spec.unwrap_or_default().job_template.unwrap_or_default();
        Object::of_template(kind, self.metadata, None, job.spec.unwrap_or_default().template)
    }
}
