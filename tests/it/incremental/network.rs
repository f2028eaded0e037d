//! The network of the small universe: few labels, ports and addresses, so that flows often open and close.

use plimsoll::baseline::{Baseline, Declared, Document, parse};
use plimsoll::checks::ids;
use plimsoll::model::Kind;
use plimsoll::wire::{Object, manifests};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{Key, Step};

/// What is declared, one set after the other. What is not asked must not be missed either.
pub(super) const DECLARED: [&[&str]; 7] = [
    &[WITHIN, CLOSED, ALLOWED, OPEN],
    &[WITHIN],
    &[CLOSED],
    &[ALLOWED],
    &[OPEN],
    &["network: {defaultDeny: [Egress]}"],
    &["network: {defaultDeny: [Ingress, Egress], within: namespace}"],
];

const WITHIN: &str = "namespaces: {matchLabels: {governed: 'yes'}}, network: {defaultDeny: [Ingress], within: namespace, \
     allow: [{from: {podLabels: {app: web}}, to: {namespace: payments, podLabels: {app: db}}, ports: [TCP/80]}], \
     internet: {podLabels: {app: web}}}";

const CLOSED: &str = "namespaces: {matchLabels: {team: a}}, network: {defaultDeny: [Ingress, Egress], \
     within: namespace, dns: {podLabels: {dns: a}}}";

const ALLOWED: &str = "namespaces: {exclude: [kube-system]}, network: {defaultDeny: [Egress], inside: [192.168.0.0/16], \
     allow: [{from: {namespace: shop}, to: {podLabels: {app: db}}, ports: [TCP/80, UDP/80]}, \
     {from: {podLabels: {}}, to: {podLabels: {tier: a}}}, {from: {podLabels: {app: web}}, to: {cidrs: [10.0.0.0/8]}}, \
     {from: {cidrs: [203.0.113.0/24]}, to: {namespace: payments}, ports: [TCP/80]}]}";

const OPEN: &str = "namespaces: {names: [shop]}, network: {within: namespace}";

/// What baselines of these specs declare.
pub(super) fn declare(specs: &[&str]) -> Declared {
    let baselines = specs.iter().enumerate().flat_map(|(at, spec)| -> Vec<Baseline> {
        let head = format!("apiVersion: plimsoll.dev/v1alpha1, kind: Baseline, metadata: {{name: b{at}}}");
        let text = format!("{{{head}, spec: {{{spec}}}}}");
        let (documents, problems) = parse("b.yaml", text.as_bytes(), &ids());
        assert_eq!(problems, []);
        let baseline = |document| match document {
            Document::Baseline(baseline) => Some(*baseline),
            _ => None,
        };
        documents.into_iter().filter_map(baseline).collect()
    });
    Declared { baselines: baselines.collect(), ..Declared::default() }
}

const NAMESPACES: [&str; 3] = ["shop", "payments", "kube-system"];

/// The names of what is there for the network.
pub(super) const NAMES: [(Kind, &[&str]); 12] = [
    (Kind::Namespace, &NAMESPACES),
    (Kind::Pod, &["p1", "p2", "p3", "p4"]),
    (Kind::ReplicaSet, &["web-1", "web-2"]),
    (Kind::Deployment, &["web"]),
    (Kind::StatefulSet, &["db"]),
    (Kind::CronJob, &["backup"]),
    (Kind::NetworkPolicy, &["one", "two"]),
    (Kind::Node, &["node-1", "node-2"]),
    (Kind::ServiceCidr, &["services"]),
    (Kind::CiliumNetworkPolicy, &["cilium"]),
    (Kind::CalicoGlobalNetworkPolicy, &["calico"]),
    (Kind::ServiceAccount, &["default"]),
];

