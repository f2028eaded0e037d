//! The pod, its template, and what the checks read of their containers.

use serde::Deserialize;

use super::meta::nullable;
use super::{Object, ObjectMeta};
use crate::model::Kind;

/// `v1.Pod`. Its status is skipped: nothing reads it.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Pod {
    #[prost(message, optional, tag = "1")]
    pub(super) metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    pub(super) spec: Option<PodSpec>,
}

impl Pod {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let metadata = self.metadata.unwrap_or_default();
        Object { kind, metadata, replicas: None, spec: Some(self.spec.unwrap_or_default()) }
    }
}

/// `v1.PodTemplateSpec`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct PodTemplateSpec {
    #[prost(message, optional, tag = "2")]
    pub spec: Option<PodSpec>,
}

/// `v1.PodSpec`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub containers: Vec<Container>,
    #[prost(message, repeated, tag = "20")]
    #[serde(deserialize_with = "nullable")]
    pub init_containers: Vec<Container>,
    #[prost(message, repeated, tag = "34")]
    #[serde(deserialize_with = "nullable")]
    pub ephemeral_containers: Vec<EphemeralContainer>,
}

/// `v1.Container`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[prost(message, optional, tag = "15")]
    pub security_context: Option<SecurityContext>,
}

/// `v1.EphemeralContainer`: in protobuf it holds the fields of a container as a message of its own, in
/// JSON and YAML beside its own.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(transparent)]
pub struct EphemeralContainer {
    #[prost(message, required, tag = "1")]
    pub common: Container,
}

/// `v1.SecurityContext`.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecurityContext {
    #[prost(bool, optional, tag = "2")]
    pub privileged: Option<bool>,
}
