//! Each kind from YAML, JSON and protobuf.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::filled::filled;
use super::proto::{field, number, unknown_fields};
use super::spec_of;
use crate::model::Kind;
use crate::wire::decode::open_envelope;
use crate::wire::network::NetworkPolicy;
use crate::wire::pod::Pod;
use crate::wire::range::{Node, ServiceCidr};
use crate::wire::rbac::{AnyBinding, AnyRole};
use crate::wire::workload::{Bare, CronJob, DaemonSet, Job, Replicated};
use crate::wire::{
    Container, Content, EphemeralContainer, Object, ObjectMeta, OwnerReference, PodSpec, Pods, Role,
    SecurityContext, decode_json, decode_protobuf,
};

pub(super) fn decode_yaml(kind: Kind, yaml: &str) -> Object {
    fn read<T: DeserializeOwned>(yaml: &str) -> T {
        serde_saphyr::from_str(yaml).unwrap()
    }
    match kind {
        Kind::Namespace | Kind::ServiceAccount => read::<Bare>(yaml).into_object(kind),
        kind if kind.is_foreign_policy() => read::<Bare>(yaml).into_object(kind),
        Kind::Pod => read::<Pod>(yaml).into_object(kind),
        Kind::ReplicationController | Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet => {
            read::<Replicated>(yaml).into_object(kind)
        }
        Kind::DaemonSet => read::<DaemonSet>(yaml).into_object(kind),
        Kind::Job => read::<Job>(yaml).into_object(kind),
        Kind::CronJob => read::<CronJob>(yaml).into_object(kind),
        Kind::Role | Kind::ClusterRole => read::<AnyRole>(yaml).into_object(kind),
        Kind::RoleBinding | Kind::ClusterRoleBinding => read::<AnyBinding>(yaml).into_object(kind),
        Kind::NetworkPolicy => read::<NetworkPolicy>(yaml).into_object(kind),
        Kind::Node => read::<Node>(yaml).into_object(kind),
        Kind::ServiceCidr => read::<ServiceCidr>(yaml).into_object(kind),
        kind => panic!("{kind} is read as nothing"),
    }
}

/// The same document in JSON.
fn to_json(yaml: &str) -> Vec<u8> {
    let value: serde_json::Value = serde_saphyr::from_str(yaml).unwrap();
    serde_json::to_vec(&value).unwrap()
}

fn container(name: &str, privileged: Option<bool>) -> Container {
    let context = |privileged| Box::new(SecurityContext { privileged, ..SecurityContext::default() });
    let security_context = privileged.map(|it| context(Some(it)));
    Container { name: name.to_owned(), security_context, ..Container::default() }
}

/// What Kubernetes' own encoders write with every field filled in. Of a kind that Kubernetes does not have, that is the
/// metadata, which all kinds have alike.
fn golden(kind: Kind) -> (String, Bytes) {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/wire");
    let kind = if kind.is_foreign_policy() { Kind::Namespace } else { kind };
    let yaml = std::fs::read_to_string(format!("{dir}/{kind}.yaml")).unwrap();
    let protobuf = std::fs::read(format!("{dir}/{kind}.pb")).unwrap();
    (yaml, open_envelope(protobuf.into()).unwrap())
}

#[test]
fn every_kind_reads_the_same_from_yaml_json_and_protobuf() {
    for kind in Kind::ALL {
        let (yaml, protobuf) = golden(kind);
        let expected = filled(kind);
        assert_eq!(decode_yaml(kind, &yaml), expected, "{kind} from YAML");
        assert_eq!(decode_json(kind, &to_json(&yaml)).unwrap(), expected, "{kind} from JSON");
        assert_eq!(decode_protobuf(kind, protobuf).unwrap(), expected, "{kind} from protobuf");
    }
}

