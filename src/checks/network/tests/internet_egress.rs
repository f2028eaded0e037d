//! `network/internet-egress`: which addresses outside the cluster are reached, and what is none of them.

use super::*;
use crate::checks::network::internet_egress::CHECK;
use crate::model::Direction;

const LABELLED: &str = "internet: {podLabels: {egress: internet}}";

/// A cluster with a node and a pod `web-1`, under a policy with these rules of egress.
fn with_rules(network: &str, rules: &str) -> Cluster {
    let spec = format!("podSelector: {{}}, policyTypes: [Egress], egress: [{rules}]");
    Cluster::new(
        network,
        &[node("n1", "10.0.0.0/24", "192.0.2.1"), pod("web-1", "app: web"), policy("out", &spec)],
    )
}

/// The same with a node that has addresses of IPv6 as well.
fn of_both_families(network: &str, rules: &str) -> Cluster {
    let cluster = with_rules(network, rules);
    cluster.see(&node("n6", "'fd00:1::/64'", "192.0.2.6"));
    cluster
}

fn node(name: &str, pods: &str, address: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Node, metadata: {{name: {name}}}, spec: {{podCIDR: {pods}, podCIDRs: [{pods}]}}, \
         status: {{addresses: [{{type: InternalIP, address: {address}}}]}}}}"
    )
}

/// A rule that lets these blocks through.
fn to(blocks: &[&str]) -> String {
    let blocks: Vec<String> = blocks.iter().map(|it| format!("{{ipBlock: {{cidr: '{it}'}}}}")).collect();
    format!("{{to: [{}]}}", blocks.join(", "))
}

/// What is reached under these rules.
fn reached(rules: &str) -> Vec<String> {
    with_rules(LABELLED, rules).findings(&CHECK).into_iter().map(|it| it.actual).collect()
}

const METADATA: &str = "among them metadata (100.100.100.200, 168.63.129.16, 169.254.169.254, 169.254.170.2)";

const METADATA_V6: &str = "among them metadata (100.100.100.200, 168.63.129.16, 169.254.169.254, 169.254.170.2, \
                           fd00:ec2::254, fd20:ce::254)";

#[test]
fn a_rule_for_everyone_reaches_everything() {
    let cluster = with_rules(LABELLED, "{}");
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!(finding.object.key, key(Kind::Deployment, "web"));
    assert_eq!((finding.key.as_str(), finding.count, finding.direction), ("Egress", 1, Direction::Loosened));
    assert_eq!(finding.expected, "no address outside the cluster without egress=internet");
    assert_eq!(finding.actual, format!("all ports to every address, {METADATA}"));
    let message = format!(
        "Deployment/shop/web may reach addresses outside the cluster (all ports: NetworkPolicy out egress[0]), {METADATA}, \
         though it is not labelled egress=internet; it concerns 1 pod"
    );
    assert_eq!(finding.path, "NetworkPolicy out egress[0]");
    assert_eq!(finding.remedy, "narrow NetworkPolicy out egress[0], or label its pods egress=internet");
    assert_eq!(finding.message, message);
    assert_eq!(&*finding.declaration.unwrap().name, "b");
}

#[test]
fn nothing_is_found_where_no_rule_leads_outside() {
    assert_eq!(reached(""), [""; 0]);
    assert_eq!(reached("{to: [{podSelector: {}}, {namespaceSelector: {}}]}"), [""; 0]);
    assert_eq!(reached(&to(&["10.0.0.0/25", "192.0.2.1/32"])), [""; 0], "pods and nodes are inside");
}

#[test]
fn ranges_are_minimal_and_told_by_their_ports() {
    let rules = [
        "{to: [{ipBlock: {cidr: 203.0.113.0/25}}], ports: [{port: 443}]}",
        "{to: [{ipBlock: {cidr: 203.0.113.128/25}}], ports: [{port: 443}]}",
        "{to: [{ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.0/25]}}], ports: [{port: 53, protocol: UDP}]}",
    ];
    let expected = "TCP/443 to 203.0.113.0/24; UDP/53 to 198.51.100.128/25";
    assert_eq!(reached(&rules.join(", ")), [expected]);
    let named = "{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: https}]}";
    assert_eq!(reached(named), [""; 0], "nothing outside has named ports");
}

