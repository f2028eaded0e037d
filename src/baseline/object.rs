//! Declared objects: plain manifests, which must exist as they are written.

use std::sync::Arc;

use super::namespaces::NAMESPACE;
use super::node::{Content, Entry, Node};
use super::reader::{Reader, Value};
use super::rights;

/// A plain manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredObject {
    pub file: Arc<str>,
    /// The line of the file, from 1 on.
    pub line: u32,
    pub api_version: String,
    pub kind: String,
    /// Empty where it is not given.
    pub namespace: String,
    pub name: String,
    /// All that is declared of it, without what a `Secret` holds.
    pub node: Node,
}

/// What a document is known by within its file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The API group; empty for the core group.
    pub group: String,
    pub kind: String,
    /// Empty where it is not given.
    pub namespace: String,
    pub name: String,
}

impl DeclaredObject {
    pub fn identity(&self) -> Identity {
        let Self { api_version, kind, namespace, name, .. } = self;
        Identity {
            group: group(api_version).to_owned(),
            kind: kind.clone(),
            namespace: namespace.clone(),
            name: name.clone(),
        }
    }
}

/// The API group of an `apiVersion`.
pub(super) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

pub(super) fn read(value: &Value<'_>, reader: &mut Reader, file: &Arc<str>) -> Option<DeclaredObject> {
    if value.node.entries().is_none() {
        return value.refuse(reader);
    }
    reader.refuse_duplicates_within(value.node, &value.path);
    let expects = "the group and version of an API, such as apps/v1";
    let api_version = value.needed(reader, &["apiVersion"], expects);
    let kind = value.needed(reader, &["kind"], "a kind such as Deployment");
    let name = value.needed(reader, &["metadata", "name"], "the name of the object");
    let namespaced = value.node.get("metadata").is_some_and(|metadata| metadata.get("namespace").is_some());
    let namespace =
        if namespaced { value.needed(reader, &["metadata", "namespace"], NAMESPACE)? } else { "" };
    let (api_version, kind) = (api_version?, kind?);
    let object = DeclaredObject {
        file: Arc::clone(file),
        line: value.node.at.line,
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name?.to_owned(),
        node: if is_secret(api_version, kind) { without_data(value.node) } else { value.node.clone() },
    };
    if let Some(Err(message)) = rights::decode(&object) {
        reader.refuse(value.node.at, &value.path, &message);
    }
    Some(object)
}

fn is_secret(api_version: &str, kind: &str) -> bool {
    group(api_version).is_empty() && kind == "Secret"
}

/// The object without the fields that hold what is secret. An annotation may repeat them.
fn without_data(node: &Node) -> Node {
    let Content::Mapping(entries) = &node.content else { return node.clone() };
    let kept =
        entries.iter().filter(|entry| !matches!(entry.key.as_str(), "data" | "stringData" | "annotations"));
    let entry = |entry: &Entry| match entry.key.as_str() {
        "metadata" => Entry { value: without_data(&entry.value), ..entry.clone() },
        _ => entry.clone(),
    };
    Node { at: node.at, content: Content::Mapping(kept.map(entry).collect()) }
}
