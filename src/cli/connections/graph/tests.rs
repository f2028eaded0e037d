use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::model::Kind;
use crate::network::Interest;
use crate::snapshot::{Change, Intake};
use crate::wire::manifests;

/// The cluster that the manifests describe.
fn cluster(text: &str) -> Arc<Snapshot> {
    let snapshot = Arc::new(Snapshot::default());
    let mut intake = Intake::of(Arc::clone(&snapshot));
    intake.close();
    for manifest in manifests(text).objects {
        let object = manifest.decode().unwrap();
        let change = intake.seen(crate::wire::Item::Object(object));
        assert!(matches!(change, Change::Seen(_)), "{change:?}");
        snapshot.apply(change, &mut Vec::new());
    }
    snapshot.apply(Change::Synced(Kind::Pod), &mut Vec::new());
    let interest = Interest { across: true, within: true, open: [true; 2], ..Interest::default() };
    snapshot.take_interest(interest);
    snapshot
}

/// Some pods of two namespaces, their labels and addresses drawn.
fn pods() -> impl Strategy<Value = String> {
    let pod = (0..2u8, 0..3u8, 0..3u8, any::<bool>());
    prop::collection::vec(pod, 1..8).prop_map(|pods| {
        let mut text = String::new();
        for (at, (namespace, app, tier, is_pending)) in pods.into_iter().enumerate() {
            let status = if is_pending { String::new() } else { format!("status: {{podIPs: [{{ip: 10.0.0.{at}}}]}}\n") };
            write!(
                text,
                "---\napiVersion: v1\nkind: Pod\nmetadata: {{namespace: ns{namespace}, name: p{at}, labels: {{app: a{app}, \
                 tier: t{tier}}}}}\nspec: {{containers: []}}\n{status}"
            )
            .unwrap();
        }
        text
    })
}

fn selector() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("{}".to_owned()),
        (0..3u8).prop_map(|it| format!("{{matchLabels: {{app: a{it}}}}}")),
        (0..3u8).prop_map(|it| format!(
            "{{matchExpressions: [{{key: tier, operator: NotIn, values: [t{it}]}}]}}"
        )),
    ]
}

fn peers() -> impl Strategy<Value = String> {
    let namespace =
        (0..2u8).prop_map(|it| format!("{{matchLabels: {{kubernetes.io/metadata.name: ns{it}}}}}"));
    let namespace = prop_oneof![namespace, Just("{}".to_owned())];
    let peer = prop_oneof![
        selector().prop_map(|it| format!("{{podSelector: {it}}}")),
        (namespace, selector())
            .prop_map(|(it, pods)| format!("{{namespaceSelector: {it}, podSelector: {pods}}}")),
        (0..8u8).prop_map(|it| format!("{{ipBlock: {{cidr: 10.0.0.{it}/31}}}}")),
    ];
    prop::collection::vec(peer, 0..3).prop_map(|it| format!("[{}]", it.join(", ")))
}

fn policies() -> impl Strategy<Value = String> {
    let ports = prop_oneof![Just("[]"), Just("[{port: 80}]"), Just("[{port: 80, endPort: 90}]")];
    let types = prop_oneof![Just("Ingress"), Just("Egress"), Just("Ingress, Egress")];
    let policy = (0..2u8, selector(), types, peers(), peers(), ports);
    prop::collection::vec(policy, 0..5).prop_map(|policies| {
        let mut text = String::new();
        for (at, (namespace, pods, types, from, to, ports)) in policies.into_iter().enumerate() {
            write!(
                text,
                "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{namespace: ns{namespace}, \
                 name: n{at}}}\nspec: {{podSelector: {pods}, policyTypes: [{types}], ingress: [{{from: {from}, ports: \
                 {ports}}}], egress: [{{to: {to}}}]}}\n"
            )
            .unwrap();
        }
        text
    })
}

/// What each pair of pods has open, with every pod asked by itself.
fn one_by_one(snapshot: &Snapshot) -> BTreeMap<(Peer, Peer), PortSet> {
    let map = snapshot.network();
    let pods: Vec<(Peer, Class)> = snapshot
        .participants()
        .into_iter()
        .filter_map(|it| {
            let endpoint = it.endpoint?;
            let class = map.class_of_endpoint(&endpoint)?;
            Some((Peer::of(&it.workload), map.class(class).at(endpoint.addresses)))
        })
        .collect();
    let mut open = BTreeMap::new();
    for (from, class) in &pods {
        for (to, other) in pods.iter().filter(|(to, _)| to != from) {
            let ports = map.flow(class, other);
            if !ports.is_empty() {
                open.insert((from.clone(), to.clone()), ports);
            }
        }
    }
    open
}

proptest! {
    #[test]
    fn groups_say_what_their_pods_say(text in (pods(), policies()).prop_map(|(pods, policies)| pods + &policies)) {
        let snapshot = cluster(&text);
        let graph = Graph::of(&snapshot, By::Pod);
        let all = Filter::default();
        let pairs = graph.connections(&all).filter_map(|it| match (it.from, it.to) {
            (Node::Peer(from), Node::Peer(to)) => Some(((Peer::clone(&from), Peer::clone(&to)), PortSet::clone(&it.ports))),
            _ => None,
        });
        prop_assert_eq!(pairs.collect::<BTreeMap<_, _>>(), one_by_one(&snapshot), "{}", text);
    }
}
