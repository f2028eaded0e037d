//! Pods drawn by lot, each from a seed of its own: every field and annotation that a control of the Pod Security
//! Standards reads, in combinations that the API server mostly takes.

mod annotations;
mod container;
mod draw;
mod handlers;
mod security_context;
mod shape;
mod volume;

pub(crate) use draw::Draw;

use serde_json::{Value, json};

use container::{initial, regular};
use shape::Shape;

/// A pod as a manifest has it. Half of them say `null` of what they do not set.
pub(crate) fn pod(draw: &mut Draw) -> Value {
    let shape = Shape::draw(draw);
    let mut spec = spec(draw, &shape);
    if draw.half() {
        leave_out_nulls(&mut spec);
    }
    let annotations = annotations::of(draw, &spec);
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "generated", "annotations": annotations},
        "spec": spec,
    })
}

/// An ephemeral container for a pod that is there. A patch would take `null` for a field to be removed.
pub(crate) fn ephemeral_container(draw: &mut Draw, host_users: bool) -> Value {
    let mut context = security_context::of_linux_container(draw, !host_users);
    leave_out_nulls(&mut context);
    json!({"name": "debugger", "image": "registry.example.com/tools:1.0", "securityContext": context})
}

/// A Deployment whose template is this pod.
pub(crate) fn deployment(pod: &Value) -> Value {
    let labels = json!({"app": "generated"});
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "generated"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": pod["metadata"]["annotations"]},
                "spec": pod["spec"],
            },
        },
    })
}

fn spec(draw: &mut Draw, shape: &Shape) -> Value {
    let init: Vec<Value> = (0..draw.up_to(2)).map(|number| initial(draw, shape, number)).collect();
    let containers: Vec<Value> = (0..=draw.up_to(2)).map(|number| regular(draw, shape, number)).collect();
    let volumes: Vec<Value> = (0..draw.up_to(3)).map(|number| volume::draw(draw, number)).collect();
    json!({
        "automountServiceAccountToken": draw.one_of(&[None, Some(false)]),
        "os": shape.os.map(|name| json!({"name": name})),
        "hostUsers": shape.host_users,
        "hostNetwork": shape.host_network,
        "hostPID": shape.host_pid,
        "hostIPC": shape.host_ipc,
        "securityContext": security_context::of_pod(draw, shape),
        "initContainers": init,
        "containers": containers,
        "volumes": volumes,
    })
}

fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(leave_out_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_nulls),
        _ => {}
    }
}
