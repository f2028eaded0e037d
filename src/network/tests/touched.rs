//! How much is touched and held: a change may turn the verdicts of all others, and touches each a few times at most; a
//! policy that is about all of them is held once.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::{key, policy_key};
use crate::model::{Kind, ObjectKey};
use crate::network::{Direction, Endpoint, Interest, Map, Policy, Side};

/// How many owners each namespace has, each with labels of its own.
const OWNERS: usize = 200;

const NAMESPACES: [&str; 2] = ["shop", "payments"];

/// How often a single change may touch the same owner.
const TIMES: usize = 8;

/// Nobody has to be isolated, and everyone is told apart.
fn interest() -> Interest {
    Interest {
        across: true,
        within: true,
        open: [true, true],
        keys: ["id".into()].into(),
        ..Interest::default()
    }
}

fn endpoint(namespace: &str, number: usize) -> Endpoint {
    Endpoint {
        namespace: namespace.into(),
        labels: vec![("id".into(), number.to_string().into())].into(),
        ports: [].into(),
        addresses: Vec::new(),
    }
}

/// Puts all of them on the map. Returns whom that touches.
fn fill(map: &mut Map) -> Vec<ObjectKey> {
    let mut touched = Vec::new();
    for (namespace, number) in NAMESPACES.iter().flat_map(|it| (0..OWNERS).map(move |number| (it, number))) {
        let owner = key(Kind::Deployment, namespace, &format!("app-{number}"));
        map.add(&owner, &endpoint(namespace, number), &mut touched);
    }
    touched
}

fn all_but(number: usize) -> Policy {
    let requirement = json!({"key": "id", "operator": "NotIn", "values": [number.to_string()]});
    let spec = json!({
        "podSelector": {"matchExpressions": [requirement]},
        "ingress": [{"from": [{"podSelector": {}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}]}],
    });
    Policy::compile(&serde_json::from_value(spec).unwrap()).unwrap()
}

#[test]
fn before_it_is_followed_nobody_but_what_changes_is_touched() {
    let mut map = Map::default();
    map.take_interest(interest());
    assert_eq!(fill(&mut map).len(), 2 * NAMESPACES.len() * OWNERS, "each with its namespace");
    for number in 0..OWNERS {
        let (policy, mut touched) = (policy_key("shop", &format!("but-{number}")), Vec::new());
        map.set_policy(&policy, Some(&all_but(number).into()), &mut touched);
        assert_eq!(touched, [policy, ObjectKey::of_namespace("shop".into())]);
    }
    let mut touched = Vec::new();
    map.set_namespace(&"shop".into(), Some(&vec![("team".into(), "a".into())]), &mut touched);
    assert_eq!(touched, [ObjectKey::of_namespace("shop".into())]);
}

#[test]
fn one_change_touches_each_a_few_times_however_many_it_is_about() {
    let mut map = Map::default();
    map.take_interest(interest());
    fill(&mut map);
    map.follow();
    let everyone = NAMESPACES.len() * OWNERS;
    let check = |what: &str, touched: &[ObjectKey]| {
        let distinct: BTreeSet<&ObjectKey> = touched.iter().collect();
        assert!(distinct.len() > everyone - NAMESPACES.len(), "{what} is about everyone");
        assert!(touched.len() < everyone * TIMES, "{what} touches {}", touched.len());
    };
    for number in 0..3 {
        let (policy, mut touched) = (policy_key("shop", &format!("but-{number}")), Vec::new());
        map.set_policy(&policy, Some(&all_but(number).into()), &mut touched);
        check("a policy", &touched);
    }
    let mut touched = Vec::new();
    map.set_namespace(&"shop".into(), Some(&vec![("team".into(), "a".into())]), &mut touched);
    check("a namespace", &touched);
}

#[test]
fn however_many_a_policy_isolates_it_is_held_once() {
    let mut map = Map::default();
    map.take_interest(interest());
    fill(&mut map);
    map.set_policy(&policy_key("shop", "but-0"), Some(&all_but(0).into()), &mut Vec::new());
    let sides = map.classes().filter_map(|(_, class)| match class.side(Direction::Ingress) {
        Side::Open => None,
        Side::Isolated(policies) => Some(policies),
    });
    let sides: Vec<_> = sides.collect();
    assert_eq!(sides.len(), OWNERS - 1);
    assert!(sides.iter().all(|policies| policies.len() == 1 && Arc::ptr_eq(&policies[0], &sides[0][0])));
    assert_eq!(size_of_val(&sides[0][0]), size_of::<usize>());
}