#[test]
fn each_rule_that_leads_outside_is_named() {
    let cluster =
        with_rules(LABELLED, &format!("{{to: [{{podSelector: {{}}}}]}}, {}", to(&["203.0.113.0/24"])));
    cluster.see(&policy(
        "more",
        "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 443}]}, {to: [{ipBlock: {cidr: 10.0.0.0/25}}]}]",
    ));
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    let places = "(all ports: NetworkPolicy more egress[0], NetworkPolicy out egress[1])";
    assert!(finding.message.contains(places), "{}", finding.message);
    assert_eq!(finding.path, "NetworkPolicy more egress[0]");
}

#[test]
fn addresses_of_ipv6_count_where_the_cluster_has_any_or_none_is_known() {
    let rules = to(&["::/0"]);
    assert_eq!(reached(&rules), [""; 0], "the node has addresses of IPv4 alone");
    let told = of_both_families(LABELLED, &rules).actual(&CHECK);
    assert!(told.starts_with("all ports to ::/0, among them"), "{told}");
    let declared = with_rules(&format!("{LABELLED}, inside: ['fd00:1::/64']"), &rules);
    assert_eq!(declared.findings(&CHECK).len(), 1);
    let unknown = with_rules(LABELLED, &rules);
    unknown.lose(Kind::Node, "", "n1");
    assert_eq!(unknown.findings(&CHECK).len(), 1);
}

#[test]
fn a_range_inside_is_left_out_and_one_that_reaches_out_is_told_as_it_is_written() {
    let cluster = of_both_families(LABELLED, &to(&["10.0.0.0/25", "192.0.2.0/24", "2001:db8::/32"]));
    assert_eq!(cluster.actual(&CHECK), "all ports to 192.0.2.0/24; 2001:db8::/32");
}

#[test]
fn a_node_more_is_no_other_evidence() {
    let cluster = with_rules(LABELLED, "{}");
    let before = cluster.actual(&CHECK);
    cluster.see(&node("n2", "10.0.1.0/24", "198.51.100.7"));
    assert_eq!(cluster.actual(&CHECK), before);
    let cluster = with_rules(LABELLED, &to(&["10.0.1.0/24"]));
    assert_eq!(cluster.actual(&CHECK), "all ports to 10.0.1.0/24");
    cluster.see(&node("n2", "10.0.1.0/24", "198.51.100.7"));
    assert_eq!(cluster.findings(&CHECK), [], "now it is inside");
    cluster.lose(Kind::Node, "", "n2");
    assert_eq!(cluster.findings(&CHECK).len(), 1);
}

#[test]
fn what_counts_as_inside_may_be_declared_and_is_named_by_service_cidrs() {
    let rules = to(&["10.96.0.0/16", "172.16.0.0/12"]);
    let network = format!("{LABELLED}, inside: [172.16.0.0/12]");
    let cluster = with_rules(&network, &rules);
    assert_eq!(cluster.actual(&CHECK), "all ports to 10.96.0.0/16");
    cluster.see(
        "{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: kubernetes}, \
         spec: {cidrs: [10.96.0.0/12]}}",
    );
    assert_eq!(cluster.findings(&CHECK), []);
}

#[test]
fn metadata_is_named_where_it_is_reached() {
    let of = |cidr: &str| of_both_families(LABELLED, &to(&[cidr])).actual(&CHECK);
    for address in ["169.254.169.254", "168.63.129.16", "100.100.100.200", "169.254.170.2"] {
        let expected = format!("all ports to {address}, among them metadata ({address})");
        assert_eq!(of(&format!("{address}/32")), expected);
    }
    for address in ["fd00:ec2::254", "fd20:ce::254"] {
        let expected = format!("all ports to {address}, among them metadata ({address})");
        assert_eq!(of(&format!("{address}/128")), expected);
    }
    assert!(!of("169.254.0.0/17").contains("metadata"));
    let excepted =
        "{to: [{ipBlock: {cidr: 169.254.0.0/16, except: [169.254.169.254/32, 169.254.170.2/32]}}]}";
    assert!(!with_rules(LABELLED, excepted).actual(&CHECK).contains("metadata"));
    let inside = with_rules(&format!("{LABELLED}, inside: [169.254.0.0/16]"), &to(&["0.0.0.0/0"]));
    let actual = inside.actual(&CHECK);
    assert!(actual.ends_with("among them metadata (100.100.100.200, 168.63.129.16)"), "{actual}");
}

#[test]
fn addresses_that_no_connection_leaves_the_node_by_are_not_outside() {
    for cidr in ["127.0.0.0/8", "0.0.0.0/8", "224.0.0.0/4", "::1/128", "ff00::/8"] {
        assert_eq!(of_both_families(LABELLED, &to(&[cidr])).findings(&CHECK), [], "{cidr}");
    }
    for cidr in ["169.254.0.0/17", "240.0.0.0/4", "fe80::/10", "172.16.0.0/12", "100.64.0.0/16"] {
        assert_eq!(of_both_families(LABELLED, &to(&[cidr])).findings(&CHECK).len(), 1, "{cidr}");
    }
}

