//! `network/lost-flow`: what is allowed and closed, and by which end.

use super::cluster::{Cluster, namespace, pod, policy};
use crate::checks::network::lost_flow::CHECK;
use crate::model::Direction;

/// `web` in `shop` and `api` in `bank`, under these policies.
fn objects(policies: &[(&str, &str)]) -> Vec<String> {
    let objects = [
        namespace("shop", "team: a"),
        namespace("bank", "team: b"),
        pod("shop", "web", "app: web", "", "10.0.0.1"),
        pod("bank", "api", "app: api", "", "10.0.1.1"),
    ];
    let policies = policies.iter().map(|(namespace, spec)| policy(namespace, "p", spec));
    objects.into_iter().chain(policies).collect()
}

/// What is found of the flows that are allowed.
fn found(network: &str, policies: &[(&str, &str)]) -> Vec<String> {
    let found = Cluster::new(network, &objects(policies)).found(&CHECK);
    found.into_iter().filter(|it| !it.contains(" DNS: ")).collect()
}

const WEB_TO_API: &str =
    "allow: [{from: {podLabels: {app: web}}, to: {namespace: bank}, ports: [TCP/80, TCP/443]}]";
const KEY: &str = "any namespace, app=web to namespace bank, TCP/80,443";
const DENY: &str = "podSelector: {}";
const DENY_EGRESS: &str = "podSelector: {}, policyTypes: [Egress]";

#[test]
fn an_allowed_flow_that_is_closed_is_told_where_it_arrives() {
    let cluster = Cluster::new(WEB_TO_API, &objects(&[("bank", DENY)]));
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!((finding.object.key.to_string().as_str(), finding.key.as_str()), ("Pod/bank/api", KEY));
    assert_eq!((finding.direction, finding.count), (Direction::Tightened, 1));
    assert_eq!(finding.expected, KEY);
    assert_eq!(finding.actual, "from shop: Pod/web (TCP/80,443): closed where it arrives");
    let message = format!("what is allowed is closed to Pod/bank/api: {KEY}: {}", finding.actual);
    assert_eq!(finding.message, message);
}

#[test]
fn it_is_told_which_end_closes_it_and_on_which_ports() {
    let told = |actual: &str| [format!("Pod/bank/api {KEY}: from shop: Pod/web {actual}")];
    let of = |policies: &[(&str, &str)]| found(WEB_TO_API, policies);
    assert_eq!(of(&[]), [""; 0]);
    assert_eq!(of(&[("shop", DENY_EGRESS)]), told("(TCP/80,443): closed where it leaves"));
    assert_eq!(of(&[("shop", DENY_EGRESS), ("bank", DENY)]), told("(TCP/80,443): closed at both ends"));
    let some = "podSelector: {}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]";
    assert_eq!(of(&[("bank", some)]), told("(TCP/443): closed where it arrives"));
    let all =
        "podSelector: {}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 80, endPort: 443}]}]";
    assert_eq!(of(&[("bank", all)]), [""; 0]);
}

#[test]
fn where_no_ports_are_named_one_is_enough() {
    let any = "allow: [{from: {podLabels: {app: web}}, to: {namespace: bank}}]";
    let some = "podSelector: {}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]";
    assert_eq!(found(any, &[("bank", some)]), [""; 0]);
    let key = "any namespace, app=web to namespace bank, all ports";
    let told = [format!("Pod/bank/api {key}: from shop: Pod/web (all ports): closed where it arrives")];
    assert_eq!(found(any, &[("bank", DENY)]), told);
    let other = "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 81}]}]";
    let told = format!(
        "Pod/bank/api {key}: from shop: Pod/web (all ports): let through by each end and not by both"
    );
    assert_eq!(found(any, &[("bank", some), ("shop", other)]), [told]);
}

#[test]
fn a_flow_without_pods_at_both_ends_is_not_lost() {
    let to =
        |labels: &str| format!("allow: [{{from: {{podLabels: {{{labels}}}}}, to: {{namespace: bank}}}}]");
    assert_eq!(found(&to("app: gone"), &[("bank", DENY)]), [""; 0]);
    assert_eq!(found(&to("app: web"), &[("bank", DENY)]).len(), 1);
}

