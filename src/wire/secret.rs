//! How a pod refers to secrets: by their names, in its volumes and in the environment of its containers.

use serde::{Deserialize, Serialize};

use super::meta::{is_default, nullable};

/// `v1.EnvVar` without its value: that may be a secret itself, and is never read.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvVar {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
    #[prost(message, optional, tag = "3")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_from: Option<EnvVarSource>,
}

impl EnvVar {
    /// The name of the secret that its value is a key of; none where it comes from elsewhere.
    pub fn secret(&self) -> Option<&str> {
        let reference = self.value_from.as_ref()?.secret_key_ref.as_ref()?;
        Some(&reference.to.name)
    }
}

/// `v1.EnvVarSource`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvVarSource {
    #[prost(message, optional, tag = "4")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key_ref: Option<SecretReference>,
}

/// `v1.EnvFromSource`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvFromSource {
    #[prost(message, optional, tag = "3")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<SecretReference>,
}

impl EnvFromSource {
    /// The name of the secret whose keys are all made variables; none where these come from elsewhere.
    pub fn secret(&self) -> Option<&str> {
        self.secret_ref.as_ref().map(|reference| reference.to.name.as_str())
    }
}

/// What `v1.SecretKeySelector`, `v1.SecretEnvSource` and `v1.SecretProjection` begin with: in protobuf a message of its
/// own, in JSON and YAML beside their own fields.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(transparent)]
pub struct SecretReference {
    #[prost(message, required, tag = "1")]
    pub to: LocalObjectReference,
}

/// `v1.LocalObjectReference`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct LocalObjectReference {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
}

/// `v1.SecretVolumeSource`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecretVolume {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub secret_name: String,
}

/// `v1.ProjectedVolumeSource`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct Projected {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub sources: Vec<VolumeProjection>,
}

/// `v1.VolumeProjection`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct VolumeProjection {
    #[prost(message, optional, tag = "1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretReference>,
}
