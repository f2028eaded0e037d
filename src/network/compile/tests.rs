//! What is refused, with the field that Kubernetes names.

use serde_json::{Value, json};

use super::*;

fn faults(spec: Value) -> Vec<String> {
    let spec: NetworkPolicySpec = serde_json::from_value(spec).unwrap();
    match Policy::compile(&spec) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(Fault::to_string).collect(),
    }
}

/// The one fault of a policy with this peer.
fn peer_fault(peer: &Value) -> Vec<String> {
    faults(json!({"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}, peer]}]}))
}

/// The one fault of a policy with this port.
fn port_fault(port: &Value) -> Vec<String> {
    faults(
        json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}, {"ports": [{"port": 80}, port]}]}),
    )
}

#[test]
fn what_kubernetes_takes_is_taken() {
    let all = json!({
        "podSelector": {"matchLabels": {"app": "web"}, "matchExpressions": [
            {"key": "example.com/tier", "operator": "In", "values": ["a", ""]},
            {"key": "tier", "operator": "NotIn", "values": ["b"]},
            {"key": "tier", "operator": "Exists"},
            {"key": "canary", "operator": "DoesNotExist", "values": []},
        ]},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [
            {"podSelector": {}, "namespaceSelector": {}},
            {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "10.1.2.3/32"]}},
        ], "ports": [{"port": "http"}, {"protocol": "SCTP"}, {"protocol": "UDP", "port": 1, "endPort": 65535}]}],
        "egress": [{"to": null, "ports": []}, {}],
    });
    assert_eq!(faults(all), [""; 0]);
    for types in [json!(null), json!([]), json!(["Egress"]), json!(["Ingress", "Ingress"])] {
        assert_eq!(faults(json!({"policyTypes": types})), [""; 0]);
    }
    assert_eq!(port_fault(&json!({"port": 443, "endPort": 443})), [""; 0]);
}

#[test]
fn a_block_of_addresses_is_refused() {
    let block =
        |cidr: &str, except: &[&str]| peer_fault(&json!({"ipBlock": {"cidr": cidr, "except": except}}));
    let field = "spec.ingress[0].from[1].ipBlock";
    let no_range = "is no range of addresses, expected such as 10.0.0.0/8";
    assert_eq!(block("10.0.0.0", &[]), [format!("{field}.cidr: '10.0.0.0' {no_range}")]);
    assert_eq!(block("", &["10.0.0.0/8"]), [format!("{field}.cidr: '' {no_range}")]);
    assert_eq!(block("10.0.0.0/8", &["10.0.0.0/9", "x"]), [format!("{field}.except[1]: 'x' {no_range}")]);
    for outside in ["11.0.0.0/16", "10.0.0.0/8", "10.9.9.9/8", "0.0.0.0/0", "fd00::/16"] {
        let expected = format!("{field}.except[0]: '{outside}' is not a part of 10.0.0.0/8");
        assert_eq!(block("10.0.0.0/8", &[outside]), [expected]);
    }
}

#[test]
fn a_peer_is_refused() {
    let field = "spec.ingress[0].from[1]";
    let no_peer = "no peer, expected a podSelector, a namespaceSelector or an ipBlock";
    assert_eq!(peer_fault(&json!({})), [format!("{field}: {no_peer}")]);
    let block = json!({"cidr": "10.0.0.0/8"});
    let beside = [format!("{field}: an ipBlock beside a selector, expected one of them alone")];
    assert_eq!(peer_fault(&json!({"podSelector": {}, "ipBlock": block})), beside);
    assert_eq!(peer_fault(&json!({"namespaceSelector": {}, "ipBlock": block})), beside);
    let egress = json!({"egress": [{"to": [{}]}]});
    assert_eq!(faults(egress), [format!("spec.egress[0].to[0]: {no_peer}")]);
}