#[test]
fn a_flow_into_a_namespace_that_is_not_governed_is_told_where_it_leaves() {
    let under = |names: &str| {
        let spec = format!("namespaces: {{names: [{names}]}}, network: {{{WEB_TO_API}}}");
        Cluster::under(&[&spec], &objects(&[("bank", DENY)])).found(&CHECK)
    };
    assert_eq!(
        under("shop"),
        [format!("Pod/shop/web {KEY}: to bank: Pod/api (TCP/80,443): closed where it arrives")]
    );
    assert_eq!(
        under("bank"),
        [format!("Pod/bank/api {KEY}: from shop: Pod/web (TCP/80,443): closed where it arrives")]
    );
}

#[test]
fn a_flow_that_is_allowed_twice_in_the_same_words_is_told_once() {
    let entry = "{from: {podLabels: {app: web}}, to: {namespace: bank}, ports: [TCP/80, TCP/443]}";
    assert_eq!(found(&format!("allow: [{entry}, {entry}]"), &[("bank", DENY)]).len(), 1);
}

#[test]
fn flows_with_addresses_are_lost_where_the_pods_close_them() {
    let out = "allow: [{from: {podLabels: {app: web}}, to: {cidrs: [203.0.113.0/24]}, ports: [TCP/443]}]";
    let key = "Pod/shop/web any namespace, app=web to 203.0.113.0/24, TCP/443:";
    let rule = |cidr: &str| {
        format!("podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: {cidr}}}}}]}}]")
    };
    assert_eq!(found(out, &[]), [""; 0]);
    assert_eq!(found(out, &[("shop", &rule("203.0.0.0/16"))]), [""; 0]);
    assert_eq!(
        found(out, &[("shop", &rule("203.0.113.0/25"))]),
        [format!("{key} to 203.0.113.128/25 (TCP/443): closed where it leaves")]
    );
    let into = "allow: [{from: {cidrs: [203.0.113.0/24]}, to: {podLabels: {app: api}}}]";
    let key = "Pod/bank/api 203.0.113.0/24 to any namespace, app=api, all ports:";
    assert_eq!(
        found(into, &[("bank", DENY)]),
        [format!("{key} from 203.0.113.0/24 (all ports): closed where it arrives")]
    );
    let some = "podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 1}]}]";
    assert_eq!(found(into, &[("bank", some)]), [""; 0], "one port is enough");
}

#[test]
fn what_is_inside_or_on_the_link_alone_is_not_lost() {
    let everywhere =
        "inside: [10.0.0.0/8], allow: [{from: {podLabels: {app: web}}, to: {cidrs: [0.0.0.0/0]}}]";
    let but = |except: &str| {
        let block = format!("{{cidr: 0.0.0.0/0, except: [{except}]}}");
        found(
            everywhere,
            &[(
                "shop",
                &format!(
                    "podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{{ipBlock: {block}}}]}}]"
                ),
            )],
        )
    };
    assert_eq!(but("10.0.0.0/8, 169.254.0.0/16, 127.0.0.0/8"), [""; 0]);
    let told = but("10.0.0.0/8, 192.0.2.0/24");
    assert!(told.len() == 1 && told[0].contains("to 192.0.2.0/24 (all ports)"), "{told:?}");
}

/// What is found of the DNS where `web` has this egress, and the pods of the DNS these ports.
fn dns(egress: &str, ports: &str, policies: &[(&str, &str)]) -> Vec<String> {
    let egress = format!("podSelector: {{}}, policyTypes: [Egress], egress: [{egress}]");
    let mut objects = objects(&[("shop", &egress)]);
    objects.push(pod("kube-system", "coredns", "k8s-app: kube-dns", ports, ""));
    objects.extend(policies.iter().map(|(namespace, spec)| policy(namespace, "dns", spec)));
    Cluster::new("defaultDeny: [Egress]", &objects).found(&CHECK)
}