/// Policies, pods and namespaces from which a single change opens or closes a flow.
const LEADING: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {governed: 'yes', team: a}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {governed: 'yes', team: b}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: kube-system, labels: {}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: shop, labels: {app: web}},
 spec: {containers: [{name: a, image: a}]}, status: {podIPs: [{ip: 10.0.0.1}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: payments, labels: {app: db}},
 spec: {containers: [{name: a, image: a, ports: [{name: http, containerPort: 80}]}]}, status: {podIPs: [{ip: 10.1.0.1}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: kube-system, labels: {k8s-app: kube-dns, dns: a}},
 spec: {containers: [{name: a, image: a, ports: [{name: dns, containerPort: 53, protocol: UDP}]}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: one, namespace: shop},
 spec: {policyTypes: [Ingress, Egress], egress: [{to: [{namespaceSelector: {matchLabels: {team: b}}}]}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: one, namespace: payments},
 spec: {policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {}}], ports: [{port: http}]}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: node-1}, spec: {podCIDRs: [10.0.0.0/16]}}
";

/// What [`LEADING`] holds.
pub(super) fn leading() -> Vec<Object> {
    decode(LEADING)
}

/// Other versions of what [`LEADING`] holds, each of which differs from another in one thing.
const TURNS: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {governed: 'yes', team: b}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {team: b}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: shop, labels: {app: web}},
 spec: {containers: [{name: a, image: a}]}, status: {podIPs: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: payments, labels: {app: db}},
 spec: {containers: [{name: a, image: a, ports: [{name: http, containerPort: 80}]}]}, status: {podIPs: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: payments, labels: {app: db}},
 spec: {containers: [{name: a, image: a, ports: [{name: http, containerPort: 81}]}]}, status: {podIPs: [{ip: 10.1.0.1}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: payments, labels: {app: web}},
 spec: {containers: [{name: a, image: a, ports: [{name: http, containerPort: 80}]}]}, status: {podIPs: [{ip: 10.1.0.1}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: kube-system, labels: {dns: a}},
 spec: {containers: [{name: a, image: a, ports: [{name: dns, containerPort: 53, protocol: UDP}]}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: kube-system, labels: {k8s-app: kube-dns, dns: a}},
 spec: {containers: [{name: a, image: a}]}, status: {podIPs: [{ip: 10.1.0.1}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: kube-system, labels: {k8s-app: kube-dns, dns: a}},
 spec: {containers: [{name: a, image: a}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: one, namespace: shop},
 spec: {policyTypes: [Ingress, Egress]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: one, namespace: shop},
 spec: {policyTypes: [Ingress, Egress], egress: [{to: [{ipBlock: {cidr: 10.1.0.1/32}}]}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: one, namespace: payments},
 spec: {policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: one, namespace: payments},
 spec: {policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/32}}, {ipBlock: {cidr: 203.0.113.0/24}}]}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: node-1}, spec: {podCIDRs: [203.0.113.0/24]}}
";

/// One thing that turns in the cluster of [`LEADING`], and what comes of it.
pub(super) fn any_turn() -> impl Strategy<Value = [Step; 2]> {
    let objects = select([leading(), decode(TURNS)].concat());
    objects.prop_map(|object| [Step::See(Box::new(object)), Step::Settle])
}

fn decode(text: &str) -> Vec<Object> {
    let found = manifests(text);
    assert!(found.faults.is_empty(), "{:?}", found.faults);
    found.objects.into_iter().map(|manifest| manifest.decode().expect("it is well formed")).collect()
}

/// What a watch may say next of what the network hangs on.
pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let shown = (kind(), any::<u32>(), prop::collection::vec(any_object(), 0..4));
    prop_oneof![
        14 => any_object().prop_map(|object| Step::See(Box::new(object))),
        5 => any_key().prop_map(Step::Delete),
        1 => any_key().prop_map(Step::SeeUnreadable),
        1 => shown.prop_map(|(kind, shown, new)| Step::Relist { kind, shown, new }),
        6 => Just(Step::Settle),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    select(NAMES.map(|(kind, _)| kind).to_vec())
}

fn any_key() -> impl Strategy<Value = Key> {
    (select(NAMES.to_vec()), any::<prop::sample::Index>(), select(NAMESPACES.to_vec()))
        .prop_map(|((kind, names), name, namespace)| {
            let namespace = if kind.is_namespaced() { namespace } else { "" };
            (kind, *name.get(names), namespace)
        })
        .prop_map(|(kind, name, namespace)| (kind, namespace, name))
}

fn any_object() -> impl Strategy<Value = Object> {
    let text = prop_oneof![
        3 => namespace(),
        8 => pod(),
        3 => workload(),
        8 => policy(),
        1 => ranges(),
        1 => foreign(),
    ];
    text.prop_map(|text| decode(&text).pop().expect("it is one object"))
}

fn namespace() -> impl Strategy<Value = String> {
    let labels = labels(&["governed: 'yes'", "team: a", "team: b", "tier: a"]);
    (select(NAMESPACES.to_vec()), labels).prop_map(|(name, labels)| {
        format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{{labels}}}}}}}")
    })
}

