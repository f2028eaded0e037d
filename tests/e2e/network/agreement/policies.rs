//! Specs of policies, well and badly formed: every field in every form, and one thing wrong in each that is wrong.

use serde_json::{Value, json};

/// Those about which an API server and we are to be of one mind.
pub(super) fn all() -> Vec<Value> {
    [wholes(), selectors(), peers(), blocks(), ports(), many_faults()].concat()
}

/// Addresses as people once wrote them.
pub(super) fn of_older_servers() -> Vec<Value> {
    let cidrs = ["10.1.2.3/8", "010.0.0.0/8", "10.0.0.0/08", "fd00::1/8"];
    let except = json!({"cidr": "10.0.0.0/8", "except": ["10.1.2.3/16"]});
    let cidrs = cidrs.map(|cidr| block(&json!({"cidr": cidr})));
    [cidrs.to_vec(), vec![block(&except)]].concat()
}

/// Types, and what is left out, empty or null.
fn wholes() -> Vec<Value> {
    let types = [
        json!(["Ingress"]),
        json!(["Egress"]),
        json!(["Ingress", "Egress"]),
        json!(["Egress", "Egress"]),
        json!([]),
        json!(null),
        json!(["ingress"]),
        json!([""]),
        json!(["Ingress", "Both"]),
        json!(["Ingress", "Egress", "Ingress"]),
        json!("Ingress"),
        json!([1]),
    ];
    let types = types.map(|types| json!({"podSelector": {}, "policyTypes": types}));
    let wholes = [
        json!({}),
        json!({"podSelector": null, "ingress": null, "egress": null}),
        json!({"podSelector": {}, "ingress": [], "egress": []}),
        json!({"podSelector": {}, "ingress": [{}], "egress": [{}]}),
        json!({"podSelector": {}, "ingress": [{"from": null, "ports": null}], "egress": [{"to": [], "ports": []}]}),
        json!({"podSelector": "web", "ingress": [{}]}),
        json!({"podSelector": {}, "ingress": {}}),
        json!({"podSelector": {}, "egress": [{"to": {"podSelector": {}}}]}),
    ];
    [types.as_slice(), &wholes].concat()
}

/// Of the policy itself; peers have the same.
fn selectors() -> Vec<Value> {
    let long = "a".repeat(63);
    let too_long = "a".repeat(64);
    let domain = [&*long; 4].join(".");
    let labels = [
        json!({"app": "web", "example.com/tier": "A_b-c.9"}),
        json!({"app": "", "a": &long}),
        json!({&long: "x", format!("{}/{long}", &domain[..253]): "x"}),
        json!(null),
        json!({"app": "a b"}),
        json!({"app": "-a"}),
        json!({"app": "a."}),
        json!({"app": "naïve"}),
        json!({"app": &too_long}),
        json!({"": "x"}),
        json!({"a b": "x"}),
        json!({"a/b/c": "x"}),
        json!({"/b": "x"}),
        json!({"example.com/": "x"}),
        json!({"Example.com/b": "x"}),
        json!({"example..com/b": "x"}),
        json!({"_a": "x"}),
        json!({&too_long: "x"}),
        json!({format!("{domain}/a"): "x"}),
        json!({"app": 1}),
    ];
    let requirements = [
        json!({"key": "app", "operator": "In", "values": ["a", "b", ""]}),
        json!({"key": "example.com/app", "operator": "NotIn", "values": ["a"]}),
        json!({"key": "app", "operator": "Exists"}),
        json!({"key": "app", "operator": "Exists", "values": null}),
        json!({"key": "app", "operator": "DoesNotExist", "values": []}),
        json!({"key": "app", "operator": "In"}),
        json!({"key": "app", "operator": "In", "values": []}),
        json!({"key": "app", "operator": "NotIn", "values": null}),
        json!({"key": "app", "operator": "Exists", "values": ["a"]}),
        json!({"key": "app", "operator": "DoesNotExist", "values": [""]}),
        json!({"key": "app", "operator": "in", "values": ["a"]}),
        json!({"key": "app", "operator": "Gt", "values": ["1"]}),
        json!({"key": "app"}),
        json!({"operator": "Exists"}),
        json!({"key": "a b", "operator": "Exists"}),
        json!({"key": "app", "operator": "In", "values": ["a", "b c"]}),
        json!({"key": "app", "operator": "NotIn", "values": [&too_long]}),
        json!({"key": "app", "operator": "In", "values": "a"}),
    ];
    let labels = labels.map(|labels| json!({"podSelector": {"matchLabels": labels}}));
    let requirements = requirements.map(|it| json!({"podSelector": {"matchExpressions": [it]}}));
    [labels.as_slice(), &requirements].concat()
}