#[test]
fn a_pod_that_is_isolated_for_egress_has_to_reach_the_dns() {
    let told = |actual: &str| [format!("Pod/shop/web DNS: to kube-system: Pod/coredns {actual}")];
    assert_eq!(dns("{}", "", &[]), [""; 0]);
    assert_eq!(dns("{ports: [{port: 53}, {port: 53, protocol: UDP}]}", "", &[]), [""; 0]);
    assert_eq!(
        dns("{ports: [{port: 53, protocol: UDP}]}", "", &[]),
        told("(TCP/53): closed where it leaves")
    );
    assert_eq!(dns("", "", &[]), told("(TCP/53 UDP/53): closed where it leaves"));
    let denied = dns("{}", "", &[("kube-system", "podSelector: {}, ingress: [{ports: [{port: 53}]}]")]);
    assert_eq!(denied, told("(UDP/53): closed where it arrives"));
}

#[test]
fn it_is_told_by_which_protocol_the_dns_is_not_reached() {
    let message = |egress: &str| {
        let egress = format!("podSelector: {{}}, policyTypes: [Egress], egress: [{egress}]");
        let mut objects = objects(&[("shop", &egress)]);
        objects.push(pod("kube-system", "coredns", "k8s-app: kube-dns", "", ""));
        let [finding] = Cluster::new("defaultDeny: [Egress]", &objects).findings(&CHECK).try_into().unwrap();
        finding.message
    };
    let told = |by: &str, ports: &str| {
        format!(
            "Pod/shop/web cannot ask the cluster's DNS by {by}: to kube-system: Pod/coredns ({ports}): closed where it \
             leaves"
        )
    };
    assert_eq!(message("{ports: [{port: 53, protocol: UDP}]}"), told("TCP", "TCP/53"));
    assert_eq!(message("{ports: [{port: 53}]}"), told("UDP", "UDP/53"));
    assert_eq!(message(""), told("UDP and TCP", "TCP/53 UDP/53"));
}

/// What is found of the DNS where no pod that answers it is in sight.
fn unseen_dns(network: &str, egress: &str) -> Vec<String> {
    let egress = format!("podSelector: {{}}, policyTypes: [Egress], egress: [{egress}]");
    Cluster::new(&format!("{network}defaultDeny: [Egress]"), &objects(&[("shop", &egress)])).found(&CHECK)
}

#[test]
fn a_dns_that_is_not_in_sight_would_have_to_be_reached() {
    let told = |ports: &str| {
        let dns = "to namespace kube-system, k8s-app=kube-dns, not in sight";
        [format!("Pod/shop/web DNS: {dns} ({ports}): closed where it leaves")]
    };
    let to = |peers: &str| {
        unseen_dns("", &format!("{{to: [{peers}], ports: [{{port: 53}}, {{port: 53, protocol: UDP}}]}}"))
    };
    assert_eq!(unseen_dns("", ""), told("TCP/53 UDP/53"));
    assert_eq!(unseen_dns("", "{ports: [{port: 53, protocol: UDP}]}"), told("TCP/53"));
    assert_eq!(unseen_dns("", "{ports: [{port: dns, protocol: UDP}, {port: dns-tcp}]}"), [""; 0]);
    let by_name =
        |name: &str| format!("namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {name}}}}}");
    assert_eq!(to(&format!("{{{}}}", by_name("kube-system"))), [""; 0]);
    assert_eq!(to(&format!("{{{}}}", by_name("dns"))), told("TCP/53 UDP/53"));
    assert_eq!(to("{podSelector: {}}"), told("TCP/53 UDP/53"), "pods of its own namespace");
    let labelled = |labels: &str| {
        to(&format!("{{{}, podSelector: {{matchLabels: {{{labels}}}}}}}", by_name("kube-system")))
    };
    assert_eq!(labelled("k8s-app: kube-dns"), [""; 0]);
    assert_eq!(labelled("k8s-app: other"), told("TCP/53 UDP/53"));
}

#[test]
fn where_its_namespace_is_there_without_it_something_else_answers() {
    let egress = "podSelector: {}, policyTypes: [Egress]";
    let mut objects = objects(&[("shop", egress)]);
    objects.push(namespace("kube-system", ""));
    assert_eq!(Cluster::new("defaultDeny: [Egress]", &objects).found(&CHECK), [""; 0]);
}

