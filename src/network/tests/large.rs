//! Policies as large as an API server can hold. What took time with the square of that would not come to an end.

use serde_json::{Value, json};

use super::{Told, key, policy_key};
use crate::model::Kind;
use crate::network::{Direction, Endpoint, Policy, PortSet, Protocol};

const RULES: u16 = 10_000;

/// What a policy with this egress lets out, as numbers of ports and ranges of addresses.
fn outside(egress: &[Value]) -> Vec<(PortSet, usize)> {
    let spec = serde_json::from_value(json!({"policyTypes": ["Egress"], "egress": egress})).unwrap();
    let policy = Policy::compile(&spec).unwrap().into();
    let endpoint = Endpoint {
        namespace: "shop".into(),
        labels: Vec::new().into(),
        ports: [].into(),
        addresses: Vec::new(),
    };
    let mut map = Told::default().map;
    map.add(&key(Kind::Deployment, "shop", "web"), &endpoint, &mut Vec::new());
    map.set_policy(&policy_key("shop", "large"), Some(&policy), &mut Vec::new());
    let (_, class) = map.classes().next().unwrap();
    let outside = map.outside(class, Direction::Egress);
    outside.into_iter().map(|(ports, addresses)| (ports, addresses.ranges().count())).collect()
}

fn block(number: u16) -> Value {
    json!({"ipBlock": {"cidr": format!("10.{}.{}.0/25", number / 256, number % 256)}})
}

fn tcp(first: u16, last: u16) -> PortSet {
    PortSet::range(Protocol::Tcp, first, last)
}

#[test]
fn ten_thousand_rules_are_told_apart() {
    let rule = |number| json!({"to": [block(number)], "ports": [{"port": number + 1}]});
    let found = outside(&(0..RULES).map(rule).collect::<Vec<_>>());
    assert_eq!(found.len(), usize::from(RULES));
    assert!(found.iter().all(|(_, ranges)| *ranges == 1));
}

#[test]
fn ten_thousand_peers_and_ports_are_one_way() {
    let peers: Vec<Value> = (0..RULES).map(block).collect();
    let ports: Vec<Value> = (0..RULES).map(|number| json!({"port": number * 2 + 1})).collect();
    let found = outside(&[json!({"to": peers, "ports": ports})]);
    let [(ports, ranges)] = &found[..] else { panic!("one way, not {}", found.len()) };
    assert_eq!(*ranges, usize::from(RULES));
    assert!(ports.covers(&tcp(19_999, 19_999)) && !ports.covers(&tcp(19_998, 19_999)));
}

#[test]
fn ten_thousand_rules_within_each_other_are_told_as_they_are() {
    // Each leaves out a hundred ranges, so that an address is in nearly all of them, and each has a port of its own.
    let except: Vec<String> = (0..RULES).map(|it| format!("10.{}.{}.0/25", it / 256, it % 256)).collect();
    let rule = |number: u16| {
        let except = &except[usize::from(number / 100) * 100..][..100];
        json!({"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": except}}], "ports": [{"port": number + 1}]})
    };
    let found = outside(&(0..RULES).map(rule).collect::<Vec<_>>());
    let ports: Vec<PortSet> = (1..=RULES).map(|it| tcp(it, it)).collect();
    assert!(found.iter().map(|(ports, _)| ports).eq(&ports));
    assert!(found.iter().all(|(_, ranges)| (100..=101).contains(ranges)));
}
