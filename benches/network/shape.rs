//! The clusters that are made up.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use plimsoll::model::{Kind, Labels, ObjectKey, ObjectKind};
use plimsoll::network::{Endpoint, Interest, Map, NamedPort, Policy, Protocol};
use serde_json::{Value, json};

/// How many pods and policies a namespace has.
const PODS: usize = 4;
const POLICIES: usize = 3;

/// How many pods, and how many policies, the hard shape has.
const HARD: usize = 10_000;

/// How many workloads the open shape has, and how many of them are in a namespace.
const OPEN: usize = 5_000;
const OPEN_IN_NAMESPACE: usize = 100;

/// How many pods the shape has in which each policy is about all but one.
const LEFT_OUT: usize = 1_000;

/// One policy of so many in the hard shape is about almost every pod.
const BROAD_EVERY: usize = 200;

/// The namespace with the pods that everyone looks names up at.
const DNS: &str = "kube-system";

/// The namespace with the pods by which requests come in.
const INGRESS: &str = "ingress";

#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) pods: Vec<Pod>,
    pub(crate) policies: Vec<Written>,
}

/// A pod with its workload, and what it can be called instead.
#[derive(Debug, Clone)]
pub(crate) struct Pod {
    pub(crate) owner: ObjectKey,
    pub(crate) endpoint: Endpoint,
}

/// A policy that is written in several versions.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) key: ObjectKey,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    DenyAll,
    OwnNamespace,
    FromIngress,
    ToDns,
    ToInternet,
    Hard(usize),
    AllBut(usize),
}

impl Shape {
    /// Namespaces as they are advised: everything denied, pods within let through, and one thing more.
    pub(crate) fn of_namespaces(pods: usize) -> Self {
        let mut shape = Self { name: "namespaces", pods: Vec::with_capacity(pods), policies: Vec::new() };
        for (namespace, label) in [(DNS, ("k8s-app", "kube-dns")), (INGRESS, ("app", "nginx"))] {
            let place = shape.pods.len();
            shape.pods.push(Pod::new(namespace, "front", &[label, ("version", "1")], place));
        }
        for number in 0..pods / PODS {
            let namespace = format!("team-{number}");
            for app in ["web", "web", "api", "db"] {
                let place = shape.pods.len();
                let hash = format!("{place:x}");
                let labels = [("app", app), ("pod-template-hash", &hash), ("version", "1")];
                shape.pods.push(Pod::new(&namespace, app, &labels, place));
            }
            let third = [What::FromIngress, What::ToDns, What::ToInternet][number % POLICIES];
            let policies =
                [("deny-all", What::DenyAll), ("own-namespace", What::OwnNamespace), ("more", third)];
            shape.policies.extend(policies.map(|(name, what)| Written::new(&namespace, name, what)));
        }
        shape
    }

    /// One namespace in which every pod has labels of its own, and every policy looks at some of them.
    pub(crate) fn hard() -> Self {
        let pod = |number: usize| {
            let [id, tier, rank] = [number, number % 100, number % 7].map(|it| it.to_string());
            Pod::new(
                "hard",
                &format!("pod-{number}"),
                &[("id", &id), ("rank", &rank), ("tier", &tier)],
                number,
            )
        };
        let policy = |number| Written::new("hard", &format!("policy-{number:05}"), What::Hard(number));
        Self {
            name: "one namespace, all distinct",
            pods: (0..HARD).map(pod).collect(),
            policies: (0..HARD).map(policy).collect(),
        }
    }

    /// Workloads that nothing isolates, each with labels of its own.
    pub(crate) fn open() -> Self {
        let pod = |number: usize| distinct(&format!("team-{}", number / OPEN_IN_NAMESPACE), number);
        Self {
            name: "nothing isolated, all distinct",
            pods: (0..OPEN).map(pod).collect(),
            policies: Vec::new(),
        }
    }

    /// One namespace in which each policy is about all pods but one.
    pub(crate) fn all_but_one() -> Self {
        let policy =
            |number| Written::new("hard", &format!("policy-{number:05}"), What::AllBut(number % LEFT_OUT));
        Self {
            name: "policies about all but one",
            pods: (0..LEFT_OUT).map(|number| distinct("hard", number)).collect(),
            policies: (0..HARD).map(policy).collect(),
        }
    }

    /// The map of it, with these policies.
    pub(crate) fn map(&self, policies: &[(ObjectKey, Arc<Policy>)]) -> Map {
        let (mut map, mut touched) = (Map::default(), Vec::new());
        map.take_interest(Interest { across: true, ..Interest::default() });
        map.follow();
        for pod in &self.pods {
            map.set_namespace(&pod.endpoint.namespace, Some(&Labels::new()), &mut touched);
            map.add(&pod.owner, &pod.endpoint, &mut touched);
            touched.clear();
        }
        for (key, policy) in policies {
            map.set_policy(key, Some(policy), &mut touched);
            touched.clear();
        }
        map
    }
}

