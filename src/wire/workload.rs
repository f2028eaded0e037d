//! The kinds that carry a pod template, and those of which nothing is read but the metadata.
//!
//! Kinds whose specs agree in the numbers of the fields that are read share one type.

use serde::Deserialize;

use super::meta::nullable;
use super::{Object, ObjectMeta, PodTemplateSpec, Pods};
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
    /// Of a `StatefulSet` alone.
    #[prost(message, optional, tag = "11")]
    ordinals: Option<Ordinals>,
}

#[derive(Clone, Copy, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Ordinals {
    #[prost(int32, optional, tag = "1")]
    start: Option<i32>,
}

/// The number, as far as it fits.
fn capped(number: i32) -> u16 {
    u16::try_from(number.max(0)).unwrap_or(u16::MAX)
}

impl Replicated {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let ReplicatedSpec { replicas, template, ordinals } = self.spec.unwrap_or_default();
        let replicas = replicas.map(capped);
        let first_ordinal = ordinals.and_then(|it| it.start).map(capped).unwrap_or_default();
        Object::of_template(
            kind,
            self.metadata,
            template,
            Pods { replicas, first_ordinal, ..Pods::default() },
        )
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
        Object::of_template(kind, self.metadata, self.spec.unwrap_or_default().template, Pods::default())
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
    #[prost(message, optional, tag = "3")]
    status: Option<JobStatus>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct JobStatus {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    conditions: Vec<JobCondition>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct JobCondition {
    #[prost(string, tag = "1")]
    #[serde(rename = "type", deserialize_with = "nullable")]
    kind: String,
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    status: String,
}

impl JobCondition {
    /// Whether it says that the Job makes no more pods.
    fn is_end(&self) -> bool {
        matches!(self.kind.as_str(), "Complete" | "Failed") && self.status == "True"
    }
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct JobSpec {
    #[prost(message, optional, tag = "6")]
    template: Option<PodTemplateSpec>,
}

impl Job {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let is_over = self.status.is_some_and(|status| status.conditions.iter().any(JobCondition::is_end));
        let template = self.spec.unwrap_or_default().template;
        Object::of_template(kind, self.metadata, template, Pods { is_over, ..Pods::default() })
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
        Object::of_template(kind, self.metadata, job.spec.unwrap_or_default().template, Pods::default())
    }
}
