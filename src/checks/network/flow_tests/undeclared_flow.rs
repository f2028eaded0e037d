//! `network/undeclared-flow`: what is open beyond `allow`, and what other checks tell.

use super::cluster::{Cluster, namespace, node, pod, policy};
use crate::checks::network::undeclared_flow::CHECK;
use crate::model::Direction;

/// `web` and `db` in `shop` and `api` in `bank`, and a policy of `shop` that isolates `db` with this ingress.
fn objects(ingress: &str) -> Vec<String> {
    vec![
        node("10.0.0.0/16"),
        namespace("shop", "team: a"),
        namespace("bank", "team: b"),
        pod("shop", "web", "app: web", "", "10.0.0.1"),
        pod("shop", "db", "app: db", "{name: sql, containerPort: 5432}", "10.0.0.2"),
        pod("bank", "api", "app: api", "", "10.0.1.1"),
        policy("shop", "db", &format!("podSelector: {{matchLabels: {{app: db}}}}, ingress: [{ingress}]")),
    ]
}

/// What is found of `db`, with all else under `defaultDeny` alone.
fn of_db(network: &str, ingress: &str) -> Vec<String> {
    let network = format!("defaultDeny: [Ingress, Egress], {network}");
    Cluster::new(&network, &objects(ingress)).found(&CHECK)
}

const NOTHING: &str = "allow: []";
const PLACE: &str = "Pod/shop/db Ingress: NetworkPolicy db ingress[0]:";

#[test]
fn a_flow_within_the_namespace_has_to_be_allowed_too() {
    let rule = "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: sql}]}";
    let network = format!("defaultDeny: [Ingress, Egress], {NOTHING}");
    let [finding] = Cluster::new(&network, &objects(rule)).findings(&CHECK).try_into().unwrap();
    assert_eq!((finding.key.as_str(), finding.count, finding.direction), ("Ingress", 1, Direction::Loosened));
    assert_eq!(finding.expected, "no flow but what is allowed");
    assert_eq!(finding.actual, "NetworkPolicy db ingress[0]: shop: Pod/web (TCP/5432)");
    let message = "Pod/shop/db can be connected to by others than are allowed: ";
    assert_eq!(finding.message, format!("{message}{}", finding.actual));

    let allow = |ports: &str| {
        format!(
            "allow: [{{from: {{podLabels: {{app: web}}}}, to: {{podLabels: {{app: db}}}}, ports: [{ports}]}}]"
        )
    };
    assert_eq!(of_db(&allow("TCP/5432"), rule), [""; 0]);
    assert_eq!(of_db(&allow("TCP/5433"), rule), [format!("{PLACE} shop: Pod/web (TCP/5432)")]);
}

#[test]
fn flows_of_pods_are_told_once() {
    let rule = "{from: [{podSelector: {}}, {namespaceSelector: {matchLabels: {team: b}}}]}";
    let told = [format!(
        "{PLACE} bank: Pod/api (all ports); NetworkPolicy db ingress[0]: shop: Pod/web (all ports)"
    )];
    assert_eq!(of_db(NOTHING, rule), told);
    assert_eq!(
        of_db("within: namespace, allow: []", rule),
        [""; 0],
        "it is told by another check, or allowed"
    );
    assert_eq!(of_db("within: namespace", rule), [""; 0], "it is not asked");
}

#[test]
fn what_comes_from_outside_is_always_told() {
    let rule =
        "{from: [{ipBlock: {cidr: 203.0.113.0/24}}, {ipBlock: {cidr: 10.0.9.0/24}}], ports: [{port: sql}]}";
    let told = [format!("{PLACE} addresses outside the cluster in 203.0.113.0/24 (TCP/5432)")];
    assert_eq!(of_db("within: namespace, allow: []", rule), told);
    assert_eq!(of_db(NOTHING, rule), told);
    assert_eq!(of_db("allow: [], inside: [203.0.113.0/24]", rule), [""; 0]);
    let allow = |cidr: &str| {
        format!("allow: [{{from: {{cidrs: [{cidr}]}}, to: {{namespace: shop}}, ports: [TCP/5432]}}]")
    };
    assert_eq!(of_db(&allow("203.0.113.0/24"), rule), [""; 0]);
    let half = [format!("{PLACE} addresses outside the cluster in 203.0.113.128/25 (TCP/5432)")];
    assert_eq!(of_db(&allow("203.0.113.0/25"), rule), half);
}

#[test]
fn everyone_is_told_inside_and_outside() {
    let both = format!(
        "{PLACE} everyone (TCP/5432); NetworkPolicy db ingress[0]: everyone outside the cluster (TCP/5432)"
    );
    assert_eq!(of_db(NOTHING, "{ports: [{port: sql}]}"), [both]);
    assert_eq!(of_db(NOTHING, "{ports: [{port: metrics}]}"), [""; 0], "the pod has no such port");
}

#[test]
fn what_goes_outside_is_told_unless_another_check_does() {
    let out = "{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}, {port: https}]}";
    let mut objects = objects("");
    objects.push(policy(
        "shop",
        "out",
        &format!("podSelector: {{}}, policyTypes: [Egress], egress: [{out}]"),
    ));
    let found = |network: &str| {
        Cluster::new(&format!("defaultDeny: [Ingress, Egress], {network}"), &objects).found(&CHECK)
    };
    let told = |name: &str| {
        let place = "Egress: NetworkPolicy out egress[0]";
        format!("Pod/shop/{name} {place}: addresses outside the cluster in 203.0.113.0/24 (TCP/443)")
    };
    assert_eq!(found(NOTHING), [told("db"), told("web")]);
    assert_eq!(found("allow: [], internet: {podLabels: {a: b}}"), [""; 0]);
    let allow = "allow: [{from: {podLabels: {app: db}}, to: {cidrs: [203.0.113.0/24]}, ports: [TCP/443]}]";
    assert_eq!(found(allow), [told("web")]);
}

#[test]
fn what_is_not_isolated_is_told_here_unless_it_should_be() {
    let found = |network: &str| Cluster::new(network, &objects("")).found(&CHECK);
    let open = |name: &str, direction: &str| format!("Pod/{name} {direction}: not isolated: everyone");
    let starts = |found: Vec<String>, expected: &[String]| {
        let is = |(it, start): (&String, &String)| it.starts_with(start.as_str());
        assert!(found.len() == expected.len() && found.iter().zip(expected).all(is), "{found:#?}");
    };
    assert_eq!(found("allow: [], defaultDeny: [Ingress, Egress]"), [""; 0]);
    let ingress = [open("bank/api", "Ingress"), open("shop/web", "Ingress")];
    starts(found("allow: [], defaultDeny: [Egress]"), &ingress);
    let egress = ["bank/api", "shop/db", "shop/web"].map(|name| open(name, "Egress"));
    starts(found("allow: [], defaultDeny: [Ingress]"), &egress);
}

#[test]
fn one_pod_has_no_flow_with_itself() {
    let all = "podSelector: {}, ingress: [{from: [{podSelector: {}}]}]";
    let of = |names: &[&str]| {
        let mut objects = vec![namespace("shop", "team: a"), policy("shop", "p", all)];
        objects.extend(names.iter().map(|name| pod("shop", name, "app: web", "", "")));
        Cluster::new("allow: []", &objects)
            .findings(&CHECK)
            .into_iter()
            .filter(|it| it.key == "Ingress")
            .count()
    };
    assert_eq!((of(&["web"]), of(&["web", "other"])), (0, 2));
}
