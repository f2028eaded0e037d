//! `network/cross-namespace`: where a flow is told, by which ways it comes, and what is allowed.

use super::cluster::{Cluster, namespace, pod, policy};
use crate::checks::network::cross_namespace::CHECK;
use crate::model::Direction;

const WITHIN: &str = "within: namespace";
const DENY: &str = "within: namespace, defaultDeny: [Ingress, Egress]";

/// `web` in `shop` and `api` in `bank`, each of which nothing isolates for egress, under these policies of `bank`.
fn shop_and_bank(policies: &[(&str, &str)]) -> Vec<String> {
    let objects = [
        namespace("shop", "team: a"),
        namespace("bank", "team: b"),
        pod("shop", "web", "app: web", "", "10.0.0.1"),
        pod("bank", "api", "app: api", "{name: http, containerPort: 8080}", "10.0.1.1"),
        policy("shop", "deny", "podSelector: {}, policyTypes: [Ingress]"),
    ];
    let policies = policies.iter().map(|(name, spec)| policy("bank", name, spec));
    objects.into_iter().chain(policies).collect()
}

fn found(network: &str, policies: &[(&str, &str)]) -> Vec<String> {
    Cluster::new(network, &shop_and_bank(policies)).found(&CHECK)
}

/// What is found of `api` where one rule of its ingress is this.
fn by_rule(network: &str, rule: &str) -> Vec<String> {
    found(network, &[("p", &format!("podSelector: {{}}, ingress: [{rule}]"))])
}

#[test]
fn a_flow_from_another_namespace_is_told_where_it_arrives() {
    let rule = "{from: [{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: web}}}], \
                ports: [{port: 80, endPort: 90}, {port: http}]}";
    let spec = format!("podSelector: {{}}, ingress: [{{from: [{{podSelector: {{}}}}]}}, {rule}]");
    let cluster = Cluster::new(WITHIN, &shop_and_bank(&[("p", &spec)]));
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!((finding.object.key.to_string().as_str(), finding.key.as_str()), ("Pod/bank/api", "Ingress"));
    assert_eq!((finding.direction, finding.count), (Direction::Loosened, 1));
    assert_eq!(finding.expected, "no flow with other namespaces but what is allowed");
    let place = "NetworkPolicy p ingress[1]";
    assert_eq!(finding.actual, format!("{place}: shop: Pod/web (TCP/80-90,8080)"));
    assert_eq!(finding.path, place);
    assert_eq!(finding.remedy, format!("narrow {place}, or declare the flow in spec.network.allow"));
    let message = "Pod/bank/api can be connected to from other namespaces, which is not declared: ";
    assert_eq!(finding.message, format!("{message}{}", finding.actual));
    assert_eq!(&*finding.declaration.unwrap().name, "b0");
}

#[test]
fn nothing_is_told_of_the_own_namespace_alone() {
    for rule in ["{from: [{podSelector: {}}]}", "{from: [{namespaceSelector: {matchLabels: {team: b}}}]}"] {
        assert_eq!(by_rule(WITHIN, rule), [""; 0], "{rule}");
    }
    assert_eq!(by_rule("defaultDeny: [Ingress]", "{}"), [""; 0], "it is not asked");
}

#[test]
fn a_wide_way_is_told_by_itself() {
    let told = |rule: &str| by_rule(WITHIN, rule);
    let place = "Pod/bank/api Ingress: NetworkPolicy p ingress[0]:";
    assert_eq!(told("{}"), [format!("{place} everyone (all ports)")]);
    assert_eq!(
        told("{from: [{namespaceSelector: {}}]}"),
        [format!("{place} every pod of every namespace (all ports)")]
    );
    assert_eq!(
        told("{from: [{ipBlock: {cidr: 10.0.0.0/24}}], ports: [{port: http}]}"),
        [format!("{place} pods with addresses in 10.0.0.0/24 (TCP/8080)")]
    );
}

