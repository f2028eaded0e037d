//! The map against Kubernetes' rules, followed word by word: for clusters by chance, and after every change of them.

mod brute_force;
mod drawn;
mod large;
mod points;
mod touched;
mod verdicts;

use std::collections::{BTreeMap, BTreeSet};

use brute_force::{Cluster, Pod};
use drawn::Change;
use points::Points;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::{Kind, Labels, ObjectKey, ObjectKind};

/// A map that is told of a cluster change by change, as the snapshot tells it.
#[derive(Debug)]
struct Told {
    map: Map,
    cluster: Cluster,
}

impl Default for Told {
    fn default() -> Self {
        let mut map = Map::default();
        map.follow();
        Self { map, cluster: Cluster::default() }
    }
}

impl Told {
    fn of(cluster: &Cluster, interest: &Interest) -> Self {
        let mut told = Self::default();
        told.map.take_interest(interest.clone());
        for change in cluster.changes() {
            told.tell(&change);
        }
        told
    }

    /// Whoever is touched by the change.
    fn tell(&mut self, change: &Change) -> Vec<ObjectKey> {
        let mut touched = Vec::new();
        match change {
            Change::Namespace(name, labels) => {
                let labels = labels.as_ref().map(labels_of);
                self.map.set_namespace(&(*name).into(), labels.as_ref(), &mut touched);
            }
            Change::Policy(namespace, name, spec) => {
                let policy = spec.as_ref().map(|it| Policy::compile(it).unwrap().into());
                self.map.set_policy(&policy_key(namespace, name), policy.as_ref(), &mut touched);
            }
            Change::Pod(name, pod) => {
                let old = self.cluster.pods.get(name).map(|it| (owner(it), endpoint(it)));
                // What stays is not let go in between.
                if let Some(new) = pod {
                    self.map.add(&owner(new), &endpoint(new), &mut touched);
                }
                if let Some((owner, endpoint)) = old {
                    self.map.remove(&owner, &endpoint, &mut touched);
                }
            }
        }
        self.cluster.apply(change);
        touched
    }

    fn class(&self, pod: &Pod) -> (ClassId, &Class) {
        let endpoint = endpoint(pod);
        let keys = brute_force::keys(&self.cluster, pod.namespace, &self.map.interest);
        let labels: Labels =
            endpoint.labels.iter().filter(|(key, _)| keys.contains(&**key)).cloned().collect();
        let id = self.map.classes_in(pod.namespace).find(|id| {
            let class = self.map.class(*id);
            *class.labels == labels && class.ports == endpoint.ports
        });
        let id = id.expect("there is a class of what policies look at");
        (id, self.map.class(id))
    }
}

fn labels_of(labels: &BTreeMap<&'static str, &'static str>) -> Labels {
    labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
}

fn owner(pod: &Pod) -> ObjectKey {
    key(Kind::Deployment, pod.namespace, pod.owner)
}

fn policy_key(namespace: &str, name: &str) -> ObjectKey {
    let kind = ObjectKind::new("networking.k8s.io", "NetworkPolicy");
    ObjectKey { kind, namespace: namespace.into(), name: name.into() }
}

fn key(kind: Kind, namespace: &str, name: &str) -> ObjectKey {
    ObjectKey { kind: ObjectKind::Watched(kind), namespace: namespace.into(), name: name.into() }
}

fn endpoint(pod: &Pod) -> Endpoint {
    Endpoint {
        namespace: pod.namespace.into(),
        labels: labels_of(&pod.labels).into(),
        ports: pod.ports.clone().into(),
        addresses: pod.addresses.clone(),
    }
}

