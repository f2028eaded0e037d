//! The pod, its template, and the spec of both.

use serde::Deserialize;

use super::annotation;
use super::meta::nullable;
use super::{
    Annotation, Container, Content, EphemeralContainer, Object, ObjectMeta, PodSecurityContext, Pods, Volume,
};
use crate::model::Kind;

/// `v1.Pod`. Its status is skipped: nothing reads it.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Pod {
    #[prost(message, optional, tag = "1")]
    pub(super) metadata: Option<ObjectMeta>,
    #[prost(message, optional, boxed, tag = "2")]
    pub(super) spec: Option<Box<PodSpec>>,
}

impl Pod {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let metadata = self.metadata.unwrap_or_default();
        let profile_annotations = annotation::profiles(&metadata.annotations);
        let pods = Pods { replicas: None, spec: self.spec.unwrap_or_default(), profile_annotations };
        Object { content: Content::Pods(pods), ..Object::of(kind, metadata) }
    }
}

/// `v1.PodTemplateSpec`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct PodTemplateSpec {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<TemplateMeta>,
    #[prost(message, optional, boxed, tag = "2")]
    pub spec: Option<Box<PodSpec>>,
}

/// The `metav1.ObjectMeta` of a template, from which pods have their annotations.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub struct TemplateMeta {
    #[prost(message, repeated, tag = "12")]
    #[serde(deserialize_with = "annotation::deserialize")]
    pub annotations: Vec<Annotation>,
}

/// `v1.PodSpec`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub volumes: Vec<Volume>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub containers: Vec<Container>,
    #[prost(message, repeated, tag = "20")]
    #[serde(deserialize_with = "nullable")]
    pub init_containers: Vec<Container>,
    #[prost(message, repeated, tag = "34")]
    #[serde(deserialize_with = "nullable")]
    pub ephemeral_containers: Vec<EphemeralContainer>,
    #[prost(string, tag = "8")]
    #[serde(deserialize_with = "nullable")]
    pub service_account_name: String,
    /// The older name of the same field; the API server sends both.
    #[prost(string, tag = "9")]
    #[serde(rename = "serviceAccount", deserialize_with = "nullable")]
    pub deprecated_service_account: String,
    #[prost(bool, tag = "11")]
    #[serde(deserialize_with = "nullable")]
    pub host_network: bool,
    #[prost(bool, tag = "12")]
    #[serde(rename = "hostPID", deserialize_with = "nullable")]
    pub host_pid: bool,
    #[prost(bool, tag = "13")]
    #[serde(rename = "hostIPC", deserialize_with = "nullable")]
    pub host_ipc: bool,
    #[prost(bool, optional, tag = "37")]
    pub host_users: Option<bool>,
    #[prost(message, optional, boxed, tag = "14")]
    pub security_context: Option<Box<PodSecurityContext>>,
    #[prost(string, optional, tag = "29")]
    pub runtime_class_name: Option<String>,
    #[prost(message, optional, boxed, tag = "36")]
    pub os: Option<Box<PodOs>>,
}

impl PodSpec {
    /// The name of its service account; empty where none is named, which means `default`.
    pub fn service_account(&self) -> &str {
        match self.service_account_name.as_str() {
            "" => &self.deprecated_service_account,
            name => name,
        }
    }
}

/// `v1.PodOS`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub struct PodOs {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
}
