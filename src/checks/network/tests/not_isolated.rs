//! `network/not-isolated`: each direction, of workloads and of namespaces without pods.

use super::*;
use crate::checks::network::not_isolated::CHECK;
use crate::model::Direction;

const BOTH: &str = "defaultDeny: [Ingress, Egress]";

/// A cluster with a pod `web-1` and these policies, of each the spec.
fn with_policies(specs: &[&str]) -> Cluster {
    let policies = specs.iter().enumerate().map(|(at, spec)| policy(&format!("p{at}"), spec));
    let objects = [namespace("shop", ""), pod("web-1", "app: web")].into_iter().chain(policies);
    Cluster::new(BOTH, &objects.collect::<Vec<_>>())
}

/// The directions in which the pod is not isolated under these policies.
fn open(specs: &[&str]) -> Vec<String> {
    with_policies(specs).findings(&CHECK).into_iter().map(|it| it.key).collect()
}

#[test]
fn a_pod_is_isolated_by_direction() {
    assert_eq!(open(&[]), ["Egress", "Ingress"]);
    assert_eq!(open(&["podSelector: {}, policyTypes: [Ingress]"]), ["Egress"]);
    assert_eq!(open(&["podSelector: {}, policyTypes: [Egress]"]), ["Ingress"]);
    assert_eq!(open(&["podSelector: {}, policyTypes: [Ingress, Egress]"]), [""; 0]);
    assert_eq!(
        open(&["podSelector: {}, policyTypes: [Ingress]", "podSelector: {}, policyTypes: [Egress]"]),
        [""; 0]
    );
}

#[test]
fn types_that_are_not_named_follow_from_the_rules() {
    assert_eq!(open(&["podSelector: {}"]), ["Egress"]);
    assert_eq!(open(&["podSelector: {}, egress: []"]), ["Egress"], "an empty list isolates nothing");
    assert_eq!(
        open(&["podSelector: {}, egress: [{}]"]),
        [""; 0],
        "what lets everything through isolates too"
    );
    assert_eq!(open(&["podSelector: {}, policyTypes: [Egress], ingress: []"]), ["Ingress"]);
}

#[test]
fn a_policy_isolates_the_pods_that_it_selects() {
    assert_eq!(open(&["podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]"]), [""; 0]);
    let other = open(&["podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress]"]);
    assert_eq!(other, ["Egress", "Ingress"]);
    let cluster = with_policies(&[]);
    let elsewhere = policy("deny", "podSelector: {}, policyTypes: [Ingress, Egress]");
    cluster.see(&elsewhere.replace("namespace: shop", "namespace: bank"));
    assert_eq!(cluster.findings(&CHECK).len(), 2, "a policy is about its own namespace");
}

#[test]
fn the_pods_of_a_workload_are_one_finding() {
    let pods = ["web-1", "web-2", "web-3"].map(|name| pod(name, "app: web"));
    let cluster = Cluster::new("defaultDeny: [Ingress]", &pods);
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!(finding.object.key, key(Kind::Deployment, "web"));
    assert_eq!((finding.key.as_str(), finding.count, finding.direction), ("Ingress", 3, Direction::Loosened));
    let message = "no policy isolates Deployment/shop/web for ingress, so that everyone may connect there; it concerns 3 pods";
    assert_eq!(finding.message, message);
    assert_eq!(
        (finding.expected.as_str(), finding.actual.as_str()),
        ("isolated for Ingress", "not isolated")
    );
    let remedy = "give namespace shop a NetworkPolicy with podSelector {} and policyTypes [Ingress]";
    assert_eq!(finding.remedy, remedy);
    assert_eq!(&*finding.declaration.unwrap().name, "b");
    cluster.lose(Kind::Pod, "shop", "web-2");
    assert_eq!(cluster.found(&CHECK), ["Deployment/shop/web Ingress: not isolated, 2"]);
}

