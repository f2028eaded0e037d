//! Policies, nodes, service CIDRs and where pods are, in each encoding, with what may be missing missing.

use std::collections::BTreeMap;

use super::kinds::decode_yaml;
use super::proto::{field, number, unknown_fields};
use crate::model::Kind;
use crate::wire::{
    Content, EgressRule, IngressRule, IntOrString, IpBlock, LabelSelector, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec, Object, decode_json, decode_protobuf,
};

/// What stands in JSON, which is YAML as well, and in protobuf.
fn read(kind: Kind, json: &str, protobuf: &[u8]) -> Object {
    let object = decode_json(kind, json.as_bytes()).unwrap();
    assert_eq!(decode_yaml(kind, json), object, "{kind} from YAML");
    assert_eq!(decode_protobuf(kind, protobuf.to_vec().into()).unwrap(), object, "{kind} from protobuf");
    object
}

fn policy(json: &str, protobuf: &[u8]) -> NetworkPolicySpec {
    let object = read(Kind::NetworkPolicy, &format!(r#"{{"spec": {json}}}"#), &field(2, protobuf));
    let Content::Policy(spec) = object.content else { panic!("no policy") };
    *spec
}

#[test]
fn what_is_absent_in_a_policy_is_not_what_is_empty() {
    assert_eq!(policy("{}", &[]), NetworkPolicySpec::default());
    assert_eq!(policy(r#"{"ingress": null, "egress": null, "podSelector": null}"#, &[]), policy("{}", &[]));
    let everyone = policy(r#"{"ingress": [{}], "podSelector": {}}"#, &[field(1, ""), field(2, "")].concat());
    let expected = NetworkPolicySpec {
        pod_selector: Some(LabelSelector::default()),
        ingress: vec![IngressRule::default()],
        ..NetworkPolicySpec::default()
    };
    assert_eq!(everyone, expected);
    let peers = policy(
        r#"{"egress": [{"to": [{}, {"podSelector": {}}, {"namespaceSelector": {}}]}]}"#,
        &field(3, [field(2, ""), field(2, field(1, "")), field(2, field(2, ""))].concat()),
    );
    let all = || Some(LabelSelector::default());
    let expected = [
        NetworkPolicyPeer::default(),
        NetworkPolicyPeer { pod_selector: all(), ..NetworkPolicyPeer::default() },
        NetworkPolicyPeer { namespace_selector: all(), ..NetworkPolicyPeer::default() },
    ];
    assert_eq!(peers.egress, [EgressRule { ports: Vec::new(), to: expected.to_vec() }]);
}

#[test]
fn ports_are_numbers_or_names() {
    let json = r#"{"ingress": [{"ports": [{}, {"port": 80}, {"port": "web", "protocol": "UDP"},
        {"port": 80, "endPort": 90}, {"port": "80"}, {"port": null, "protocol": null, "endPort": null}]}]}"#;
    let int = |value| field(2, [number(1, 0), number(2, value), field(3, "")].concat());
    let name = |text| field(2, [number(1, 1), number(2, 0), field(3, text)].concat());
    let ports = [
        Vec::new(),
        int(80),
        [unknown_fields(), field(1, "UDP"), name("web")].concat(),
        [int(80), number(3, 90)].concat(),
        name("80"),
        Vec::new(),
    ];
    let protobuf = field(2, ports.map(|port| field(1, port)).concat());
    let int = |int| Some(IntOrString { kind: 0, int, string: String::new() });
    let name = |text: &str| Some(IntOrString { kind: 1, int: 0, string: text.to_owned() });
    let port = NetworkPolicyPort::default;
    let expected = [
        port(),
        NetworkPolicyPort { port: int(80), ..port() },
        NetworkPolicyPort { port: name("web"), protocol: Some("UDP".to_owned()), ..port() },
        NetworkPolicyPort { port: int(80), end_port: Some(90), ..port() },
        NetworkPolicyPort { port: name("80"), ..port() },
        port(),
    ];
    assert_eq!(policy(json, &protobuf).ingress[0].ports, expected);
}

#[test]
fn a_block_has_its_exceptions() {
    let json = r#"{"egress": [{"to": [{"ipBlock": {"cidr": "fd00::/8", "except": ["fd01::/16", ""]}},
        {"ipBlock": {"cidr": null, "except": null}}]}]}"#;
    let block = [field(1, "fd00::/8"), field(2, "fd01::/16"), field(2, "")].concat();
    let protobuf = field(3, [field(2, field(3, block)), field(2, field(3, ""))].concat());
    let blocks = policy(json, &protobuf).egress.remove(0).to.into_iter().map(|peer| peer.ip_block.unwrap());
    let full = IpBlock { cidr: "fd00::/8".to_owned(), except: vec!["fd01::/16".to_owned(), String::new()] };
    assert_eq!(blocks.collect::<Vec<_>>(), [full, IpBlock::default()]);
}

