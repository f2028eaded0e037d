//! What tells which addresses belong to the cluster: nodes and service CIDRs.

use serde::Deserialize;

use super::meta::nullable;
use super::{Content, Object, ObjectMeta};
use crate::model::Kind;

/// `v1.Node`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Node {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<NodeSpec>,
    #[prost(message, optional, tag = "3")]
    status: Option<NodeStatus>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct NodeSpec {
    /// The first of its ranges, by which servers before Kubernetes 1.16 told the only one.
    #[prost(string, tag = "1")]
    #[serde(rename = "podCIDR", deserialize_with = "nullable")]
    pod_cidr: String,
    #[prost(string, repeated, tag = "7")]
    #[serde(rename = "podCIDRs", deserialize_with = "nullable")]
    pod_cidrs: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct NodeStatus {
    #[prost(message, repeated, tag = "5")]
    #[serde(deserialize_with = "nullable")]
    addresses: Vec<NodeAddress>,
}

/// `v1.NodeAddress`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct NodeAddress {
    #[prost(string, tag = "1")]
    #[serde(rename = "type", deserialize_with = "nullable")]
    kind: String,
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    address: String,
}

impl Node {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let NodeSpec { pod_cidr, pod_cidrs: mut ranges } = self.spec.unwrap_or_default();
        if !pod_cidr.is_empty() && !ranges.contains(&pod_cidr) {
            ranges.push(pod_cidr);
        }
        let addresses = self.status.unwrap_or_default().addresses.into_iter();
        // The others are names.
        let addresses = addresses.filter(|it| matches!(it.kind.as_str(), "InternalIP" | "ExternalIP"));
        ranges.extend(addresses.map(|it| it.address));
        Object { content: Content::Ranges(ranges), ..Object::of(kind, self.metadata.unwrap_or_default()) }
    }
}

/// `networkingv1.ServiceCIDR`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct ServiceCidr {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<ServiceCidrSpec>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct ServiceCidrSpec {
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    cidrs: Vec<String>,
}

impl ServiceCidr {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let content = Content::Ranges(self.spec.unwrap_or_default().cidrs);
        Object { content, ..Object::of(kind, self.metadata.unwrap_or_default()) }
    }
}
