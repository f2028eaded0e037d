use serde_json::json;

use super::*;
use crate::model::{ObjectKind, Scope, label};
use crate::snapshot::{Intake, Participant, Snapshot};
use crate::wire::{Item, decode_json};

fn see(snapshot: &Snapshot, kind: Kind, json: &serde_json::Value) -> Vec<Scope> {
    let object = decode_json(kind, json.to_string().as_bytes()).unwrap();
    let mut touched = Vec::new();
    snapshot.apply(Intake::default().seen(Item::Object(object)), &mut touched);
    touched
}

fn key(kind: Kind, name: &str) -> ObjectKey {
    ObjectKey { kind: ObjectKind::Watched(kind), namespace: "shop".into(), name: name.into() }
}

/// A workload with this spec beside its template, whose pods are labelled `app=web`.
fn workload(name: &str, spec: &serde_json::Value, status: &serde_json::Value) -> serde_json::Value {
    let mut object = json!({
        "metadata": {"name": name, "namespace": "shop", "uid": "u1"},
        "spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "a"}]}}},
        "status": status
    });
    for (field, value) in spec.as_object().unwrap() {
        object["spec"][field] = value.clone();
    }
    object
}

fn policy(name: &str, selector: &serde_json::Value) -> serde_json::Value {
    json!({"metadata": {"name": name, "namespace": "shop"}, "spec": {"podSelector": selector}})
}

/// The labels of what the template of the workload stands for.
fn given(kind: Kind, spec: &serde_json::Value) -> Vec<String> {
    let snapshot = Snapshot::default();
    see(&snapshot, kind, &workload("db", spec, &json!({})));
    let labels = |it: Participant| it.endpoint.unwrap().labels;
    let labels = snapshot.participants().into_iter().map(labels);
    labels
        .map(|it| it.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn templates_stand_for_pods_with_all_their_labels() {
    let none = json!({});
    assert_eq!(given(Kind::ReplicaSet, &none), ["app=web"]);
    assert_eq!(given(Kind::Deployment, &none), [format!("app=web {POD_TEMPLATE_HASH}={UNKNOWN}")]);
    let daemon_set = format!("app=web {REVISION_HASH}={UNKNOWN} {TEMPLATE_GENERATION}={UNKNOWN}");
    assert_eq!(given(Kind::DaemonSet, &none), [daemon_set]);
    let job = |uid: &str, name: &str| {
        let long = format!("batch.kubernetes.io/controller-uid={uid} {COMPLETION_INDEX}={UNKNOWN}");
        format!("app=web {long} batch.kubernetes.io/job-name={name} controller-uid={uid} job-name={name}")
    };
    assert_eq!(given(Kind::Job, &none), [job("u1", "db")]);
    let template = json!({"jobTemplate": {"spec": {"template": {"metadata": {"labels": {"app": "web"}}}}}});
    assert_eq!(given(Kind::CronJob, &template), [job(NEW, NEW)]);
}

#[test]
fn a_stateful_set_stands_for_its_pods_by_name() {
    let names = |spec: &serde_json::Value| {
        let snapshot = Snapshot::default();
        see(&snapshot, Kind::StatefulSet, &workload("db", spec, &json!({})));
        let name = |it: Participant| {
            let labels = it.endpoint.unwrap().labels;
            format!("{} {}", label(&labels, POD_NAME).unwrap(), label(&labels, POD_INDEX).unwrap())
        };
        snapshot.participants().into_iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(&json!({})), ["db-0 0"]);
    assert_eq!(names(&json!({"replicas": 2})), ["db-0 0", "db-1 1"]);
    assert_eq!(names(&json!({"replicas": 0})), ["db-0 0"], "the first to come");
    assert_eq!(names(&json!({"replicas": 2, "ordinals": {"start": 5}})), ["db-5 5", "db-6 6"]);
    assert_eq!(names(&json!({"replicas": 1_000_000})).len(), usize::from(NUMBERED_MAX));
}

#[test]
fn what_hangs_on_a_label_not_known_yet_is_left_out() {
    let snapshot = Snapshot::default();
    let deployment = key(Kind::Deployment, "db");
    see(&snapshot, Kind::Deployment, &workload("db", &json!({}), &json!({})));
    let judged = || snapshot.endpoints(&snapshot.network(), &deployment).len();
    assert_eq!(judged(), 1);
    let by_hash =
        json!({"matchExpressions": [{"key": POD_TEMPLATE_HASH, "operator": "In", "values": ["abc"]}]});
    let touched = see(&snapshot, Kind::NetworkPolicy, &policy("p", &by_hash));
    assert!(touched.contains(&Scope::Object(deployment.clone())), "{touched:?}");
    assert_eq!((judged(), snapshot.participants().len()), (0, 0));
    see(&snapshot, Kind::NetworkPolicy, &policy("q", &by_hash));
    see(&snapshot, Kind::NetworkPolicy, &policy("p", &json!({})));
    assert_eq!(judged(), 0, "another still looks at it");
    let touched = see(&snapshot, Kind::NetworkPolicy, &policy("q", &json!({})));
    assert!(touched.contains(&Scope::Object(deployment.clone())), "{touched:?}");
    assert_eq!((judged(), snapshot.participants().len()), (1, 1));
}

#[test]
fn policies_of_another_namespace_count_where_they_select_pods_of_any() {
    let of = |peer: &serde_json::Value| {
        let snapshot = Snapshot::default();
        see(&snapshot, Kind::Deployment, &workload("db", &json!({}), &json!({})));
        let mut there = policy("p", &json!({}));
        there["metadata"]["namespace"] = json!("bank");
        there["spec"]["ingress"] = json!([{"from": [peer]}]);
        let touched = see(&snapshot, Kind::NetworkPolicy, &there);
        (snapshot.participants().len(), touched.contains(&Scope::Object(key(Kind::Deployment, "db"))))
    };
    let pods = json!({"matchLabels": {POD_TEMPLATE_HASH: "abc"}});
    assert_eq!(of(&json!({"podSelector": pods, "namespaceSelector": {}})), (0, true));
    assert_eq!(of(&json!({"podSelector": pods})).0, 1, "pods of its own namespace");
}

#[test]
fn the_template_of_a_job_that_is_over_stands_for_nothing() {
    let counted = |kind: &str, status: &str| {
        let snapshot = Snapshot::default();
        let status = json!({"conditions": [{"type": "Suspended", "status": "True"}, {"type": kind, "status": status}]});
        see(&snapshot, Kind::Job, &workload("db", &json!({}), &json!({})));
        see(&snapshot, Kind::Job, &workload("db", &json!({}), &status));
        snapshot.participants().len()
    };
    assert_eq!((counted("Complete", "True"), counted("Failed", "True")), (0, 0));
    assert_eq!((counted("Complete", "False"), counted("FailureTarget", "True")), (1, 1));
}