/// Some of these, of which those of one key may be only one.
fn labels(all: &'static [&'static str]) -> impl Strategy<Value = String> {
    subsequence(all.to_vec(), 0..3).prop_map(|some| {
        let mut labels: Vec<&str> = some;
        labels.dedup_by_key(|it| it.split(':').next());
        labels.join(", ")
    })
}

const POD_LABELS: &[&str] = &["app: web", "app: db", "k8s-app: kube-dns", "dns: a", "tier: a", "tier: b"];

/// The spec of a pod, often with ports that have names, sometimes in the network of its host.
fn pod_spec() -> impl Strategy<Value = String> {
    let ports =
        ["{name: http, containerPort: 80}", "{name: http, containerPort: 81}", DNS_PORT, DNS_TCP_PORT];
    (subsequence(ports.to_vec(), 0..3), prop::bool::weighted(0.1)).prop_map(|(ports, host)| {
        let ports = ports.join(", ");
        format!("{{hostNetwork: {host}, containers: [{{name: a, image: a, ports: [{ports}]}}]}}")
    })
}

const DNS_PORT: &str = "{name: dns, containerPort: 5353, protocol: UDP}";
const DNS_TCP_PORT: &str = "{name: dns-tcp, containerPort: 5353}";

fn pod() -> impl Strategy<Value = String> {
    let owner = prop::option::of(select(vec![
        "apps/v1, kind: ReplicaSet, name: web-1",
        "apps/v1, kind: ReplicaSet, name: web-2",
        "apps/v1, kind: StatefulSet, name: db",
        "argoproj.io/v1alpha1, kind: Rollout, name: web",
    ]));
    let addresses = subsequence(vec!["10.0.0.1", "10.1.0.1", "192.168.0.9", "fd00::1"], 0..3);
    let phase = prop_oneof![4 => Just("Running"), 1 => Just("Pending"), 1 => Just("Succeeded")];
    let named = (select(NAMESPACES.to_vec()), select(vec!["p1", "p2", "p3", "p4"]));
    (named, owner, labels(POD_LABELS), pod_spec(), addresses, phase).prop_map(
        |((namespace, name), owner, labels, spec, addresses, phase)| {
            let owner = owner.map_or(String::new(), |it| {
                format!("ownerReferences: [{{apiVersion: {it}, uid: u, controller: true}}], ")
            });
            let ips: Vec<String> = addresses.iter().map(|it| format!("{{ip: '{it}'}}")).collect();
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {namespace}, {owner}labels: \
                 {{{labels}}}}}, spec: {spec}, status: {{phase: {phase}, podIPs: [{}]}}}}",
                ips.join(", ")
            )
        },
    )
}

/// Something with a template; a `ReplicaSet` of a Deployment or of nothing, scaled down or not.
fn workload() -> impl Strategy<Value = String> {
    let kinds = vec![
        ("apps/v1", "ReplicaSet", "web-1"),
        ("apps/v1", "ReplicaSet", "web-2"),
        ("apps/v1", "Deployment", "web"),
        ("apps/v1", "StatefulSet", "db"),
        ("batch/v1", "CronJob", "backup"),
    ];
    (select(kinds), select(NAMESPACES.to_vec()), labels(POD_LABELS), pod_spec(), 0..2, any::<bool>()).prop_map(
        |((version, kind, name), namespace, labels, spec, replicas, is_owned)| {
            let owner = "ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]";
            let owner = if is_owned && kind == "ReplicaSet" { owner } else { "uid: u" };
            let template = format!("template: {{metadata: {{labels: {{{labels}}}}}, spec: {spec}}}");
            let spec = match kind {
                "CronJob" => format!("jobTemplate: {{spec: {{{template}}}}}"),
                _ => format!("replicas: {replicas}, {template}"),
            };
            format!(
                "{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}, namespace: {namespace}, {owner}}}, \
                 spec: {{{spec}}}}}"
            )
        },
    )
}