#[test]
fn what_is_not_known_of_an_unseen_dns_is_believed() {
    let to = |peer: &str| unseen_dns("", &format!("{{to: [{peer}]}}"));
    assert_eq!(to("{namespaceSelector: {matchLabels: {role: infra}}}"), [""; 0]);
    assert_eq!(to("{namespaceSelector: {}, podSelector: {matchLabels: {app: coredns}}}"), [""; 0]);
    assert_eq!(to("{ipBlock: {cidr: 10.96.0.10/32}}"), [""; 0]);
    assert_eq!(unseen_dns("dns: {podLabels: {app: dns}}, ", ""), [""; 0], "it may be anywhere");
}

#[test]
fn the_dns_is_reached_on_its_ports_with_names() {
    let ports = "{name: dns, containerPort: 5353, protocol: UDP}, {name: dns-tcp, containerPort: 5353}";
    assert_eq!(dns("{ports: [{port: 53}, {port: 53, protocol: UDP}]}", ports, &[]).len(), 1);
    assert_eq!(dns("{ports: [{port: dns-tcp}, {port: dns, protocol: UDP}]}", ports, &[]), [""; 0]);
}

#[test]
fn who_answers_the_dns_or_is_not_isolated_is_not_told() {
    let isolated = [("kube-system", "podSelector: {}, policyTypes: [Egress]")];
    assert_eq!(dns("{}", "", &isolated), [""; 0], "the pods of the DNS themselves");
    let open = [pod("shop", "web", "", "", ""), pod("kube-system", "coredns", "k8s-app: kube-dns", "", "")];
    let closed = policy("kube-system", "p", "podSelector: {}");
    let objects: Vec<String> = open.into_iter().chain([closed]).collect();
    assert_eq!(Cluster::new("defaultDeny: [Egress]", &objects).found(&CHECK), [""; 0], "web is not isolated");
    assert_eq!(Cluster::new("defaultDeny: [Ingress]", &objects).found(&CHECK), [""; 0], "it is not asked");
}

#[test]
fn a_template_with_labels_that_nobody_knows_yet_loses_nothing() {
    let template = |kind: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web, namespace: shop}}, spec: {{template: {{metadata: \
             {{labels: {{app: web}}}}, spec: {{containers: [{{name: a}}]}}}}}}}}"
        )
    };
    let lost = |kind: &str, label: &str| {
        let peer = format!("namespaceSelector: {{}}, podSelector: {{matchLabels: {{{label}}}}}");
        let by_label = policy("bank", "p", &format!("podSelector: {{}}, ingress: [{{from: [{{{peer}}}]}}]"));
        let objects =
            [namespace("bank", ""), pod("bank", "api", "app: api", "", ""), template(kind), by_label];
        Cluster::new(WEB_TO_API, &objects).found(&CHECK).len()
    };
    assert_eq!(lost("Deployment", "app: db"), 1);
    assert_eq!(lost("Deployment", "pod-template-hash: abc"), 0);
    assert_eq!(lost("StatefulSet", "statefulset.kubernetes.io/pod-name: web-0"), 0);
    assert_eq!(lost("StatefulSet", "statefulset.kubernetes.io/pod-name: web-1"), 1);
}

#[test]
fn a_long_flow_is_told_by_its_start() {
    let labels: Vec<String> = (0..40).map(|it| format!("label{it}: value")).collect();
    let allow = |last: &str| {
        let labels = format!("{}, last: {last}", labels.join(", "));
        format!("allow: [{{from: {{podLabels: {{{labels}}}}}, to: {{namespace: bank}}}}]")
    };
    let key = |last: &str| {
        let labels = format!("{}, last: {last}", labels.join(", "));
        let objects =
            [pod("shop", "web", &labels, "", ""), pod("bank", "api", "", "", ""), policy("bank", "p", DENY)];
        let [finding] = Cluster::new(&allow(last), &objects).findings(&CHECK).try_into().unwrap();
        finding.key
    };
    let (one, other) = (key("a"), key("b"));
    assert!(one.len() < 250 && one.contains("… #"), "{one}");
    assert_ne!(one, other);
}
