//! `network/selects-nothing`: policies, and entries of their rules, that select no pod.

use super::*;
use crate::checks::network::selects_nothing::CHECK;
use crate::model::Direction;

/// A cluster with pods in two namespaces and this policy.
fn with_policy(spec: &str) -> Cluster {
    let grafana = pod("grafana-1", "app: grafana").replace("namespace: shop", "namespace: watch");
    let objects = [
        namespace("shop", "team: shop"),
        namespace("watch", "team: watchers"),
        namespace("empty", "team: nobody"),
        pod("web-1", "app: web, tier: front"),
        grafana,
        policy("p", spec),
    ];
    Cluster::new("within: namespace", &objects)
}

/// The field and the evidence of each finding.
fn found(spec: &str) -> Vec<String> {
    with_policy(spec).findings(&CHECK).iter().map(|it| format!("{}: {}", it.key, it.actual)).collect()
}

#[test]
fn a_policy_that_selects_no_pod_is_found_with_the_label_that_was_meant() {
    let cluster = with_policy("podSelector: {matchLabels: {app: webb}}");
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!(finding.object.key, key(Kind::NetworkPolicy, "p"));
    assert_eq!((finding.key.as_str(), finding.path.as_str()), ("spec.podSelector", "spec.podSelector"));
    assert_eq!((finding.direction, finding.count), (Direction::Changed, 1));
    assert_eq!(finding.expected, "a selector that selects pods");
    assert_eq!(finding.actual, "podSelector app=webb selects no pod of the namespace");
    let message = "podSelector app=webb selects no pod of the namespace, at spec.podSelector of NetworkPolicy/shop/p; \
                   app=web is there";
    assert_eq!(finding.message, message);
    assert_eq!(finding.remedy, "correct spec.podSelector, perhaps to app=web, or delete it");
    cluster.see(&pod("web-2", "app: webb"));
    assert_eq!(cluster.findings(&CHECK), []);
}

#[test]
fn a_label_that_is_like_no_other_has_no_likeness() {
    let cluster =
        with_policy("podSelector: {matchExpressions: [{key: zone, operator: In, values: [east, west]}]}");
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!(finding.actual, "podSelector zone in (east,west) selects no pod of the namespace");
    assert_eq!(finding.remedy, "correct spec.podSelector, or delete it");
    assert!(!finding.message.contains("is there"), "{}", finding.message);
    let misspelt = with_policy("podSelector: {matchLabels: {ap: web}}").findings(&CHECK);
    assert_eq!(misspelt[0].remedy, "correct spec.podSelector, perhaps to app=web, or delete it");
}

#[test]
fn a_policy_that_selects_pods_is_not_found() {
    for selector in [
        "{}",
        "{matchLabels: {app: web}}",
        "{matchExpressions: [{key: app, operator: NotIn, values: [db]}]}",
        "{matchExpressions: [{key: zone, operator: DoesNotExist}]}",
    ] {
        assert_eq!(found(&format!("podSelector: {selector}")), [""; 0], "{selector}");
    }
    assert_eq!(found("podSelector: {matchLabels: {app: grafana}}").len(), 1, "those of another namespace");
}

#[test]
fn a_namespace_without_pods_is_prepared_for_them() {
    let spec =
        "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]";
    let cluster = Cluster::new("within: namespace", &[namespace("shop", ""), policy("p", spec)]);
    assert_eq!(cluster.findings(&CHECK), []);
    let finished = pod("db-1", "").replace("spec:", "status: {phase: Failed}, spec:");
    cluster.see(&finished);
    cluster.see(&pod("db-2", "").replace("spec: {", "spec: {hostNetwork: true, "));
    assert_eq!(cluster.findings(&CHECK), [], "no policy selects these");
    cluster.see(&pod("db-3", ""));
    assert_eq!(cluster.findings(&CHECK).len(), 2);
}

#[test]
fn an_entry_is_found_by_its_place_and_by_what_it_misses() {
    let spec = "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}, {from: [{podSelector: {}}, \
                {podSelector: {matchLabels: {tier: frnt}}}]}], egress: [{to: [\
                {namespaceSelector: {matchLabels: {team: watcher}}}, \
                {namespaceSelector: {matchLabels: {team: watchers}}, podSelector: {matchLabels: {app: grafna}}}, \
                {namespaceSelector: {matchLabels: {team: nobody}}}, \
                {namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}]}]";
    assert_eq!(
        found(spec),
        [
            "spec.egress[0].to[0]: namespaceSelector team=watcher selects no namespace",
            "spec.egress[0].to[1]: podSelector app=grafna selects no pod in a namespace with team=watchers",
            "spec.egress[0].to[2]: podSelector selects no pod in a namespace with team=nobody",
            "spec.egress[0].to[3]: podSelector app=db selects no pod in any namespace",
            "spec.ingress[1].from[1]: podSelector tier=frnt selects no pod of the namespace",
        ]
    );
    let similar: Vec<String> = with_policy(spec)
        .findings(&CHECK)
        .into_iter()
        .filter_map(|it| Some(it.message.split_once("; ")?.1.to_owned()))
        .collect();
    assert_eq!(similar, ["team=watchers is there", "app=grafana is there", "tier=front is there"]);
}

