//! What the server says of itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::Kind;

/// The answer at a path that is about the server, which serves these kinds; none for any other path.
pub(super) fn discovery(path: &str, served: &[Kind]) -> Option<Value> {
    match path {
        "/version" => Some(json!({
            "major": "1", "minor": "37", "gitVersion": "v1.37.2", "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "", "platform": "linux/amd64",
        })),
        "/api" => Some(json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})),
        "/apis" => Some(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups(served)})),
        _ => resources(path, served),
    }
}

/// The groups other than the core group.
fn groups(served: &[Kind]) -> Vec<Value> {
    let mut names: BTreeSet<&str> = served.iter().map(|kind| kind.group()).collect();
    names.remove("");
    names.into_iter().map(|name| api_group(name, served)).collect()
}

fn api_group(name: &str, served: &[Kind]) -> Value {
    let versions: BTreeSet<&str> =
        served.iter().filter(|kind| kind.group() == name).map(|kind| kind.version()).collect();
    let version = |version: &str| json!({"groupVersion": format!("{name}/{version}"), "version": version});
    let versions: Vec<Value> = versions.into_iter().map(version).collect();
    json!({"name": name, "versions": versions, "preferredVersion": versions.first()})
}

/// The resources of the group and version that the path names, `/api/v1` or `/apis/GROUP/VERSION`.
fn resources(path: &str, served: &[Kind]) -> Option<Value> {
    let api_version = path.strip_prefix("/apis/").or_else(|| path.strip_prefix("/api/"))?;
    let kinds = served.iter().filter(|kind| kind.path() == format!("{path}/{}", kind.plural()));
    let resources: Vec<Value> = kinds.map(|kind| resource(*kind)).collect();
    (!resources.is_empty()).then(|| {
        json!({
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version, "resources": resources,
        })
    })
}

fn resource(kind: Kind) -> Value {
    json!({
        "name": kind.plural(), "singularName": kind.name().to_lowercase(), "kind": kind.name(),
        "namespaced": kind.is_namespaced(), "verbs": ["list", "watch"],
    })
}
