//! What the server says of itself.

use serde_json::{Value, json};

use crate::model::Kind;

/// The groups that the watched kinds are in, without the core group.
const GROUPS: [&str; 2] = ["apps", "batch"];

/// The answer at a path that is about the server; none for any other path.
pub(super) fn discovery(path: &str) -> Option<Value> {
    match path {
        "/version" => Some(json!({
            "major": "1", "minor": "37", "gitVersion": "v1.37.2", "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "", "platform": "linux/amd64",
        })),
        "/api" => Some(json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})),
        "/apis" => Some(json!({
            "kind": "APIGroupList", "apiVersion": "v1", "groups": GROUPS.map(api_group),
        })),
        "/api/v1" => Some(resources("", "v1")),
        "/apis/apps/v1" => Some(resources("apps", "apps/v1")),
        "/apis/batch/v1" => Some(resources("batch", "batch/v1")),
        _ => None,
    }
}

fn api_group(name: &str) -> Value {
    let version = json!({"groupVersion": format!("{name}/v1"), "version": "v1"});
    json!({"name": name, "versions": [version], "preferredVersion": version})
}

fn resources(group: &str, group_version: &str) -> Value {
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.group() == group);
    let resources: Vec<Value> = kinds.map(resource).collect();
    json!({
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources,
    })
}

fn resource(kind: Kind) -> Value {
    json!({
        "name": kind.plural(), "singularName": kind.name().to_lowercase(), "kind": kind.name(),
        "namespaced": kind != Kind::Namespace, "verbs": ["list", "watch"],
    })
}
