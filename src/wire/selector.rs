//! Label selectors.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::meta::nullable;

/// `metav1.LabelSelector`. All that it asks for has to hold; one that asks for nothing selects everything.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelSelector {
    #[prost(btree_map = "string, string", tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub match_labels: BTreeMap<String, String>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub match_expressions: Vec<LabelSelectorRequirement>,
}

/// `metav1.LabelSelectorRequirement`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub struct LabelSelectorRequirement {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub key: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`, or whatever else was written.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub operator: String,
    #[prost(string, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub values: Vec<String>,
}