#[test]
fn a_port_is_refused() {
    let field = "spec.egress[1].ports[1]";
    let no_port = "is no port, expected 1 to 65535";
    for port in [0, 65536, -1] {
        assert_eq!(port_fault(&json!({"port": port})), [format!("{field}.port: {port} {no_port}")]);
    }
    let end = |port: Value, end: i32| port_fault(&json!({"port": port, "endPort": end}));
    assert_eq!(end(json!(80), 65536), [format!("{field}.endPort: 65536 {no_port}")]);
    assert_eq!(end(json!(80), 79), [format!("{field}.endPort: 79 is less than port 80")]);
    let beside = "an endPort beside a named port, expected a number as port";
    assert_eq!(end(json!("http"), 80), [format!("{field}.endPort: {beside}")]);
    let without = "an endPort without port, expected the first port as port";
    assert_eq!(end(json!(null), 80), [format!("{field}.endPort: {without}")]);
    let name = "'80' is no name of a port, expected at most 15 of a-z, 0-9 and single -, among them a letter";
    assert_eq!(port_fault(&json!({"port": "80"})), [format!("{field}.port: {name}")]);
    for protocol in ["tcp", "ICMP", ""] {
        let expected = format!("{field}.protocol: '{protocol}' is none of TCP, UDP and SCTP");
        assert_eq!(port_fault(&json!({"protocol": protocol, "port": 80})), [expected]);
    }
}

#[test]
fn a_selector_is_refused_wherever_it_stands() {
    let no_key = "matchLabels: 'a b' is no key of a label";
    let labels = json!({"matchLabels": {"a b": "x"}});
    assert_eq!(faults(json!({"podSelector": labels})), [format!("spec.podSelector.{no_key}")]);
    for name in ["podSelector", "namespaceSelector"] {
        let expected = format!("spec.ingress[0].from[1].{name}.{no_key}");
        assert_eq!(peer_fault(&json!({name: labels})), [expected]);
    }
    let value = json!({"podSelector": {"matchLabels": {"a": "x y"}}});
    assert_eq!(faults(value), ["spec.podSelector.matchLabels: 'x y' is no value of a label"]);
}

#[test]
fn a_requirement_is_refused() {
    let requirement = |key: &str, operator: &str, values: &[&str]| {
        let requirement = json!({"key": key, "operator": operator, "values": values});
        faults(
            json!({"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}, requirement]}}),
        )
    };
    let field = "spec.podSelector.matchExpressions[1]";
    let operators = "is none of In, NotIn, Exists and DoesNotExist";
    for operator in ["in", "Gt", ""] {
        let expected = format!("{field}.operator: '{operator}' {operators}");
        assert_eq!(requirement("a", operator, &["1"]), [expected]);
    }
    for operator in ["In", "NotIn"] {
        let expected = format!("{field}.values: no value, expected one at least for {operator}");
        assert_eq!(requirement("a", operator, &[]), [expected]);
        let expected = format!("{field}.values[1]: '?' is no value of a label");
        assert_eq!(requirement("a", operator, &["x", "?"]), [expected]);
    }
    for operator in ["Exists", "DoesNotExist"] {
        let expected = format!("{field}.values: values, expected none for {operator}");
        assert_eq!(requirement("a", operator, &["x"]), [expected]);
    }
    assert_eq!(requirement("", "Exists", &[]), [format!("{field}.key: '' is no key of a label")]);
}

#[test]
fn types_are_refused() {
    let types = |types: &[&str]| faults(json!({"policyTypes": types}));
    assert_eq!(types(&["egress"]), ["spec.policyTypes[0]: 'egress' is neither Ingress nor Egress"]);
    let three = ["spec.policyTypes: 3 types, expected at most two"];
    assert_eq!(types(&["Ingress", "Egress", "Ingress"]), three);
}

#[test]
fn all_faults_are_told_but_of_many_the_first_and_of_a_long_value_the_beginning() {
    let two = faults(json!({"policyTypes": ["x"], "ingress": [{"ports": [{"port": 0, "protocol": "y"}]}]}));
    assert_eq!(two.len(), 3, "{two:?}");
    let rules = vec![json!({"from": [{}]}); 10_000];
    let many = faults(json!({"ingress": rules}));
    assert_eq!(many.len(), 20);
    assert!(many[19].starts_with("spec.ingress[19].from[0]: "), "{}", many[19]);
    let long = faults(json!({"policyTypes": ["é".repeat(100_000)]}));
    assert_eq!(long, [format!("spec.policyTypes[0]: '{}...' is neither Ingress nor Egress", "é".repeat(80))]);
}