impl Pod {
    fn new(namespace: &str, workload: &str, labels: &[(&str, &str)], number: usize) -> Self {
        let [.., a, b, c] = u32::try_from(number).expect("there are not so many pods").to_be_bytes();
        let port = NamedPort { name: "http".into(), protocol: Protocol::Tcp, port: 8080 };
        let labels: Labels = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let endpoint = Endpoint {
            namespace: namespace.into(),
            labels: labels.into(),
            ports: [port].into(),
            addresses: vec![IpAddr::V4(Ipv4Addr::new(10, a, b, c))],
        };
        Self { owner: key(ObjectKind::Watched(Kind::Deployment), namespace, workload), endpoint }
    }

    /// The pod with another value of its first label, which policies look at.
    pub(crate) fn relabelled(&self, change: usize) -> Self {
        let mut labels = Labels::clone(&self.endpoint.labels);
        let others = ["web", "api", "db", "cache"];
        labels[0].1 = match &*labels[0].0 {
            "app" => others[change % others.len()].into(),
            _ => change.to_string().into(),
        };
        Self { endpoint: Endpoint { labels: labels.into(), ..self.endpoint.clone() }, ..self.clone() }
    }
}

impl Written {
    fn new(namespace: &str, name: &str, what: What) -> Self {
        let kind = ObjectKind::new("networking.k8s.io", "NetworkPolicy");
        Self { key: key(kind, namespace, name), what }
    }

    /// The policy in its version of this number, which differs from those beside it.
    pub(crate) fn version(&self, number: usize) -> Arc<Policy> {
        let port = 8_000 + number % 1_000;
        let both = json!(["Ingress", "Egress"]);
        let spec = match self.what {
            What::DenyAll => {
                json!({"policyTypes": if number.is_multiple_of(2) { both } else { json!(["Ingress"]) }})
            }
            What::OwnNamespace => {
                let rule = |list: &str| json!({list: [{"podSelector": {}}], "ports": [{"port": 1, "endPort": port}]});
                json!({"ingress": [rule("from")], "egress": [rule("to")], "policyTypes": both})
            }
            What::FromIngress => json!({
                "podSelector": {"matchLabels": {"app": "web"}},
                "ingress": [{"from": [{"namespaceSelector": named(INGRESS)}], "ports": [{"port": "http"}, {"port": port}]}],
            }),
            What::ToDns => json!({
                "egress": [{
                    "to": [{"namespaceSelector": named(DNS), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
                    "ports": [{"port": 53}, {"port": 53, "protocol": "UDP"}, {"port": port}],
                }],
                "policyTypes": ["Egress"],
            }),
            What::ToInternet => json!({
                "podSelector": {"matchLabels": {"app": "api"}},
                "egress": [{
                    "to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]}}],
                    "ports": [{"port": 443}, {"port": port}],
                }],
                "policyTypes": ["Egress"],
            }),
            What::Hard(policy) => hard(policy, port),
            What::AllBut(pod) => {
                let other = json!({"key": "id", "operator": "NotIn", "values": [pod.to_string()]});
                json!({"podSelector": {"matchExpressions": [other]}, "ingress": [{"ports": [{"port": port}]}]})
            }
        };
        let spec = serde_json::from_value(spec).expect("it is written as policies are");
        Arc::new(Policy::compile(&spec).expect("nothing is wrong with it"))
    }
}

/// A pod with labels and a workload of its own.
fn distinct(namespace: &str, number: usize) -> Pod {
    Pod::new(namespace, &format!("app-{number}"), &[("id", &number.to_string())], number)
}

fn hard(policy: usize, port: usize) -> Value {
    let broad = policy.is_multiple_of(BROAD_EVERY);
    let ids = |from: usize| -> Vec<String> { (from..from + 3).map(|it| (it % HARD).to_string()).collect() };
    let tier = json!({"key": "tier", "operator": "NotIn", "values": [(policy % 100).to_string()]});
    let selector = |from: usize| {
        let by_id = json!({"key": "id", "operator": "In", "values": ids(from)});
        json!({"matchExpressions": if broad { json!([tier]) } else { json!([by_id, tier]) }})
    };
    let expressions =
        json!([{"key": "rank", "operator": "Exists"}, {"key": "gone", "operator": "DoesNotExist"}]);
    json!({
        "podSelector": selector(policy),
        "ingress": [{"from": [{"podSelector": selector(policy + 7)}], "ports": [{"port": port}]}],
        "egress": [{"to": [{"podSelector": {"matchExpressions": expressions}}], "ports": [{"port": port}]}],
    })
}

/// What selects the namespace of this name.
fn named(namespace: &str) -> Value {
    json!({"matchLabels": {"kubernetes.io/metadata.name": namespace}})
}

fn key(kind: ObjectKind, namespace: &str, name: &str) -> ObjectKey {
    ObjectKey { kind, namespace: namespace.into(), name: name.into() }
}