#[test]
fn a_wide_way_is_told_only_if_a_flow_comes_by_it() {
    let told = |rule: &str| by_rule(WITHIN, rule);
    assert_eq!(told("{from: [{ipBlock: {cidr: 10.0.9.0/24}}]}"), [""; 0], "nobody has such an address");
    assert_eq!(told("{ports: [{port: metrics}]}"), [""; 0], "the pod has no such port");
    let mut objects = shop_and_bank(&[("p", "podSelector: {}, ingress: [{}]")]);
    objects.push(policy("shop", "out", "podSelector: {}, policyTypes: [Egress]"));
    assert_eq!(Cluster::new(WITHIN, &objects).found(&CHECK), [""; 0], "the other end is closed");
    let to_bank = "{to: [{namespaceSelector: {matchLabels: {team: b}}}], ports: [{port: 5432}]}";
    let out = format!("podSelector: {{}}, policyTypes: [Egress], egress: [{to_bank}]");
    objects.push(policy("shop", "out", &out));
    assert_eq!(
        Cluster::new(WITHIN, &objects).found(&CHECK),
        ["Pod/bank/api Ingress: NetworkPolicy p ingress[0]: everyone (all ports)"]
    );
}

#[test]
fn what_is_not_isolated_is_told_here_unless_it_should_be() {
    let told = ["Pod/bank/api Ingress: not isolated: everyone (all ports)"];
    assert_eq!(found(WITHIN, &[]), told);
    assert_eq!(found("within: namespace, defaultDeny: [Egress]", &[]), told);
    assert_eq!(found("within: namespace, defaultDeny: [Ingress]", &[]), [""; 0]);
}

#[test]
fn an_allowed_flow_is_covered_on_its_ports_alone() {
    let allowing =
        |entry: &str| by_rule(&format!("{WITHIN}, allow: [{entry}]"), "{ports: [{port: 80}, {port: 443}]}");
    let told =
        |ports: &str| [format!("Pod/bank/api Ingress: NetworkPolicy p ingress[0]: everyone ({ports})")];
    let (from, to) = ("from: {namespace: shop}", "to: {namespace: bank, podLabels: {app: api}}");
    assert_eq!(allowing(&format!("{{{from}, {to}}}")), [""; 0]);
    assert_eq!(allowing(&format!("{{{from}, {to}, ports: [TCP/80-443]}}")), [""; 0]);
    assert_eq!(allowing(&format!("{{{from}, {to}, ports: [TCP/80]}}")), told("TCP/80,443"), "443 is left");
    assert_eq!(allowing(&format!("{{{from}, {to}, ports: [UDP/80-443]}}")), told("TCP/80,443"));
    assert_eq!(allowing("{from: {namespace: shop}, to: {podLabels: {app: db}}}"), told("TCP/80,443"));
    assert_eq!(
        allowing("{from: {namespace: bank}, to: {namespace: shop}}"),
        told("TCP/80,443"),
        "the other way"
    );
    let everyone = "{from: {podLabels: {}}, to: {namespace: bank}, ports: [TCP/80]}";
    assert_eq!(allowing(everyone), told("TCP/443"), "what everyone may is not told");
}

#[test]
fn a_flow_into_a_namespace_that_is_not_governed_is_told_where_it_leaves() {
    let objects = shop_and_bank(&[]);
    let only = |spec: &str, network: &str| {
        let spec = format!("namespaces: {{{spec}}}, network: {{{network}}}");
        Cluster::under(&[&spec], &objects).found(&CHECK)
    };
    assert_eq!(only("names: [shop]", WITHIN), ["Pod/shop/web Egress: not isolated: everyone (all ports)"]);
    assert_eq!(
        only("matchLabels: {team: a}", WITHIN),
        ["Pod/shop/web Egress: not isolated: everyone (all ports)"]
    );
    assert_eq!(only("names: [shop]", DENY), [""; 0], "that it is not isolated is told alone");
    assert_eq!(only("names: [bank]", WITHIN), ["Pod/bank/api Ingress: not isolated: everyone (all ports)"]);
}

#[test]
fn by_egress_ports_with_names_are_those_of_the_end_that_is_connected_to() {
    let mut objects = shop_and_bank(&[]);
    let rule =
        "{to: [{namespaceSelector: {matchLabels: {team: b}}}], ports: [{port: http}, {port: metrics}]}";
    let out = |rule: &str| {
        policy("shop", "out", &format!("podSelector: {{}}, policyTypes: [Egress], egress: [{rule}]"))
    };
    objects.push(out(rule));
    let spec = "namespaces: {names: [shop]}, network: {within: namespace, defaultDeny: [Egress]}";
    let cluster = Cluster::under(&[spec], &objects);
    let place = "Pod/shop/web Egress: NetworkPolicy out egress[0]:";
    assert_eq!(cluster.found(&CHECK), [format!("{place} bank: Pod/api (TCP/8080)")]);
    cluster.see(&out("{ports: [{port: http}, {port: 9}]}"));
    assert_eq!(cluster.found(&CHECK), [format!("{place} everyone (TCP/9 TCP/http)")]);
    cluster.see(&out("{ports: [{port: metrics}]}"));
    assert_eq!(cluster.found(&CHECK), [""; 0], "nobody has such a port");
}