#[test]
fn pods_with_the_declared_labels_may() {
    let cluster = with_rules(LABELLED, "{}");
    cluster.see(&pod("web-2", "egress: internet"));
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!(finding.count, 1);
    assert!(finding.message.starts_with("some pods of Deployment/shop/web may"), "{}", finding.message);
    cluster.see(&pod("web-1", "egress: intranet"));
    assert_eq!(cluster.findings(&CHECK).len(), 1, "another value");
    cluster.see(&pod("web-1", "egress: internet, app: web"));
    assert_eq!(cluster.findings(&CHECK), []);
}

#[test]
fn flows_that_are_allowed_do_not_count() {
    let allow = |flow: &str| format!("{LABELLED}, allow: [{flow}]");
    let rule = "{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}, {port: 80}]}";
    let of = |flow: &str| {
        let cluster = with_rules(&allow(flow), rule);
        cluster.findings(&CHECK).into_iter().map(|it| it.actual).collect::<Vec<_>>()
    };
    let whole = "TCP/80,443 to 203.0.113.0/24";
    let from = "from: {namespace: shop, podLabels: {app: web}}";
    assert_eq!(of(&format!("{{{from}, to: {{cidrs: [203.0.113.0/24]}}}}")), [""; 0]);
    assert_eq!(
        of(&format!("{{{from}, to: {{cidrs: [203.0.113.0/24]}}, ports: [TCP/443]}}")),
        ["TCP/80 to 203.0.113.0/24"]
    );
    assert_eq!(
        of(&format!("{{{from}, to: {{cidrs: [203.0.113.0/25]}}, ports: [TCP/443]}}")),
        ["TCP/80 to 203.0.113.0/25; TCP/80,443 to 203.0.113.128/25"]
    );
    assert_eq!(of("{from: {namespace: bank}, to: {cidrs: [203.0.113.0/24]}}"), [whole]);
    assert_eq!(of("{from: {podLabels: {app: db}}, to: {cidrs: [203.0.113.0/24]}}"), [whole]);
    assert_eq!(of("{from: {cidrs: [203.0.113.0/24]}, to: {namespace: shop}}"), [whole], "the other way");
}

#[test]
fn a_direction_that_nothing_isolates_is_told_once() {
    let objects = [pod("web-1", "app: web")];
    let found = |network: &str| Cluster::new(network, &objects).found(&CHECK);
    let everything = format!("Deployment/shop/web Egress: all ports to every address, {METADATA_V6}, 1");
    assert_eq!(found(LABELLED), [everything.as_str()]);
    assert_eq!(found(&format!("{LABELLED}, defaultDeny: [Ingress]")), [everything]);
    assert_eq!(found(&format!("{LABELLED}, defaultDeny: [Egress]")), [""; 0]);
    assert_eq!(found("within: namespace"), [""; 0], "who may is not declared");
}

#[test]
fn the_evidence_is_bounded_and_no_detail_of_it_is_lost() {
    let blocks = |last: u8| {
        let nets = (0..200).map(|it| format!("203.{it}.0.0/24")).chain([format!("203.201.{last}.0/24")]);
        let nets: Vec<String> = nets.collect();
        to(&nets.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let [one, other] = [1, 2].map(|last| with_rules(LABELLED, &blocks(last)).actual(&CHECK));
    assert!(one.contains("and 181 more (#") && one.len() < 1000, "{one}");
    assert_ne!(one, other);
    let ports: Vec<String> = (1..500).map(|it| format!("{{port: {}}}", it * 2)).collect();
    let rule = format!("{{to: [{{ipBlock: {{cidr: 203.0.113.0/24}}}}], ports: [{}]}}", ports.join(", "));
    let told = with_rules(LABELLED, &rule).actual(&CHECK);
    assert!(told.contains("… #") && told.len() < 300, "{told}");
}

#[test]
fn ten_thousand_rules_are_one_finding() {
    let rule = |at: u32| format!("{{to: [{{ipBlock: {{cidr: '203.{}.{}.0/25'}}}}]}}", at / 256, at % 256);
    let rules: Vec<String> = (0..10_000).map(rule).collect();
    let told = with_rules(LABELLED, &rules.join(", ")).actual(&CHECK);
    assert!(told.contains("and 9980 more (#"), "{told}");
}