#[test]
fn labels_that_controllers_give_pods_are_not_held_against_those_that_are_there() {
    for key in
        ["pod-template-hash", "statefulset.kubernetes.io/pod-name", "job-name", "controller-revision-hash"]
    {
        assert_eq!(found(&format!("podSelector: {{matchLabels: {{{key}: x}}}}")), [""; 0], "{key}");
        let entry = |namespaces: &str| {
            let peer =
                format!("namespaceSelector: {{{namespaces}}}, podSelector: {{matchLabels: {{{key}: x}}}}");
            found(&format!("podSelector: {{}}, ingress: [{{from: [{{{peer}}}]}}]"))
        };
        assert_eq!(entry(""), [""; 0], "{key}");
        assert_eq!(entry("matchLabels: {team: gone}").len(), 1, "{key}: no namespace is so labelled");
    }
    assert_eq!(found("podSelector: {matchLabels: {pod-template-hush: x}}").len(), 1);
}

#[test]
fn a_namespace_that_is_not_there_is_not_meant() {
    let by_name = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: banc}}";
    let cluster = with_policy(&format!("podSelector: {{}}, ingress: [{{from: [{{{by_name}}}]}}]"));
    cluster.see(&pod("api-1", "").replace("namespace: shop", "namespace: bank"));
    assert!(!cluster.findings(&CHECK)[0].message.contains("is there"));
    cluster.see(&namespace("bank", ""));
    let message = &cluster.findings(&CHECK)[0].message;
    assert!(message.ends_with("; kubernetes.io/metadata.name=bank is there"), "{message}");
}

#[test]
fn an_entry_that_selects_pods_or_none_by_design_is_not_found() {
    for entry in [
        "{podSelector: {matchLabels: {app: web}}}",
        "{namespaceSelector: {}}",
        "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: watch}}}",
        "{namespaceSelector: {matchLabels: {team: watchers}}, podSelector: {matchLabels: {app: grafana}}}",
        "{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [shop]}]}}",
        "{ipBlock: {cidr: 192.0.2.0/24}}",
    ] {
        assert_eq!(found(&format!("podSelector: {{}}, ingress: [{{from: [{entry}]}}]")), [""; 0], "{entry}");
    }
}

#[test]
fn rules_of_a_direction_in_which_the_policy_does_not_isolate_say_nothing() {
    let spec =
        "podSelector: {}, policyTypes: [Ingress], egress: [{to: [{podSelector: {matchLabels: {a: b}}}]}]";
    assert_eq!(found(spec), [""; 0]);
}

#[test]
fn it_is_asked_where_a_network_is_declared() {
    let found = |spec: &str| {
        let wrong = policy("p", "podSelector: {matchLabels: {a: b}}");
        let objects = [namespace("shop", ""), pod("web-1", ""), wrong];
        Cluster::under(&[spec.to_owned()], &objects).findings(&CHECK).len()
    };
    assert_eq!(found("network: {}"), 1);
    assert_eq!(found("namespaces: {exclude: [shop]}, network: {}"), 0);
    assert_eq!(found("podSecurity: {level: baseline}"), 0);
}

#[test]
fn of_ten_thousand_rules_some_are_told_and_that_there_are_more() {
    let rule = |at: u32| {
        format!("{{from: [{{namespaceSelector: {{}}, podSelector: {{matchLabels: {{app: x{at}}}}}}}]}}")
    };
    let rules: Vec<String> = (0..10_000).map(rule).collect();
    let found = found(&format!("podSelector: {{}}, ingress: [{}]", rules.join(", ")));
    assert_eq!(found.len(), 21);
    assert_eq!(found[0], "rest: more select nothing than are told");
    let long = format!(
        "podSelector: {{matchExpressions: [{{key: a, operator: In, values: [{}]}}]}}",
        (0..300).map(|it| format!("x{it}")).collect::<Vec<_>>().join(", ")
    );
    let actual = with_policy(&long).actual(&CHECK);
    assert!(actual.len() < 300, "{actual}");
}
