//! The forms in which the same pod may come. None of them changes what it violates.

use serde_json::{Value, json};

/// Makes another manifest of a pod's.
type Variant = fn(&Value) -> Value;

pub(super) const VARIANTS: [(&str, Variant); 13] = [
    ("as JSON", Value::clone),
    ("in a Deployment", |pod| controller("apps/v1", "Deployment", pod)),
    ("in a ReplicaSet", |pod| controller("apps/v1", "ReplicaSet", pod)),
    ("in a StatefulSet", |pod| controller("apps/v1", "StatefulSet", pod)),
    ("in a DaemonSet", |pod| controller("apps/v1", "DaemonSet", pod)),
    ("in a ReplicationController", |pod| controller("v1", "ReplicationController", pod)),
    ("in a Job", |pod| controller("batch/v1", "Job", pod)),
    ("in a CronJob", in_cron_job),
    ("under other names", renamed),
    ("with a clean sidecar", with_sidecar),
    ("in another order", reordered),
    ("in a List", |pod| json!({"apiVersion": "v1", "kind": "List", "items": [pod]})),
    ("in a PodList", |pod| json!({"apiVersion": "v1", "kind": "PodList", "items": [pod]})),
];

/// The fields that hold containers.
const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

fn controller(api_version: &str, kind: &str, pod: &Value) -> Value {
    let template = json!({"metadata": pod["metadata"], "spec": pod["spec"]});
    json!({
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "it"},
        "spec": {"template": template},
    })
}

fn in_cron_job(pod: &Value) -> Value {
    let job = controller("batch/v1", "Job", pod);
    json!({
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "it"},
        "spec": {"jobTemplate": {"spec": job["spec"]}},
    })
}

/// The pod and its containers are called otherwise, also where annotations name them.
fn renamed(pod: &Value) -> Value {
    let mut pod = pod.clone();
    pod["metadata"]["name"] = json!("another");
    for container in containers(&mut pod) {
        container["name"] = json!(format!("{}-x", container["name"].as_str().unwrap()));
    }
    if let Some(annotations) = pod["metadata"]["annotations"].as_object_mut() {
        let names = |key: &str| key.starts_with("container.");
        let rename = |key: String| if names(&key) { format!("{key}-x") } else { key };
        *annotations = std::mem::take(annotations).into_iter().map(|(key, it)| (rename(key), it)).collect();
    }
    pod
}

fn with_sidecar(pod: &Value) -> Value {
    let mut pod = pod.clone();
    let sidecar = json!({
        "name": "sidecar",
        "image": "registry.k8s.io/pause",
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": true,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    });
    pod["spec"]["containers"].as_array_mut().unwrap().push(sidecar);
    pod
}

/// Containers and volumes stand the other way round.
fn reordered(pod: &Value) -> Value {
    let mut pod = pod.clone();
    for field in CONTAINERS.into_iter().chain(["volumes"]) {
        if let Some(items) = pod["spec"][field].as_array_mut() {
            items.reverse();
        }
    }
    pod
}

fn containers(pod: &mut Value) -> impl Iterator<Item = &mut Value> {
    let spec = pod["spec"].as_object_mut().unwrap().iter_mut();
    let lists = spec.filter(|(field, _)| CONTAINERS.contains(&field.as_str()));
    lists.filter_map(|(_, list)| list.as_array_mut()).flatten()
}