#[test]
fn some_pods_of_a_workload_are_told_as_such() {
    let deny = policy("deny", "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]");
    let pods = [pod("web-1", "app: web"), pod("web-2", "app: canary"), deny];
    let cluster = Cluster::new("defaultDeny: [Egress]", &pods);
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!((finding.actual.as_str(), finding.count), ("some pods not isolated", 1));
    let message = "no policy isolates some pods of Deployment/shop/web for egress, so that connections may go anywhere; it concerns 1 pod";
    assert_eq!(finding.message, message);
    cluster.see(&pod("web-2", "app: web"));
    assert_eq!(cluster.findings(&CHECK), []);
}

#[test]
fn a_namespace_without_pods_is_judged_by_what_would_become_of_one() {
    let cluster = Cluster::new("defaultDeny: [Ingress]", &[namespace("shop", "")]);
    let [finding] = cluster.findings(&CHECK).try_into().unwrap();
    assert_eq!(finding.object.key, ObjectKey::of_namespace("shop".into()));
    assert_eq!((finding.key.as_str(), finding.count), ("Ingress", 0));
    let message =
        "no policy would isolate a new pod in namespace shop for ingress, so that everyone may connect there";
    assert_eq!(finding.message, message);
    cluster.see(&policy("web", "podSelector: {matchLabels: {app: web}}"));
    assert_eq!(cluster.findings(&CHECK).len(), 1, "not whatever its labels are");
    cluster.see(&policy("deny", "podSelector: {}"));
    assert_eq!(cluster.findings(&CHECK), []);
    cluster.see(&policy("deny", "podSelector: {}, policyTypes: [Egress]"));
    assert_eq!(cluster.found(&CHECK), ["Namespace/shop Ingress: a new pod would not be isolated, 0"]);
    cluster.see(&pod("web-1", "app: web"));
    assert_eq!(cluster.findings(&CHECK), [], "the pod is isolated, and is what is judged");
}

#[test]
fn finished_pods_and_those_of_the_host_are_none() {
    let finished = pod("web-1", "").replace("spec:", "status: {phase: Succeeded}, spec:");
    let of_host = pod("web-2", "").replace("spec: {", "spec: {hostNetwork: true, ");
    let cluster = Cluster::new("defaultDeny: [Ingress]", &[namespace("shop", ""), finished, of_host]);
    let told = ["Namespace/shop Ingress: a new pod would not be isolated, 0"];
    assert_eq!(cluster.found(&CHECK), told);
    cluster.see(&pod("web-3", "").replace("spec:", "status: {phase: Pending}, spec:"));
    assert_eq!(cluster.found(&CHECK), ["Deployment/shop/web Ingress: not isolated, 1"]);
}

#[test]
fn a_template_is_judged_before_a_pod_runs_it() {
    let of = |labels: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, namespace: shop}}, spec: {{template: \
             {{metadata: {{labels: {{{labels}}}}}, spec: {{containers: [{{name: app}}]}}}}}}}}"
        )
    };
    let deny = policy("deny", "podSelector: {matchLabels: {app: web}}");
    let cluster = Cluster::new("defaultDeny: [Ingress]", &[of("app: shop"), deny]);
    assert_eq!(cluster.found(&CHECK), ["Deployment/shop/web Ingress: not isolated, 0"]);
    let message = cluster.findings(&CHECK)[0].message.clone();
    assert!(message.ends_with("; it concerns no pod yet"), "{message}");
    cluster.see(&of("app: web"));
    assert_eq!(cluster.findings(&CHECK), []);
}

/// A workload whose pods are labelled `app: web`, with this spec beside its template.
fn workload(kind: &str, spec: &str) -> String {
    let group = if kind == "Job" { "batch/v1" } else { "apps/v1" };
    format!(
        "{{apiVersion: {group}, kind: {kind}, metadata: {{name: db, namespace: shop}}, spec: {{{spec}template: \
         {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: app}}]}}}}}}}}"
    )
}

/// What is found of the workload under policies that select so.
fn open_by(kind: &str, spec: &str, selectors: &[&str]) -> Vec<String> {
    let policies = selectors.iter().enumerate();
    let policies = policies.map(|(at, it)| policy(&format!("p{at}"), &format!("podSelector: {{{it}}}")));
    let objects: Vec<String> = policies.chain([workload(kind, spec)]).collect();
    Cluster::new("defaultDeny: [Ingress]", &objects).found(&CHECK)
}

