//! `network/host-network`: pods that policies do not hold.

use super::*;
use crate::checks::network::host_network::CHECK;
use crate::model::Direction;

fn of_host(name: &str) -> String {
    pod(name, "").replace("spec: {", "spec: {hostNetwork: true, ")
}

#[test]
fn pods_in_the_network_of_their_host_are_one_finding() {
    let cluster =
        Cluster::new("defaultDeny: [Ingress]", &[of_host("web-1"), of_host("web-2"), pod("db-1", "")]);
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!(finding.object.key, key(Kind::Deployment, "web"));
    assert_eq!(
        (finding.key.as_str(), finding.path.as_str()),
        ("hostNetwork", "spec.template.spec.hostNetwork")
    );
    assert_eq!((finding.count, finding.direction), (2, Direction::Loosened));
    assert_eq!((finding.expected.as_str(), finding.actual.as_str()), ("undefined or false", "true"));
    let message =
        "Deployment/shop/web stands in the network of its host, where no policy holds it; 2 pods run it";
    assert_eq!(finding.message, message);
    assert_eq!(finding.remedy, "set spec.template.spec.hostNetwork to false");
    cluster.see(&pod("web-1", ""));
    cluster.see(&pod("web-2", ""));
    assert_eq!(cluster.findings(&CHECK), []);
}

#[test]
fn a_template_is_judged_before_a_pod_runs_it() {
    let set = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent, namespace: shop}, spec: {template: \
               {spec: {hostNetwork: true, containers: [{name: agent}]}}}}";
    let cluster = Cluster::new("within: namespace", &[set.to_owned()]);
    assert_eq!(cluster.found(&CHECK), ["DaemonSet/shop/agent hostNetwork: true, 0"]);
}

#[test]
fn it_is_asked_where_flows_are_declared() {
    let found = |spec: &str| {
        let objects = [namespace("shop", ""), of_host("web-1")];
        Cluster::under(&[spec.to_owned()], &objects).findings(&CHECK).len()
    };
    for network in
        ["defaultDeny: [Egress]", "within: namespace", "allow: []", "internet: {podLabels: {a: b}}"]
    {
        assert_eq!(found(&format!("network: {{{network}}}")), 1, "{network}");
        assert_eq!(found(&format!("namespaces: {{names: [bank]}}, network: {{{network}}}")), 0, "{network}");
    }
    assert_eq!(found("network: {inside: [10.0.0.0/8]}"), 0, "it asks nothing of pods");
    assert_eq!(found("podSecurity: {level: privileged}"), 0);
}
