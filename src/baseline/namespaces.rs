//! The namespaces that a `Baseline` protects: `spec.namespaces`.

use super::field::{Table, optional};
use super::reader::{Reader, Value};

/// The namespaces that a `Baseline` protects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Namespaces {
    /// None for all.
    pub names: Option<Vec<String>>,
    pub exclude: Vec<String>,
    pub match_labels: Vec<(String, String)>,
}

/// The label that every namespace carries, with its name as value.
const METADATA_NAME: &str = "kubernetes.io/metadata.name";

impl Namespaces {
    /// Whether the namespace of this name is protected; its labels are found by their keys.
    pub fn select<'a>(&self, name: &str, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        let is = |it: &String| it == name;
        let labelled = |(key, value): &(String, String)| {
            label(key) == Some(value) || (key == METADATA_NAME && value == name)
        };
        self.names.as_ref().is_none_or(|names| names.iter().any(is))
            && !self.exclude.iter().any(is)
            && self.match_labels.iter().all(labelled)
    }

    /// The only ones that can be protected, where they are named; none where any can.
    pub fn named(&self) -> Option<impl Iterator<Item = &String>> {
        let names = self.names.as_ref()?;
        Some(names.iter().filter(|name| !self.exclude.contains(name)))
    }
}

pub(super) static TABLE: Table = Table {
    path: "spec.namespaces",
    fields: &[
        optional("names", "a list of namespaces", "Only these are protected."),
        optional("exclude", "a list of namespaces", "These are not protected."),
        optional(
            "matchLabels",
            "a mapping of labels",
            "Only namespaces that carry every one of these labels are protected.",
        ),
    ],
};

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<Namespaces> {
    let fields = value.fields(reader, &TABLE)?;
    Some(Namespaces {
        names: fields.get("names").and_then(|value| read_names(&value, reader)),
        exclude: fields.get("exclude").and_then(|value| read_names(&value, reader)).unwrap_or_default(),
        match_labels: fields.get("matchLabels").and_then(|value| value.labels(reader)).unwrap_or_default(),
    })
}

/// A list of namespaces. A pattern is refused: it would select nothing.
pub(super) fn read_names(value: &Value<'_>, reader: &mut Reader) -> Option<Vec<String>> {
    value.texts_if(reader, NAMESPACE, is_namespace)
}

pub(super) const NAMESPACE: &str = "the name of a namespace";

/// Whether it is a label of DNS, as the name of every namespace is (RFC 1123).
pub(super) fn is_namespace(text: &str) -> bool {
    let ends = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    text.len() <= 63
        && text.starts_with(ends)
        && text.ends_with(ends)
        && text.chars().all(|it| ends(it) || it == '-')
}
