//! From when on it is followed whom a change in the network touches.

use std::collections::BTreeSet;

use super::*;
use crate::model::{Kind, Loss, Scope};
use crate::network::Interest;
use crate::wire::{Item, manifests};

/// What the map of the network is made of.
const PARTS: [Kind; 10] = [
    Kind::Namespace,
    Kind::Pod,
    Kind::ReplicationController,
    Kind::ReplicaSet,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
    Kind::CronJob,
    Kind::NetworkPolicy,
];

/// A cluster in which flows between namespaces are of interest.
struct Cluster {
    intake: Intake,
    snapshot: Snapshot,
}

impl Cluster {
    fn new() -> Self {
        let cluster = Self { intake: Intake::default(), snapshot: Snapshot::default() };
        let interest = Interest { across: true, open: [true, true], ..Interest::default() };
        cluster.snapshot.take_interest(interest);
        cluster
    }

    /// Everything that the changes touch, but for the cluster.
    fn apply(&self, changes: impl IntoIterator<Item = Change>) -> BTreeSet<String> {
        let mut touched = Vec::new();
        for change in changes {
            self.snapshot.apply(change, &mut touched);
        }
        let keys = touched.into_iter().filter_map(|it| match it {
            Scope::Object(key) => Some(key.to_string()),
            Scope::Cluster => None,
        });
        keys.collect()
    }

    fn see(&self, manifest: &str) -> BTreeSet<String> {
        let objects = manifests(manifest).objects.into_iter();
        self.apply(objects.map(|it| self.intake.seen(Item::Object(it.decode().unwrap()))))
    }
}

fn pod(namespace: &str, name: &str, labels: &str) -> String {
    let metadata = format!("{{namespace: {namespace}, name: {name}, labels: {{{labels}}}}}");
    format!("{{apiVersion: v1, kind: Pod, metadata: {metadata}, spec: {{containers: [{{name: app}}]}}}}")
}

const POLICY: &str =
    "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {namespace: shop, name: web},
    spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}}";

fn keys(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

/// A cluster of two pods and a policy, of which all but this part was seen whole, and in which nobody but what comes is
/// touched.
fn all_but(last: Kind) -> Cluster {
    let cluster = Cluster::new();
    cluster.apply(PARTS.into_iter().filter(|it| *it != last).map(Change::Synced));
    let own = keys(&["Namespace/shop", "Pod/shop/web"]);
    assert_eq!(cluster.see(&pod("shop", "web", "app: web")), own, "before {last}");
    cluster.see(&pod("payments", "api", ""));
    let own = keys(&["Namespace/shop", "NetworkPolicy/shop/web"]);
    assert_eq!(cluster.see(POLICY), own, "before {last}");
    cluster
}

#[test]
fn others_are_touched_once_every_part_was_seen_whole() {
    for last in PARTS {
        let cluster = all_but(last);
        let is_followed = || cluster.snapshot.network().is_followed();
        cluster.apply([Change::Lost(last, Loss::Unreachable), Change::Resumed(last)]);
        assert!(!is_followed(), "the list of {last} was not complete");
        cluster.apply([Change::Synced(last)]);
        assert!(is_followed(), "with {last}");
        let touched = cluster.see(&pod("shop", "web", "app: none"));
        assert!(touched.contains("Pod/payments/api"), "{touched:?}");
    }
}

#[test]
fn a_list_anew_is_followed() {
    for again in [Kind::Namespace, Kind::Deployment, Kind::NetworkPolicy] {
        let cluster = all_but(Kind::Pod);
        cluster.apply([Change::Synced(Kind::Pod), Change::Listing(again)]);
        let touched = cluster.see(&pod("shop", "web", "app: none"));
        assert!(touched.contains("Pod/payments/api"), "while {again} is listed: {touched:?}");
    }
}
