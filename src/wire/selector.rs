//! Label selectors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::meta::{is_default, nullable};

/// `metav1.LabelSelector`. All that it asks for has to hold; one that asks for nothing selects everything.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelSelector {
    #[prost(btree_map = "string, string", tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub match_labels: BTreeMap<String, String>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub match_expressions: Vec<LabelSelectorRequirement>,
}

/// `metav1.LabelSelectorRequirement`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct LabelSelectorRequirement {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub key: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`, or whatever else was written.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub operator: String,
    #[prost(string, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub values: Vec<String>,
}

impl LabelSelector {
    /// Whether it selects what has these labels, which are found by their keys. With an operator that is none, as no
    /// API server accepts it, it selects nothing.
    pub fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        let equal = |(key, value): (&String, &String)| label(key) == Some(value);
        self.match_labels.iter().all(equal) && self.match_expressions.iter().all(|it| it.matches(&label))
    }
}

impl LabelSelectorRequirement {
    fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        let value = label(&self.key);
        let listed = |value| self.values.iter().any(|it| it == value);
        match self.operator.as_str() {
            "In" => value.is_some_and(listed),
            // What has no such label is not in the list either.
            "NotIn" => !value.is_some_and(listed),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    }
}
