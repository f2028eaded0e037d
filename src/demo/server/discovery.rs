//! What the server says of itself.

use serde_json::{Value, json};

use crate::model::Kind;

/// The groups that the watched kinds are in, without the core group.
const GROUPS: [&str; 3] = ["apps", "batch", "rbac.authorization.k8s.io"];

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
        _ => group_resources(path),
    }
}

/// The resources of a group other than the core group, where the path is `/apis/GROUP/v1`.
fn group_resources(path: &str) -> Option<Value> {
    let group_version = path.strip_prefix("/apis/")?;
    let group = group_version.strip_suffix("/v1").filter(|group| GROUPS.contains(group))?;
    Some(resources(group, group_version))
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
        "namespaced": kind.is_namespaced(), "verbs": ["list", "watch"],
    })
}
