//! The pod, its template, and the spec of both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::annotation;
use super::meta::{is_default, nullable};
use super::{
    Annotation, Container, Content, EphemeralContainer, Object, ObjectMeta, PodSecurityContext, Pods, Volume,
};
use crate::model::Kind;

/// `v1.Pod`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Pod {
    #[prost(message, optional, tag = "1")]
    pub(super) metadata: Option<ObjectMeta>,
    #[prost(message, optional, boxed, tag = "2")]
    pub(super) spec: Option<Box<PodSpec>>,
    #[prost(message, optional, boxed, tag = "3")]
    pub(super) status: Option<Box<PodStatus>>,
}

impl Pod {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let metadata = self.metadata.unwrap_or_default();
        let profile_annotations = annotation::profiles(&metadata.annotations);
        let pods = Pods {
            spec: self.spec.unwrap_or_default(),
            profile_annotations,
            status: self.status,
            ..Pods::default()
        };
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

/// The `metav1.ObjectMeta` of a template, from which pods have their labels and annotations.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub struct TemplateMeta {
    #[prost(btree_map = "string, string", tag = "11")]
    #[serde(deserialize_with = "nullable")]
    pub labels: BTreeMap<String, String>,
    #[prost(message, repeated, tag = "12")]
    #[serde(deserialize_with = "annotation::deserialize")]
    pub annotations: Vec<Annotation>,
}

/// `v1.PodSpec`.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub volumes: Vec<Volume>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub containers: Vec<Container>,
    #[prost(message, repeated, tag = "20")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub init_containers: Vec<Container>,
    #[prost(message, repeated, tag = "34")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub ephemeral_containers: Vec<EphemeralContainer>,
    #[prost(string, tag = "8")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub service_account_name: String,
    /// The older name of the same field; the API server sends both.
    #[prost(string, tag = "9")]
    #[serde(rename = "serviceAccount", deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub deprecated_service_account: String,
    #[prost(bool, tag = "11")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub host_network: bool,
    #[prost(bool, tag = "12")]
    #[serde(rename = "hostPID", deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub host_pid: bool,
    #[prost(bool, tag = "13")]
    #[serde(rename = "hostIPC", deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub host_ipc: bool,
    #[prost(bool, optional, tag = "37")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_users: Option<bool>,
    #[prost(message, optional, boxed, tag = "14")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_context: Option<Box<PodSecurityContext>>,
    #[prost(string, optional, tag = "29")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_class_name: Option<String>,
    #[prost(message, optional, boxed, tag = "36")]
    #[serde(skip_serializing_if = "Option::is_none")]
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
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct PodOs {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
}

/// `v1.PodStatus`. What changes with every breath of a pod is skipped.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct PodStatus {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub phase: String,
    /// The first of its addresses, by which servers before Kubernetes 1.16 told the only one.
    #[prost(string, tag = "6")]
    #[serde(rename = "podIP", deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub pod_ip: String,
    #[prost(message, repeated, tag = "12")]
    #[serde(rename = "podIPs", deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub pod_ips: Vec<PodIp>,
}

/// `v1.PodIP`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct PodIp {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub ip: String,
}

impl PodStatus {
    /// The pod will never run again.
    pub fn is_finished(&self) -> bool {
        is_finished(&self.phase)
    }

    /// The pod's addresses, as they were written.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        let only = Some(self.pod_ip.as_str()).filter(|ip| self.pod_ips.is_empty() && !ip.is_empty());
        self.pod_ips.iter().map(|it| it.ip.as_str()).chain(only)
    }
}

/// Whether a pod of this phase will never run again, so that it has given its addresses back.
pub(super) fn is_finished(phase: &str) -> bool {
    matches!(phase, "Succeeded" | "Failed")
}