/// The ranges of an object.
fn ranges(kind: Kind, json: &str, protobuf: &[u8]) -> Vec<String> {
    let Content::Ranges(ranges) = read(kind, json, protobuf).content else { panic!("no ranges") };
    ranges
}

#[test]
fn a_node_tells_the_ranges_of_its_pods_and_its_own_addresses() {
    let address = |kind, address| field(5, [field(1, kind), field(2, address)].concat());
    let json = r#"{"spec": {"podCIDR": "10.1.0.0/24", "podCIDRs": ["10.1.0.0/24", "fd01::/64"]}, "status": {
        "phase": "Running", "addresses": [{"type": "Hostname", "address": "node-1"},
        {"type": "InternalIP", "address": "10.0.0.1"}, {"type": "InternalDNS", "address": "node-1.internal"},
        {"type": "ExternalIP", "address": "203.0.113.1"}, {"type": null, "address": null}]}}"#;
    let spec = [field(1, "10.1.0.0/24"), field(7, "10.1.0.0/24"), field(7, "fd01::/64")].concat();
    let status = [
        field(3, "Running"),
        address("Hostname", "node-1"),
        address("InternalIP", "10.0.0.1"),
        address("InternalDNS", "node-1.internal"),
        address("ExternalIP", "203.0.113.1"),
        field(5, ""),
    ];
    let protobuf = [field(2, spec), field(3, status.concat())].concat();
    let expected = ["10.1.0.0/24", "fd01::/64", "10.0.0.1", "203.0.113.1"];
    assert_eq!(ranges(Kind::Node, json, &protobuf), expected);
    let older =
        ranges(Kind::Node, r#"{"spec": {"podCIDR": "10.1.0.0/24"}}"#, &field(2, field(1, "10.1.0.0/24")));
    assert_eq!(older, ["10.1.0.0/24"]);
    assert!(ranges(Kind::Node, r#"{"spec": null, "status": {"addresses": null}}"#, b"").is_empty());
}

#[test]
fn a_service_cidr_tells_its_ranges() {
    let json = r#"{"spec": {"cidrs": ["10.96.0.0/12", "fd02::/112"]}, "status": {"conditions": [{}]}}"#;
    let protobuf =
        [field(2, [field(1, "10.96.0.0/12"), field(1, "fd02::/112")].concat()), field(3, field(1, ""))];
    assert_eq!(ranges(Kind::ServiceCidr, json, &protobuf.concat()), ["10.96.0.0/12", "fd02::/112"]);
    assert!(ranges(Kind::ServiceCidr, r#"{"spec": {"cidrs": null}}"#, b"").is_empty());
}

/// What the status of a pod comes to: whether it has finished, and its addresses.
fn status(json: &str, protobuf: &[u8]) -> (bool, Vec<String>) {
    let object = read(Kind::Pod, &format!(r#"{{"status": {json}}}"#), &field(3, protobuf));
    let status = object.pods().unwrap().status.as_ref().unwrap();
    (status.is_finished(), status.addresses().map(str::to_owned).collect())
}

#[test]
fn a_pod_has_finished_when_it_will_never_run_again() {
    for (phase, finished) in [
        ("Pending", false),
        ("Running", false),
        ("Unknown", false),
        ("Succeeded", true),
        ("Failed", true),
        ("failed", false),
        ("", false),
    ] {
        let json = format!(r#"{{"phase": "{phase}", "reason": "Failed"}}"#);
        let protobuf = [field(4, "Failed"), field(1, phase)].concat();
        assert_eq!(status(&json, &protobuf), (finished, vec![]), "{phase}");
    }
    assert_eq!(status(r#"{"phase": null, "podIP": null, "podIPs": null}"#, &[]), (false, vec![]));
}

#[test]
fn a_pod_has_the_addresses_of_its_status() {
    let both =
        r#"{"podIP": "10.1.2.3", "podIPs": [{"ip": "10.1.2.3"}, {"ip": "fd00::3"}], "hostIP": "10.0.0.1"}"#;
    let ips =
        [field(12, field(1, "10.1.2.3")), field(12, field(1, "fd00::3")), field(5, "10.0.0.1")].concat();
    let protobuf = [field(6, "10.1.2.3"), ips].concat();
    assert_eq!(status(both, &protobuf).1, ["10.1.2.3", "fd00::3"]);
    assert_eq!(status(r#"{"podIP": "10.1.2.3", "podIPs": []}"#, &field(6, "10.1.2.3")).1, ["10.1.2.3"]);
    assert_eq!(status(r#"{"podIPs": [{"ip": null}]}"#, &field(12, "")).1, [""]);
}

#[test]
fn of_a_workload_the_labels_of_its_template_are_read() {
    let label = [field(1, "app"), field(2, "web")].concat();
    let own = [field(1, "app"), field(2, "other")].concat();
    let json = r#"{"metadata": {"labels": {"app": "other"}}, "spec": {"template": {"metadata": {"labels": {"app": "web"}}}}}"#;
    let protobuf = [field(1, field(11, own)), field(2, field(3, field(1, field(11, label))))].concat();
    let object = read(Kind::Deployment, json, &protobuf);
    assert_eq!(object.pods().unwrap().labels, BTreeMap::from([("app".to_owned(), "web".to_owned())]));
}

#[test]
fn ports_and_restart_policies_of_containers_are_read() {
    let json = r#"{"spec": {"initContainers": [{"restartPolicy": "Always"}, {"restartPolicy": null}],
        "containers": [{"ports": [{"name": "dns", "containerPort": 53, "protocol": "UDP", "hostIP": "x"},
        {"name": null, "containerPort": 80, "protocol": null}]}]}}"#;
    let dns = [field(1, "dns"), number(3, 53), field(4, "UDP"), field(5, "x")].concat();
    let containers = field(2, [field(6, dns), field(6, number(3, 80))].concat());
    let protobuf = field(2, [field(20, field(24, "Always")), field(20, ""), containers].concat());
    let object = read(Kind::Pod, json, &protobuf);
    let spec = &object.pods().unwrap().spec;
    let restarts: Vec<_> = spec.init_containers.iter().map(|it| it.restart_policy.as_str()).collect();
    assert_eq!(restarts, ["Always", ""]);
    let ports = spec.containers[0].ports.iter();
    let ports: Vec<_> = ports.map(|it| (it.name.as_str(), it.container_port, it.protocol.as_str())).collect();
    assert_eq!(ports, [("dns", 53, "UDP"), ("", 80, "")]);
}

#[test]
fn of_a_policy_that_is_not_modelled_nothing_but_its_metadata_is_read() {
    let json =
        r#"{"metadata": {"name": "it"}, "spec": {"endpointSelector": {}, "ingress": 5}, "status": "x"}"#;
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_foreign_policy()) {
        let protobuf = [field(1, field(1, "it")), field(2, "anything"), field(3, "x")].concat();
        let object = read(kind, json, &protobuf);
        assert_eq!((object.kind, &*object.metadata.name, object.content), (kind, "it", Content::Nothing));
    }
}

#[test]
fn a_value_of_a_wrong_type_is_an_error() {
    for (kind, json) in [
        (Kind::NetworkPolicy, r#"{"spec": {"ingress": {}}}"#),
        (Kind::NetworkPolicy, r#"{"spec": {"ingress": [null]}}"#),
        (Kind::NetworkPolicy, r#"{"spec": {"policyTypes": "Egress"}}"#),
        (Kind::NetworkPolicy, r#"{"spec": {"podSelector": {"matchLabels": {"a": 1}}}}"#),
        (Kind::NetworkPolicy, r#"{"spec": {"egress": [{"ports": [{"port": 80.5}]}]}}"#),
        (Kind::NetworkPolicy, r#"{"spec": {"egress": [{"ports": [{"port": true}]}]}}"#),
        (Kind::NetworkPolicy, r#"{"spec": {"egress": [{"ports": [{"port": 2147483648}]}]}}"#),
        (Kind::NetworkPolicy, r#"{"spec": {"egress": [{"ports": [{"endPort": "90"}]}]}}"#),
        (Kind::NetworkPolicy, r#"{"spec": {"egress": [{"to": [{"ipBlock": "10.0.0.0/8"}]}]}}"#),
        (Kind::Node, r#"{"spec": {"podCIDRs": "10.1.0.0/24"}}"#),
        (Kind::Node, r#"{"status": {"addresses": [{"address": 1}]}}"#),
        (Kind::ServiceCidr, r#"{"spec": {"cidrs": {}}}"#),
        (Kind::Pod, r#"{"status": {"phase": 1}}"#),
        (Kind::Pod, r#"{"status": {"podIPs": ["10.1.2.3"]}}"#),
        (Kind::Deployment, r#"{"spec": {"template": {"metadata": {"labels": []}}}}"#),
    ] {
        decode_json(kind, json.as_bytes()).unwrap_err();
    }
    for (kind, protobuf) in [
        (Kind::NetworkPolicy, field(2, number(2, 1))),
        (Kind::NetworkPolicy, field(2, field(2, field(1, field(2, field(2, "80")))))),
        (Kind::Node, field(3, number(5, 1))),
        (Kind::ServiceCidr, field(2, number(1, 1))),
        (Kind::Pod, field(3, number(1, 1))),
        (Kind::Pod, field(3, field(12, number(1, 1)))),
    ] {
        decode_protobuf(kind, protobuf.into()).unwrap_err();
    }
}
