//! Pods to judge: the clean one of the controls' own tests, and what their mutations make of it.

use fastrand::Rng;
use serde_json::Value;

/// As many mutations each random pod has at most.
const MUTATIONS_MAX: usize = 3;

/// The pod that violates nothing.
pub fn clean() -> Value {
    let mut pod = serde_json::from_str(include_str!("../../src/checks/pod_security/tests/clean.json"))
        .expect("the clean pod is JSON");
    // Where volumes can be asked for without asking whether there are any, CEL and Rego have less to do.
    apply(
        &mut pod,
        r#"/spec/volumes = [{"name": "data", "emptyDir": {}}, {"name": "settings", "configMap": {}}]"#,
    );
    pod
}

/// A pod that violates five controls, as one that nobody hardened.
pub fn violating() -> Value {
    let mut pod = clean();
    for mutation in [
        "/spec/containers/0/securityContext/allowPrivilegeEscalation = null",
        "/spec/containers/0/securityContext/capabilities = null",
        "/spec/securityContext/runAsNonRoot = null",
        "/spec/securityContext/seccompProfile = null",
        r#"/spec/volumes = [{"name": "data", "hostPath": {"path": "/data"}}]"#,
    ] {
        apply(&mut pod, mutation);
    }
    pod
}

/// Pods with up to some mutations each, the same ones in every run.
pub fn random(count: usize) -> impl Iterator<Item = Value> {
    let cases = include_str!("../../src/checks/pod_security/tests/cases.txt");
    // The rules of CEL and Rego take it for granted that there are security contexts.
    let is_mutation = |line: &&str| line.starts_with("/spec/") || line.starts_with("/metadata/");
    let mutations: Vec<&str> = cases.lines().filter(is_mutation).collect();
    let mut random = Rng::with_seed(1);
    (0..count).map(move |_| {
        let mut pod = clean();
        for _ in 0..random.usize(..=MUTATIONS_MAX) {
            apply(&mut pod, random.choice(&mutations).expect("there are mutations"));
        }
        default_host_ports(&mut pod);
        pod
    })
}

/// The containers of a pod, in one list.
pub fn containers(pod: &Value) -> Value {
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    lists.iter().filter_map(|list| pod["spec"][list].as_array()).flatten().cloned().collect()
}

/// Sets a field by `POINTER = JSON`, or takes it away where that is null.
fn apply(pod: &mut Value, mutation: &str) {
    let (pointer, value) = mutation.split_once(" = ").expect("it is a mutation");
    let (parent, field) = pointer.rsplit_once('/').expect("it begins with a pointer");
    let field = field.replace("~1", "/");
    let value = serde_json::from_str(value).expect("it ends with JSON");
    // Another mutation may have taken it away.
    let Some(object) = pod.pointer_mut(parent).and_then(Value::as_object_mut) else { return };
    match value {
        Value::Null => object.remove(&field),
        value => object.insert(field, value),
    };
}

/// What the API server does before it asks a policy: in the host's network, ports are ports of the host.
fn default_host_ports(pod: &mut Value) {
    if pod["spec"]["hostNetwork"] != true {
        return;
    }
    for list in ["initContainers", "containers"] {
        for container in pod["spec"][list].as_array_mut().into_iter().flatten() {
            let ports = container.get_mut("ports").and_then(Value::as_array_mut);
            for port in ports.into_iter().flatten() {
                if port["hostPort"].as_i64().unwrap_or(0) == 0 {
                    port["hostPort"] = port["containerPort"].clone();
                }
            }
        }
    }
}
