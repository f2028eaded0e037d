//! `networking.k8s.io/v1`: network policies.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::meta::{is_default, nullable};
use super::{Content, LabelSelector, Object, ObjectMeta};
use crate::model::Kind;

/// `networkingv1.NetworkPolicy`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct NetworkPolicy {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, boxed, tag = "2")]
    spec: Option<Box<NetworkPolicySpec>>,
}

impl NetworkPolicy {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let content = Content::Policy(self.spec.unwrap_or_default());
        Object { content, ..Object::of(kind, self.metadata.unwrap_or_default()) }
    }
}

/// `networkingv1.NetworkPolicySpec`.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkPolicySpec {
    /// Absent, it selects every pod of the namespace, as an empty one does.
    #[prost(message, optional, tag = "1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<LabelSelector>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub ingress: Vec<IngressRule>,
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub egress: Vec<EgressRule>,
    /// `Ingress` and `Egress`, or whatever else was written; empty for what Kubernetes defaults it to.
    #[prost(string, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub policy_types: Vec<String>,
}

/// `networkingv1.NetworkPolicyIngressRule`.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct IngressRule {
    /// Empty for every port.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub ports: Vec<NetworkPolicyPort>,
    /// Empty for everyone.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub from: Vec<NetworkPolicyPeer>,
}

/// `networkingv1.NetworkPolicyEgressRule`.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct EgressRule {
    /// Empty for every port.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub ports: Vec<NetworkPolicyPort>,
    /// Empty for everyone.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub to: Vec<NetworkPolicyPeer>,
}

/// `networkingv1.NetworkPolicyPort`.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkPolicyPort {
    /// `TCP`, `UDP` or `SCTP`, or whatever else was written; absent for `TCP`.
    #[prost(string, optional, tag = "1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Absent for every port of the protocol.
    #[prost(message, optional, tag = "2")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<IntOrString>,
    #[prost(int32, optional, tag = "3")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_port: Option<i32>,
}

/// `networkingv1.NetworkPolicyPeer`.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkPolicyPeer {
    #[prost(message, optional, tag = "1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<LabelSelector>,
    #[prost(message, optional, tag = "2")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<LabelSelector>,
    #[prost(message, optional, tag = "3")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_block: Option<IpBlock>,
}

/// `networkingv1.IPBlock`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct IpBlock {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub cidr: String,
    #[prost(string, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub except: Vec<String>,
}

/// `intstr.IntOrString`.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct IntOrString {
    /// 0 for a number, 1 for a string.
    #[prost(int64, tag = "1")]
    pub kind: i64,
    #[prost(int32, tag = "2")]
    pub int: i32,
    #[prost(string, tag = "3")]
    pub string: String,
}

impl<'de> Deserialize<'de> for IntOrString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a number or a string")]
        enum Written {
            Int(i32),
            String(String),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Int(int) => Self { kind: 0, int, string: String::new() },
            Written::String(string) => Self { kind: 1, int: 0, string },
        })
    }
}

impl Serialize for IntOrString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.kind {
            0 => serializer.serialize_i32(self.int),
            _ => serializer.serialize_str(&self.string),
        }
    }
}