/// Which fields lead from an object of the kind to its pod spec, with Kubernetes' numbers; none where it has no pods.
fn path(kind: Kind) -> &'static [(&'static str, u32)] {
    match kind {
        Kind::Pod => &[("spec", 2)],
        Kind::ReplicationController | Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet => {
            &[("spec", 2), ("template", 3), ("spec", 2)]
        }
        Kind::DaemonSet => &[("spec", 2), ("template", 2), ("spec", 2)],
        Kind::Job => &[("spec", 2), ("template", 6), ("spec", 2)],
        Kind::CronJob => &[("spec", 2), ("jobTemplate", 5), ("spec", 2), ("template", 6), ("spec", 2)],
        _ => &[],
    }
}

fn nest_json(kind: Kind, pod_spec: &str) -> String {
    let nest = |inner: String, (name, _): &(&str, u32)| format!(r#"{{"skipped": [1], "{name}": {inner}}}"#);
    let spec = path(kind).iter().rev().fold(pod_spec.to_owned(), nest);
    spec.replacen('{', r#"{"kind": "Any", "metadata": {"name": "it"}, "#, 1)
}

fn nest_protobuf(kind: Kind, pod_spec: &[u8]) -> Vec<u8> {
    let nest = |inner: Vec<u8>, (_, tag): &(&str, u32)| {
        [unknown_fields(), field(*tag, inner), unknown_fields()].concat()
    };
    let spec = path(kind).iter().rev().fold(pod_spec.to_vec(), nest);
    let metadata =
        [unknown_fields(), field(1, "it"), field(17, field(7, field(1, "{}"))), unknown_fields()].concat();
    [unknown_fields(), field(1, metadata), spec].concat()
}

#[test]
fn unknown_fields_are_skipped_wherever_they_stand() {
    // An ephemeral container holds the common fields inline in JSON, in a message of its own in protobuf.
    let json = r#"{
        "hostNetwork": true,
        "containers": [{"image": "x", "name": "web", "securityContext": {"runAsUser": 1, "privileged": false}}],
        "ephemeralContainers": [{"name": "debug", "targetContainerName": "web", "securityContext": {"privileged": true}}],
        "initContainers": [{"name": "init"}, {"name": "bare", "securityContext": {}}]
    }"#;
    let context = |privileged: u64| field(15, [unknown_fields(), number(2, privileged)].concat());
    let web =
        [unknown_fields(), context(0), field(15, number(4, 1)), field(1, "web"), field(2, "x")].concat();
    let debug = [field(2, "web"), field(1, [field(1, "debug"), context(1)].concat())].concat();
    let bare = [field(1, "bare"), field(15, "")].concat();
    let protobuf = [
        unknown_fields(),
        field(20, field(1, "init")),
        field(2, web),
        number(11, 1),
        field(34, debug),
        field(20, bare),
        unknown_fields(),
    ];
    let mut bare = container("bare", None);
    bare.security_context = Some(Box::default());
    let mut web = container("web", Some(false));
    web.security_context.as_mut().unwrap().run_as_user = Some(1);
    let expected = PodSpec {
        containers: vec![web],
        init_containers: vec![container("init", None), bare],
        ephemeral_containers: vec![EphemeralContainer { common: container("debug", Some(true)) }],
        host_network: true,
        ..PodSpec::default()
    };
    for kind in Kind::ALL.into_iter().filter(|kind| kind.has_pods()) {
        let json = nest_json(kind, json);
        let from_json = decode_json(kind, json.as_bytes()).unwrap();
        assert_eq!(spec_of(&from_json), expected, "{kind} from JSON");
        assert_eq!(decode_yaml(kind, &json), from_json, "{kind} from YAML");
        let protobuf = nest_protobuf(kind, &protobuf.concat());
        assert_eq!(decode_protobuf(kind, protobuf.into()).unwrap(), from_json, "{kind} from protobuf");
    }
}

#[test]
fn null_is_the_zero_value() {
    let bare = |kind: Kind| {
        let content = match kind {
            kind if kind.has_pods() => Content::Pods(Pods::default()),
            Kind::NetworkPolicy => Content::Policy(Box::default()),
            Kind::Node | Kind::ServiceCidr => Content::Ranges(Vec::new()),
            Kind::Role | Kind::ClusterRole => Content::Role(Role::default()),
            Kind::RoleBinding | Kind::ClusterRoleBinding => Content::Binding(Box::default()),
            _ => Content::Nothing,
        };
        Object { content, ..Object::of(kind, ObjectMeta::default()) }
    };
    let metadata = r#"{"name": null, "namespace": null, "uid": null, "resourceVersion": null, "labels": null,
        "ownerReferences": null, "managedFields": null}"#;
    let nulls = r#"{"containers": null, "initContainers": null, "ephemeralContainers": null,
        "volumes": null, "securityContext": null, "hostNetwork": null, "hostPID": null, "hostIPC": null,
        "hostUsers": null, "runtimeClassName": null, "os": null}"#;
    for kind in Kind::ALL {
        for json in [r#"{"metadata": null, "spec": null}"#, "{}", &format!(r#"{{"metadata": {metadata}}}"#)] {
            assert_eq!(decode_json(kind, json.as_bytes()).unwrap(), bare(kind), "{kind} from {json}");
            assert_eq!(decode_yaml(kind, json), bare(kind), "{kind} from {json}");
        }
        assert_eq!(decode_protobuf(kind, Bytes::new()).unwrap(), bare(kind), "{kind} from nothing");
        for depth in 0..path(kind).len() {
            let null = path(kind)[..=depth]
                .iter()
                .rev()
                .fold("null".to_owned(), |inner, (name, _)| format!(r#"{{"{name}": {inner}}}"#));
            assert_eq!(decode_json(kind, null.as_bytes()).unwrap(), bare(kind), "{kind} from {null}");
        }
        if kind.has_pods() {
            let mut named = bare(kind);
            named.metadata.name = "it".to_owned();
            let json = nest_json(kind, nulls);
            assert_eq!(decode_json(kind, json.as_bytes()).unwrap(), named, "{kind} from {json}");
        }
    }
    let fields = r#"{"spec": {"containers": [{"name": null, "securityContext": null}], "ephemeralContainers":
        [{"name": null, "securityContext": {"privileged": null}}]}}"#;
    let spec = spec_of(&decode_json(Kind::Pod, fields.as_bytes()).unwrap());
    assert_eq!(spec.containers, [container("", None)]);
    assert_eq!(spec.ephemeral_containers[0].common.security_context, Some(Box::default()));
    let owner = r#"{"metadata": {"ownerReferences": [{"kind": null, "name": null, "uid": null, "apiVersion":
        null, "controller": null}]}}"#;
    let owners = decode_json(Kind::Pod, owner.as_bytes()).unwrap().metadata.owner_references;
    assert_eq!(owners, [OwnerReference::default()]);
}