fn policy() -> impl Strategy<Value = String> {
    let named = (select(NAMESPACES.to_vec()), select(vec!["one", "two"]));
    let selector = prop_oneof![2 => Just("{}".to_owned()), 3 => selector(POD_LABELS)];
    let types = select(vec!["[Ingress]", "[Egress]", "[Ingress, Egress]", "[]"]);
    (named, selector, types, rules("from"), rules("to")).prop_map(
        |((namespace, name), selector, types, ingress, egress)| {
            format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: \
                 {namespace}}}, spec: {{podSelector: {selector}, policyTypes: {types}, ingress: [{ingress}], \
                 egress: [{egress}]}}}}"
            )
        },
    )
}

fn rules(list: &'static str) -> impl Strategy<Value = String> {
    let ports = vec![
        "{port: 80}",
        "{port: http}",
        "{port: 53, protocol: UDP}",
        "{port: 53}",
        "{port: dns, protocol: UDP}",
    ];
    let ports = subsequence(ports, 0..3);
    let rule = (prop::collection::vec(peer(), 0..3), ports).prop_map(move |(peers, ports)| {
        format!("{{{list}: [{}], ports: [{}]}}", peers.join(", "), ports.join(", "))
    });
    prop::collection::vec(rule, 0..3).prop_map(|rules| rules.join(", "))
}

fn peer() -> impl Strategy<Value = String> {
    const NAMESPACE_LABELS: &[&str] = &[
        "team: a",
        "team: b",
        "kubernetes.io/metadata.name: shop",
        "kubernetes.io/metadata.name: kube-system",
    ];
    let cidrs = vec!["10.0.0.0/16", "10.0.0.1/32", "0.0.0.0/0", "203.0.113.0/25", "'fd00::/8'"];
    prop_oneof![
        2 => selector(POD_LABELS).prop_map(|pods| format!("{{podSelector: {pods}}}")),
        2 => selector(NAMESPACE_LABELS).prop_map(|spaces| format!("{{namespaceSelector: {spaces}}}")),
        2 => (selector(NAMESPACE_LABELS), selector(POD_LABELS))
            .prop_map(|(spaces, pods)| format!("{{namespaceSelector: {spaces}, podSelector: {pods}}}")),
        1 => select(cidrs).prop_map(|cidr| format!("{{ipBlock: {{cidr: {cidr}}}}}")),
    ]
}

fn selector(all: &'static [&'static str]) -> impl Strategy<Value = String> {
    let equal = labels(all).prop_map(|labels| format!("{{matchLabels: {{{labels}}}}}"));
    let operator = select(vec!["Exists", "DoesNotExist", "In", "NotIn"]);
    let requirement = (select(all.to_vec()), operator).prop_map(|(label, operator)| {
        let (key, value) = label.split_once(": ").expect("a key and a value");
        let values = if operator.ends_with("In") { format!(", values: [{value}]") } else { String::new() };
        format!("{{matchExpressions: [{{key: {key}, operator: {operator}{values}}}]}}")
    });
    prop_oneof![3 => equal, 1 => requirement]
}

/// What says which addresses are inside the cluster.
fn ranges() -> impl Strategy<Value = String> {
    let cidrs = select(vec!["10.0.0.0/16", "10.1.0.0/16", "203.0.113.0/24", "0.0.0.0/0"]);
    (cidrs, select(vec!["node-1", "node-2", "services"])).prop_map(|(cidr, name)| match name {
        "services" => format!(
            "{{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {{name: services}}, spec: {{cidrs: [{cidr}]}}}}"
        ),
        node => format!("{{apiVersion: v1, kind: Node, metadata: {{name: {node}}}, spec: {{podCIDRs: [{cidr}]}}}}"),
    })
}

/// A policy that is not modelled, of a namespace or of all of them.
fn foreign() -> impl Strategy<Value = String> {
    let of_all =
        "{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: {name: calico}}";
    let of_one = select(NAMESPACES.to_vec()).prop_map(|namespace| {
        format!("{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: cilium, namespace: {namespace}}}}}")
    });
    prop_oneof![1 => Just(of_all.to_owned()), 2 => of_one]
}