#[test]
fn pods_of_a_stateful_set_are_selected_by_their_names() {
    let name = |at: u32| format!("matchLabels: {{statefulset.kubernetes.io/pod-name: db-{at}}}");
    let (first, second) = (name(0), name(1));
    let told = ["StatefulSet/shop/db Ingress: some pods not isolated, 0"];
    assert_eq!(open_by("StatefulSet", "replicas: 2, ", &[&first, &second]), [""; 0]);
    assert_eq!(open_by("StatefulSet", "replicas: 2, ", &[&first]), told);
    let index = "matchExpressions: [{key: apps.kubernetes.io/pod-index, operator: In, values: ['0', '1']}]";
    assert_eq!(open_by("StatefulSet", "replicas: 2, ", &[index]), [""; 0]);
}

#[test]
fn a_template_is_not_judged_where_a_policy_looks_at_a_label_that_nobody_knows_yet() {
    for (kind, key) in [
        ("Deployment", "pod-template-hash"),
        ("StatefulSet", "controller-revision-hash"),
        ("DaemonSet", "controller-revision-hash"),
        ("DaemonSet", "pod-template-generation"),
        ("Job", "batch.kubernetes.io/job-completion-index"),
    ] {
        let told = [format!("{kind}/shop/db Ingress: not isolated, 0")];
        assert_eq!(open_by(kind, "", &["matchLabels: {app: db}"]), told, "{kind}");
        assert_eq!(open_by(kind, "", &[&format!("matchLabels: {{{key}: '1'}}")]), [""; 0], "{kind}");
    }
    assert_eq!(open_by("Job", "", &["matchLabels: {job-name: db}"]), [""; 0]);
    assert_eq!(open_by("Job", "", &["matchLabels: {batch.kubernetes.io/job-name: other}"]).len(), 1);
}

#[test]
fn pods_are_judged_by_labels_that_nobody_knew_before() {
    let by_hash = policy("p", "podSelector: {matchLabels: {pod-template-hash: abc}}");
    let cluster = Cluster::new("defaultDeny: [Ingress]", &[workload("Deployment", ""), by_hash]);
    cluster.see(&pod("db-1", "app: web, pod-template-hash: abc"));
    assert_eq!(cluster.findings(&CHECK), []);
    cluster.see(&pod("db-2", "app: web, pod-template-hash: abd"));
    assert_eq!(cluster.found(&CHECK), ["Deployment/shop/db Ingress: some pods not isolated, 1"]);
}

#[test]
fn a_namespace_is_judged_where_it_is_governed_and_declared() {
    let found = |spec: &str| {
        let objects = [namespace("shop", "tier: prod"), pod("web-1", ""), namespace("empty", "")];
        Cluster::under(&[spec.to_owned()], &objects).findings(&CHECK).len()
    };
    assert_eq!(found("network: {defaultDeny: [Ingress]}"), 2);
    assert_eq!(found("namespaces: {names: [shop]}, network: {defaultDeny: [Ingress]}"), 1);
    assert_eq!(found("namespaces: {matchLabels: {tier: prod}}, network: {defaultDeny: [Ingress]}"), 1);
    assert_eq!(found("namespaces: {exclude: [shop, empty]}, network: {defaultDeny: [Ingress]}"), 0);
    assert_eq!(found("network: {within: namespace}"), 0);
    assert_eq!(found("podSecurity: {level: baseline}"), 0);
}

#[test]
fn each_baseline_judges_by_itself() {
    let specs = ["network: {defaultDeny: [Ingress]}".to_owned(), format!("network: {{{BOTH}}}")];
    let cluster = Cluster::under(&specs, &[pod("web-1", "")]);
    let keys: Vec<String> = cluster.findings(&CHECK).into_iter().map(|it| it.key).collect();
    assert_eq!(keys, ["Egress", "Ingress", "Ingress"]);
}
