//! The fat objects: their two encodings hold the same, and they are as heavy as real ones.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::rbac::v1 as rbac;
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::{Int, String as Text};
use plimsoll::demo::objects::{
    AggregationRule, ClusterRole, ClusterRoleBinding, IntOrString, IpBlock, LabelSelector, NetworkPolicy,
    NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec, Node, ObjectMeta, Pod, PolicyRule, Role, RoleBinding, RoleRef, ServiceAccount,
    Subject,
};
use plimsoll::demo::population::{Load, populate, populate_load};
use plimsoll::demo::store::{Encoding, Store};
use plimsoll::model::Kind;
use plimsoll::wire::{decode_json, decode_protobuf};
use prost::Message;

fn now() -> Timestamp {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn load() -> Store {
    let store = Store::new(1000);
    populate_load(&store, Load { pods: 20, namespaces: 2, privileged_every: 2 }, now());
    store
}

#[test]
fn pods_are_as_heavy_as_real_ones() {
    let store = load();
    let snapshot = store.snapshot(Kind::Pod);
    assert_eq!(snapshot.objects.len(), 20);
    for pod in snapshot.objects.iter() {
        let (json, protobuf) = (pod.bytes(Encoding::Json).len(), pod.bytes(Encoding::Protobuf).len());
        assert!((9_000..11_000).contains(&json), "{json}");
        assert!((6_000..8_000).contains(&protobuf), "{protobuf}");
        let managed = Pod::decode(pod.bytes(Encoding::Protobuf).as_ref()).unwrap().metadata.managed_fields;
        let managed = serde_json::to_vec(&managed).unwrap().len();
        assert!((3_000..5_000).contains(&managed), "{managed}");
    }
}

#[test]
fn both_encodings_hold_the_same() {
    let store = Store::new(1000);
    populate(&store, now());
    for kind in Kind::ALL {
        let snapshot = store.snapshot(kind);
        for object in snapshot.objects.iter() {
            let json: serde_json::Value = serde_json::from_slice(object.bytes(Encoding::Json)).unwrap();
            assert_eq!(json["metadata"]["resourceVersion"], object.version().to_string());
            if kind == Kind::Pod {
                compare(object.bytes(Encoding::Protobuf), json);
            }
        }
    }
    assert!(store.len(Kind::Pod) > 200);
}

/// What is put of who may do what is served so that both encodings say it to types that are not ours.
#[test]
fn who_may_do_what_is_served_as_it_was_put() {
    let metadata =
        || ObjectMeta { name: "it".to_owned(), namespace: "shop".to_owned(), ..ObjectMeta::default() };
    let text = str::to_owned;
    let rules = vec![PolicyRule {
        verbs: vec![text("get")],
        api_groups: vec![text("")],
        resources: vec![text("secrets")],
        non_resource_urls: vec![text("/metrics")],
        ..PolicyRule::default()
    }];
    let labels = [(text("a"), text("b"))].into();
    let selector = LabelSelector { match_labels: labels, ..LabelSelector::default() };
    let aggregation_rule = Some(AggregationRule { cluster_role_selectors: vec![selector] });
    let role_ref = RoleRef { kind: text("Role"), name: text("it"), ..RoleRef::default() };
    let subjects = vec![Subject { kind: text("Group"), name: text("devs"), ..Subject::default() }];
    let store = Store::new(10);
    store.put(Role { metadata: metadata(), rules: rules.clone() }, now());
    store.put(ClusterRole { metadata: metadata(), rules, aggregation_rule }, now());
    store.put(
        RoleBinding { metadata: metadata(), subjects: subjects.clone(), role_ref: role_ref.clone() },
        now(),
    );
    store.put(ClusterRoleBinding { metadata: metadata(), subjects, role_ref }, now());
    let automount_service_account_token = Some(false);
    store.put(
        ServiceAccount { metadata: metadata(), automount_service_account_token, ..ServiceAccount::default() },
        now(),
    );

    let read = |kind| read(&store, kind);
    let role: rbac::Role = serde_json::from_value(read(Kind::Role)).unwrap();
    assert_eq!(role.rules.unwrap()[0].non_resource_urls, Some(vec![text("/metrics")]));
    let role: rbac::ClusterRole = serde_json::from_value(read(Kind::ClusterRole)).unwrap();
    assert_eq!(role.aggregation_rule.unwrap().cluster_role_selectors.unwrap().len(), 1);
    let binding: rbac::RoleBinding = serde_json::from_value(read(Kind::RoleBinding)).unwrap();
    assert_eq!((binding.role_ref.name, binding.subjects.unwrap().len()), (text("it"), 1));
    let binding: rbac::ClusterRoleBinding = serde_json::from_value(read(Kind::ClusterRoleBinding)).unwrap();
    assert_eq!(binding.subjects.unwrap()[0].name, "devs");
    let account: core::ServiceAccount = serde_json::from_value(read(Kind::ServiceAccount)).unwrap();
    assert_eq!(account.automount_service_account_token, Some(false));
}

/// The JSON form of the first object of the kind, which says the same as its protobuf form.
fn read(store: &Store, kind: Kind) -> serde_json::Value {
    let object = store.snapshot(kind).objects[0].clone();
    let protobuf = decode_protobuf(kind, object.bytes(Encoding::Protobuf).clone()).unwrap();
    assert_eq!(decode_json(kind, object.bytes(Encoding::Json)).unwrap(), protobuf, "{kind}");
    assert_ne!(protobuf, decode_json(kind, b"{}").unwrap(), "{kind}");
    serde_json::from_slice(object.bytes(Encoding::Json)).unwrap()
}

#[test]
fn a_network_policy_is_served_as_it_was_put() {
    let all = || Some(LabelSelector::default());
    let block = IpBlock { cidr: "10.0.0.0/8".to_owned(), except: vec!["10.1.0.0/16".to_owned()] };
    let port = NetworkPolicyPort {
        protocol: Some("UDP".to_owned()),
        port: Some(IntOrString::int(53)),
        end_port: Some(54),
    };
    let named = NetworkPolicyPort { port: Some(IntOrString::string("dns")), ..NetworkPolicyPort::default() };
    let spec = NetworkPolicySpec {
        pod_selector: all(),
        ingress: vec![NetworkPolicyIngressRule {
            ports: vec![port, named],
            from: vec![NetworkPolicyPeer { pod_selector: all(), ..NetworkPolicyPeer::default() }],
        }],
        egress: vec![
            NetworkPolicyEgressRule::default(),
            NetworkPolicyEgressRule {
                to: vec![NetworkPolicyPeer { ip_block: Some(block), ..NetworkPolicyPeer::default() }],
                ..NetworkPolicyEgressRule::default()
            },
        ],
        policy_types: vec!["Egress".to_owned()],
    };
    let metadata =
        ObjectMeta { name: "it".to_owned(), namespace: "shop".to_owned(), ..ObjectMeta::default() };
    let store = Store::new(10);
    store.put(NetworkPolicy { metadata, spec }, now());

    let policy: networking::NetworkPolicy =
        serde_json::from_value(read(&store, Kind::NetworkPolicy)).unwrap();
    let spec = policy.spec.unwrap();
    let ingress = spec.ingress.unwrap().remove(0);
    assert_eq!(ingress.from.unwrap()[0].pod_selector, Some(meta::LabelSelector::default()));
    let [port, named] = &ingress.ports.unwrap()[..] else { panic!("two ports") };
    assert_eq!((port.port.clone(), port.end_port), (Some(Int(53)), Some(54)));
    assert_eq!((named.port.clone(), named.protocol.clone()), (Some(Text("dns".to_owned())), None));
    let egress = spec.egress.unwrap();
    assert_eq!(egress[0], networking::NetworkPolicyEgressRule::default());
    assert_eq!(egress[1].to.as_ref().unwrap()[0].ip_block.as_ref().unwrap().cidr, "10.0.0.0/8");
    assert_eq!(spec.policy_types.unwrap(), ["Egress"]);
}

#[test]
fn pods_have_addresses_of_their_nodes() {
    let store = Store::new(1000);
    populate(&store, now());
    let nodes: BTreeMap<String, String> = store
        .all::<Node>()
        .into_iter()
        .map(|node| (node.metadata.name, node.spec.pod_cidr.strip_suffix("0.0/16").unwrap().to_owned()))
        .collect();
    assert_eq!(nodes.values().collect::<BTreeSet<_>>().len(), nodes.len(), "each has a range of its own");
    for pod in store.all::<Pod>() {
        assert!(pod.status.pod_ip.starts_with(&nodes[&pod.spec.node_name]), "{}", pod.status.pod_ip);
        assert_eq!(pod.status.pod_ips[0].ip, pod.status.pod_ip);
    }
    for kind in [Kind::Node, Kind::ServiceCidr] {
        read(&store, kind);
    }
}

/// Reads the JSON form by types that are not ours, and compares it with what protobuf says.
fn compare(protobuf: &[u8], json: serde_json::Value) {
    let (ours, theirs) =
        (Pod::decode(protobuf).unwrap(), serde_json::from_value::<core::Pod>(json.clone()).unwrap());
    let (spec, status) = (theirs.spec.as_ref().unwrap(), theirs.status.as_ref().unwrap());
    assert_eq!(Some(&ours.metadata.name), theirs.metadata.name.as_ref());
    assert_eq!(Some(&ours.spec.node_name), spec.node_name.as_ref());
    assert_eq!(Some(&ours.status.pod_ip), status.pod_ip.as_ref());
    assert_eq!(ours.spec.containers.len(), spec.containers.len());
    for (ours, theirs) in ours.spec.containers.iter().zip(&spec.containers) {
        let (ours, theirs) =
            (ours.security_context.as_ref().unwrap(), theirs.security_context.as_ref().unwrap());
        assert_eq!(ours.privileged, theirs.privileged);
        assert_eq!(ours.run_as_user, theirs.run_as_user);
    }
    // Nothing that we write is unknown to them: it is all there when they write it again.
    assert_eq!(serde_json::to_value(&theirs).unwrap(), with_type(json));
}

fn with_type(mut json: serde_json::Value) -> serde_json::Value {
    // They leave out what is null.
    for condition in json["status"]["conditions"].as_array_mut().unwrap() {
        assert!(condition.as_object_mut().unwrap().remove("lastProbeTime").unwrap().is_null());
    }
    json["kind"] = "Pod".into();
    json["apiVersion"] = "v1".into();
    json
}

#[tokio::test]
async fn churn_rewrites_both_encodings_alike() {
    let store = load();
    let before = store.snapshot(Kind::Pod);
    // The JSON of the first ten is made before the churn, and so is rewritten; that of the others is made after.
    for pod in &before.objects[..10] {
        pod.bytes(Encoding::Json);
    }
    assert_eq!(store.churn(Kind::Pod, 50, 0).await, 50);
    let after = store.snapshot(Kind::Pod);
    for (index, (before, after)) in before.objects.iter().zip(after.objects.iter()).enumerate() {
        let was = Pod::decode(before.bytes(Encoding::Protobuf).as_ref()).unwrap();
        let is = Pod::decode(after.bytes(Encoding::Protobuf).as_ref()).unwrap();
        let touches = if index < 10 { 3 } else { 2 };
        let mut expected = was.clone();
        expected.metadata.resource_version = after.version().to_string();
        let settled = was.metadata.managed_fields[1].time.unwrap();
        expected.metadata.managed_fields[1].time = Some(settled.plus_secs(touches));
        for condition in &mut expected.status.conditions {
            if condition.last_transition_time == settled {
                condition.last_transition_time = settled.plus_secs(touches);
            }
        }
        assert_eq!(is, expected);
        assert_eq!(after.bytes(Encoding::Json), &serde_json::to_vec(&expected).unwrap());
    }
}
