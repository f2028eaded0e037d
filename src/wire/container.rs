//! Containers of every role.

use serde::{Deserialize, Serialize};

use super::meta::{is_default, nullable};
use super::{EnvFromSource, EnvVar, Lifecycle, Probe, SecurityContext};

/// `v1.Container`. What few containers set is boxed: two bytes of a message can make an empty one.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub ports: Vec<ContainerPort>,
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub env: Vec<EnvVar>,
    #[prost(message, repeated, tag = "19")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub env_from: Vec<EnvFromSource>,
    #[prost(message, repeated, tag = "9")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub volume_mounts: Vec<VolumeMount>,
    #[prost(message, optional, boxed, tag = "10")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Box<Probe>>,
    #[prost(message, optional, boxed, tag = "11")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Box<Probe>>,
    #[prost(message, optional, boxed, tag = "22")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_probe: Option<Box<Probe>>,
    #[prost(message, optional, boxed, tag = "12")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Box<Lifecycle>>,
    #[prost(message, optional, boxed, tag = "15")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_context: Option<Box<SecurityContext>>,
    /// `Always` for an init container that runs beside the others; empty where it is not set.
    #[prost(string, tag = "24")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub restart_policy: String,
}

/// `v1.EphemeralContainer`: in protobuf it holds the fields of a container as a message of its own, in
/// JSON and YAML beside its own.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(transparent)]
pub struct EphemeralContainer {
    #[prost(message, required, tag = "1")]
    pub common: Container,
}

/// `v1.ContainerPort`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerPort {
    /// Empty where it is not set.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
    /// 0 where it is not set.
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub host_port: i32,
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub container_port: i32,
    /// `TCP`, `UDP` or `SCTP`; empty for `TCP`.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub protocol: String,
}

/// `v1.VolumeMount`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeMount {
    /// The volume's name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
    #[prost(bool, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub read_only: bool,
}
