//! `metav1.ObjectMeta` and what it holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::annotation::{self, Annotation};
use super::{ManagedFields, Manager};

/// `metav1.ObjectMeta`.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectMeta {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub namespace: String,
    #[prost(string, tag = "5")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub uid: String,
    #[prost(string, tag = "6")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub resource_version: String,
    #[prost(btree_map = "string, string", tag = "11")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, String>,
    /// Those that set profiles; from protobuf any others too, until the message is left.
    #[prost(message, repeated, tag = "12")]
    #[serde(deserialize_with = "annotation::deserialize", skip_serializing)]
    pub annotations: Vec<Annotation>,
    #[prost(message, repeated, tag = "13")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub owner_references: Vec<OwnerReference>,
    /// Who wrote it last; from the wire all others too, until the message is left.
    #[prost(message, repeated, tag = "17")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub managed_fields: Vec<ManagedFields>,
}

impl ObjectMeta {
    /// Who wrote the object last, but for its status; none where that is not known.
    pub fn last_manager(&self) -> Option<Manager<'_>> {
        self.managed_fields.first()?.manager()
    }
}

/// `metav1.OwnerReference`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerReference {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub kind: String,
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub uid: String,
    #[prost(string, tag = "5")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub api_version: String,
    #[prost(bool, optional, tag = "6")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<bool>,
}

/// Whether a field need not be written: read where it is absent, it is the same.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads `null` as the type's zero value, as Kubernetes' own JSON decoder does.
pub(super) fn nullable<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