fn peers() -> Vec<Value> {
    let bad = json!({"matchExpressions": [{"key": "a", "operator": "Is", "values": ["b"]}]});
    let block = json!({"cidr": "10.0.0.0/8"});
    let peers = [
        json!({"podSelector": {}}),
        json!({"namespaceSelector": {}}),
        json!({"podSelector": {"matchLabels": {"a": "b"}}, "namespaceSelector": {"matchLabels": {"a": "b"}}}),
        json!({"podSelector": {}, "namespaceSelector": null, "ipBlock": null}),
        json!({"podSelector": {}, "namespaceSelector": {}}),
        json!({}),
        json!({"podSelector": null}),
        json!({"podSelector": {}, "ipBlock": block}),
        json!({"namespaceSelector": {}, "ipBlock": block}),
        json!({"podSelector": {}, "namespaceSelector": {}, "ipBlock": block}),
        json!({"podSelector": bad}),
        json!({"namespaceSelector": bad}),
        json!({"podSelector": bad, "namespaceSelector": bad}),
        json!({"namespaceSelector": {"matchLabels": {"a b": "c"}}}),
    ];
    peers.iter().flat_map(|peer| [ingress(peer), egress(peer)]).collect()
}

fn blocks() -> Vec<Value> {
    let blocks = [
        json!({"cidr": "10.0.0.0/8"}),
        json!({"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32", "10.0.0.0/8", "10.0.0.0/8"]}),
        json!({"cidr": "::/0", "except": ["fd00:ec2::254/128"]}),
        json!({"cidr": "FD00::/8", "except": null}),
        json!({"cidr": "192.0.2.7/32", "except": []}),
        json!({"cidr": ""}),
        json!({}),
        json!({"cidr": "10.0.0.0"}),
        json!({"cidr": "10.0.0.0/33"}),
        json!({"cidr": "10.0.0.0/-1"}),
        json!({"cidr": "10.0.0/8"}),
        json!({"cidr": "10.0.0.256/32"}),
        json!({"cidr": " 10.0.0.0/8"}),
        json!({"cidr": "fd00::/129"}),
        json!({"cidr": "fd00::%eth0/8"}),
        json!({"cidr": "::ffff:10.0.0.0/104"}),
        json!({"cidr": "example.com"}),
        json!({"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}),
        json!({"cidr": "10.0.0.0/8", "except": ["10.0.0.0/8"]}),
        json!({"cidr": "10.0.0.0/8", "except": ["0.0.0.0/0"]}),
        json!({"cidr": "10.0.0.0/8", "except": ["fd00::/16"]}),
        json!({"cidr": "fd00::/8", "except": ["fe00::/16"]}),
        json!({"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "10.2.0.0", ""]}),
        json!({"cidr": 10}),
        json!({"cidr": "10.0.0.0/8", "except": "10.1.0.0/16"}),
    ];
    blocks.iter().map(block).collect()
}

fn ports() -> Vec<Value> {
    let ports = [
        json!({}),
        json!({"port": 1}),
        json!({"port": 65535, "protocol": null}),
        json!({"port": 53, "protocol": "UDP"}),
        json!({"port": "http", "protocol": "TCP"}),
        json!({"protocol": "SCTP"}),
        json!({"port": 80, "endPort": 80}),
        json!({"port": 1, "endPort": 65535, "protocol": "SCTP"}),
        json!({"port": "a-9"}),
        json!({"port": 0}),
        json!({"port": -1}),
        json!({"port": 65536}),
        json!({"port": 80, "endPort": 79}),
        json!({"port": 80, "endPort": 65536}),
        json!({"port": 80, "endPort": 0}),
        json!({"port": 70000, "endPort": 60000}),
        json!({"port": "http", "endPort": 80}),
        json!({"endPort": 80}),
        json!({"port": ""}),
        json!({"port": "80"}),
        json!({"port": "Http"}),
        json!({"port": "-a"}),
        json!({"port": "a-"}),
        json!({"port": "a--b"}),
        json!({"port": "a_b"}),
        json!({"port": "sixteen-letters-"}),
        json!({"port": "exactly-sixteens"}),
        json!({"port": 80, "protocol": "tcp"}),
        json!({"port": 80, "protocol": "ICMP"}),
        json!({"port": 80, "protocol": ""}),
        json!({"port": true}),
        json!({"port": 80.5}),
        json!({"port": 4_294_967_376_u64}),
        json!({"port": 80, "endPort": "90"}),
    ];
    let rules = |port: &Value| {
        let rule = json!({"ports": [{"port": 443}, port]});
        [json!({"ingress": [rule]}), json!({"egress": [{}, rule]})]
    };
    ports.iter().flat_map(rules).collect()
}

/// All that is wrong is told.
fn many_faults() -> Vec<Value> {
    let everywhere = json!({
        "podSelector": {"matchLabels": {"a": "?", "?": "b"}},
        "policyTypes": ["Ingress", "Both"],
        "ingress": [
            {"ports": [{"port": 0, "endPort": 99_999, "protocol": "x"}], "from": [{}, {"podSelector": {}}]},
            {"from": [{"ipBlock": {"cidr": "x", "except": ["y"]}, "podSelector": {"matchLabels": {"a": "?"}}}]},
        ],
        "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["x", "11.0.0.0/8"]}}]}],
    });
    vec![everywhere]
}

fn ingress(peer: &Value) -> Value {
    json!({"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}, peer]}]})
}

fn egress(peer: &Value) -> Value {
    json!({"podSelector": {}, "egress": [{}, {"to": [peer]}]})
}

fn block(block: &Value) -> Value {
    ingress(&json!({"ipBlock": block}))
}