/// Holds everything that the map says of the cluster against the rules.
fn compare(told: &Told) -> Result<(), TestCaseError> {
    let Told { map, cluster } = told;
    prop_assert_eq!(map.classes().count(), cluster.classes(&map.interest).len());
    for pod in cluster.pods.values() {
        let (id, class) = told.class(pod);
        prop_assert!(map.classes_of(&owner(pod)).contains_key(&id));
        let pod = &cluster.with_addresses_of_class(pod, &map.interest);
        for direction in Direction::ALL {
            prop_assert_eq!(!class.side(direction).is_open(), cluster.isolates(pod, direction));
            prop_assert_eq!(map.wide(direction).any(|it| it == id), cluster.is_wide(pod, direction));
            let is_near = |it: &&Pod| map.interest.within || it.namespace != pod.namespace;
            let selecting =
                cluster.pods.values().filter(is_near).filter(|it| cluster.selects(it, direction, pod));
            let selecting: BTreeSet<ClassId> = selecting.map(|it| told.class(it).0).collect();
            prop_assert_eq!(map.selecting(class, direction), selecting);
            let outside = Points::outside(&map.outside(class, direction));
            prop_assert_eq!(outside, cluster.outside(pod, direction), "outside of {:?} {:?}", pod, direction);
        }
        for peer in cluster.pods.values() {
            let flow = map.flow(class, told.class(peer).1);
            let peer = &cluster.with_addresses_of_class(peer, &map.interest);
            prop_assert_eq!(Points::of(&flow), cluster.flow(pod, peer), "from {:?} to {:?}", pod, peer);
        }
    }
    for namespace in drawn::NAMESPACES {
        for direction in Direction::ALL {
            let expected = cluster.isolates_any(namespace, direction);
            prop_assert_eq!(map.isolates_any(namespace, direction), expected);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(drawn::CLUSTERS))]

    #[test]
    fn a_cluster_is_judged_by_the_rules(cluster in drawn::cluster(), interest in drawn::interest()) {
        compare(&Told::of(&cluster, &interest))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(drawn::SEQUENCES))]

    #[test]
    fn a_change_touches_whose_verdict_it_changes(
        changes in drawn::changes(),
        interests in [drawn::interest(), drawn::interest()],
    ) {
        let mut told = Told::default();
        let mut before = BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            if at == 0 || at == changes.len() / 2 {
                told.map.take_interest(interests[usize::from(at > 0)].clone());
                before = verdicts::all(&told);
            }
            let touched = told.tell(change);
            compare(&told)?;
            let after = verdicts::all(&told);
            for (key, verdict) in &after {
                let is_same = before.get(key) == Some(verdict);
                prop_assert!(is_same || touched.contains(key), "{key} is not touched by {change:?}");
            }
            before = after;
        }
        leaves_nothing(told)?;
    }
}

/// When everything is gone, nothing of it is kept.
fn leaves_nothing(mut told: Told) -> Result<(), TestCaseError> {
    for change in told.cluster.undoing() {
        told.tell(&change);
    }
    told.map.take_interest(Interest::default());
    prop_assert!(told.map.is_bare(), "something is kept: {:?}", told.map);
    Ok(())
}

#[test]
fn who_shares_an_address_with_others_is_touched_when_labels_tell_them_apart() {
    let pod = |namespace, owner, labels: &[(&'static str, &'static str)], addresses: &[&str]| Pod {
        namespace,
        owner,
        labels: labels.iter().copied().collect(),
        ports: Vec::new(),
        addresses: addresses.iter().map(|it| it.parse().unwrap()).collect(),
    };
    let policy = |spec| serde_json::from_value(spec).unwrap();
    let from = json!({"ingress": [{"from": [{"ipBlock": {"cidr": "10.1.0.0/16"}}]}]});
    let by_rank = json!({"podSelector": {"matchLabels": {"rank": "a"}}});
    let mut told = Told::default();
    told.map.take_interest(Interest { across: true, ..Interest::default() });
    let without = pod("shop", "db", &[], &[]);
    told.tell(&Change::Pod("p", Some(pod("shop", "web", &[("rank", "a")], &["10.1.2.3"]))));
    told.tell(&Change::Pod("q", Some(without.clone())));
    told.tell(&Change::Pod("r", Some(pod("payments", "api", &[], &[]))));
    told.tell(&Change::Policy("payments", "from", Some(policy(from))));
    for change in [Some(policy(by_rank)), None] {
        let touched = told.tell(&Change::Policy("shop", "by-rank", change));
        assert!(touched.contains(&owner(&without)), "{touched:?}");
    }
}
