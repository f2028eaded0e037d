//! `rbac.authorization.k8s.io/v1`: roles, and the bindings that grant them.
//!
//! A role and a cluster role, and the bindings of both, agree in the numbers of their fields and share a type.

use serde::{Deserialize, Serialize};

use super::meta::{is_default, nullable};
use super::{Content, LabelSelector, Object, ObjectMeta};
use crate::model::Kind;

/// `Role` and `ClusterRole`. A role has no aggregation rule.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AnyRole {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    rules: Vec<PolicyRule>,
    #[prost(message, optional, tag = "3")]
    aggregation_rule: Option<AggregationRule>,
}

impl AnyRole {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let aggregation = self.aggregation_rule.filter(|_| kind == Kind::ClusterRole);
        let content = Content::Role(Role { rules: self.rules, aggregation });
        Object { content, ..Object::of(kind, self.metadata.unwrap_or_default()) }
    }
}

/// `RoleBinding` and `ClusterRoleBinding`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AnyBinding {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    subjects: Vec<Subject>,
    #[prost(message, optional, tag = "3")]
    role_ref: Option<RoleRef>,
}

impl AnyBinding {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let binding = Binding { role_ref: self.role_ref.unwrap_or_default(), subjects: self.subjects };
        let content = Content::Binding(Box::new(binding));
        Object { content, ..Object::of(kind, self.metadata.unwrap_or_default()) }
    }
}

/// What a role or a cluster role says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Role {
    pub rules: Vec<PolicyRule>,
    /// Where the cluster role's rules come from, if a controller writes them. A role has none.
    pub aggregation: Option<AggregationRule>,
}

/// What a binding of either kind says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Binding {
    pub role_ref: RoleRef,
    pub subjects: Vec<Subject>,
}

/// `rbacv1.PolicyRule`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyRule {
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub verbs: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub api_groups: Vec<String>,
    #[prost(string, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub resources: Vec<String>,
    #[prost(string, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub resource_names: Vec<String>,
    #[prost(string, repeated, tag = "5")]
    #[serde(rename = "nonResourceURLs", deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub non_resource_urls: Vec<String>,
}

/// `rbacv1.AggregationRule`.
#[derive(Clone, PartialEq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AggregationRule {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub cluster_role_selectors: Vec<LabelSelector>,
}

/// `rbacv1.RoleRef`, as it was written: an empty group stands for that of RBAC.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RoleRef {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub api_group: String,
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub kind: String,
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
}

/// `rbacv1.Subject`, as it was written: an empty group stands for that of the subject's kind.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Subject {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub kind: String,
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub api_group: String,
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub name: String,
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub namespace: String,
}