#[test]
fn each_baseline_judges_alone() {
    let of = |namespace: &str| format!("namespaces: {{names: [{namespace}]}}, network: {{{WITHIN}}}");
    let cluster = Cluster::under(&[&of("shop"), &of("bank")], &shop_and_bank(&[]));
    let told =
        cluster.findings(&CHECK).into_iter().map(|it| (it.declaration.unwrap().name.to_string(), it.key));
    let expected = [("b1", "Ingress"), ("b0", "Egress")].map(|(name, key)| (name.to_owned(), key.to_owned()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        expected,
        "what leaves shop is told in both, each by its own baseline"
    );
}

#[test]
fn names_are_resolved_without_being_declared() {
    let dns = |ports: &str| {
        vec![
            namespace("kube-system", ""),
            pod("kube-system", "coredns", "k8s-app: kube-dns", ports, ""),
            namespace("shop", ""),
            pod("shop", "web", "app: web", "", ""),
            policy(
                "kube-system",
                "dns",
                "podSelector: {}, ingress: [{ports: [{port: 53}, {port: 53, protocol: UDP}]}]",
            ),
            policy("shop", "deny", "podSelector: {}, policyTypes: [Ingress]"),
        ]
    };
    assert_eq!(Cluster::new(WITHIN, &dns("")).found(&CHECK), [""; 0]);
    let of_shop = format!("namespaces: {{names: [shop]}}, network: {{{WITHIN}}}");
    assert_eq!(Cluster::under(&[&of_shop], &dns("")).found(&CHECK), [""; 0], "where it leaves");
    let other = "dns: {namespace: dns}, within: namespace";
    assert_eq!(
        Cluster::new(other, &dns("")).found(&CHECK),
        ["Pod/kube-system/coredns Ingress: NetworkPolicy dns ingress[0]: everyone (TCP/53 UDP/53)"]
    );
    let named = "{name: dns, containerPort: 5353, protocol: UDP}, {name: dns-tcp, containerPort: 5353}, {containerPort: 9153}";
    let cluster = Cluster::new(WITHIN, &dns(named));
    let open = "podSelector: {}, ingress: [{ports: [{port: dns-tcp}, {port: dns, protocol: UDP}]}]";
    cluster.see(&policy("kube-system", "dns", open));
    assert_eq!(cluster.found(&CHECK), [""; 0]);
    cluster.see(&policy("kube-system", "dns", "podSelector: {}, ingress: [{ports: [{port: 9153}]}]"));
    assert_eq!(
        cluster.found(&CHECK),
        ["Pod/kube-system/coredns Ingress: NetworkPolicy dns ingress[0]: everyone (TCP/9153)"]
    );
}

#[test]
fn pods_of_the_workload_are_counted_as_far_as_they_are_exposed() {
    let mut objects = shop_and_bank(&[("p", "podSelector: {matchLabels: {track: new}}, ingress: []")]);
    let owned = |name: &str, track: &str| {
        let owner =
            "ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, uid: u, controller: true}]";
        pod("bank", name, &format!("track: {track}"), "", "").replace("labels:", &format!("{owner}, labels:"))
    };
    objects.extend([owned("db-0", "old"), owned("db-1", "old"), owned("db-2", "new")]);
    let findings = Cluster::new(WITHIN, &objects).findings(&CHECK);
    let db = findings.iter().find(|it| it.object.key.to_string() == "StatefulSet/bank/db").unwrap();
    assert_eq!((db.count, db.actual.as_str()), (2, "not isolated: everyone (all ports)"));
}

#[test]
fn the_evidence_is_bounded_and_shows_every_change() {
    let told = |last: usize| {
        let mut objects = shop_and_bank(&[(
            "p",
            "podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]",
        )]);
        objects.extend((0..last).map(|it| pod("shop", &format!("p{it:04}"), "", "", "")));
        let found = Cluster::new(WITHIN, &objects).found(&CHECK);
        found.into_iter().find(|it| it.starts_with("Pod/bank/api")).unwrap()
    };
    let (one, other) = (told(499), told(500));
    assert!(one.contains("Pod/p0000, ") && one.contains("and 480 more (#"), "{one}");
    assert!(one.len() < 600, "{one}");
    assert_ne!(one, other);
}