#[test]
fn a_wrong_wire_type_is_an_error() {
    let name = |kind: Kind| decode_protobuf(kind, field(1, number(1, 5)).into());
    let spec = |content: Vec<u8>| decode_protobuf(Kind::Pod, field(2, content).into());
    for kind in Kind::ALL {
        name(kind).unwrap_err();
    }
    spec(number(2, 1)).unwrap_err();
    spec(field(2, field(15, field(2, "yes")))).unwrap_err();
    spec(field(34, number(1, 1))).unwrap_err();
    decode_protobuf(Kind::Deployment, field(2, field(1, "three")).into()).unwrap_err();
    // The same fields with the right types are read.
    spec(field(2, field(15, number(2, 1)))).unwrap();
    decode_protobuf(Kind::Deployment, field(2, number(1, 3)).into()).unwrap();
}

#[test]
fn a_wrong_json_type_is_an_error() {
    for spec in [
        r#"{"containers": {}}"#,
        r#"{"containers": [null]}"#,
        r#"{"containers": [{"name": 1}]}"#,
        r#"{"containers": [{"securityContext": {"privileged": "true"}}]}"#,
    ] {
        decode_json(Kind::Pod, nest_json(Kind::Pod, spec).as_bytes()).unwrap_err();
    }
    decode_json(Kind::Deployment, br#"{"spec": {"replicas": 2147483648}}"#).unwrap_err();
    let three = decode_json(Kind::Deployment, br#"{"spec": {"replicas": 3}}"#).unwrap();
    assert_eq!(three.pods().unwrap().replicas, Some(3));
}
