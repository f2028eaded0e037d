//! Each way to secrets, on one cluster with one right more or less.

use std::collections::BTreeMap;

use super::*;
use crate::checks::Governed;
use crate::checks::secrets::tests::cluster::{self, Cluster, declared};
use crate::model::{Direction, ObjectKind};
use crate::rbac::{group, service_account};

/// Service accounts of `shop` that read secrets elsewhere, and who else does.
const READERS: &str = r#"
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: reader},
 rules: [{apiGroups: [""], resources: [secrets], verbs: [get, list]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: viewer},
 rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: ci, namespace: shop}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: shop}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: payments}}
"#;

const RBAC: &str = "rbac.authorization.k8s.io";
const CI: &str = "{kind: ServiceAccount, name: ci, namespace: shop}";
const WEB: &str = "{kind: ServiceAccount, name: web, namespace: shop}";
const DEV: &str = "{kind: Group, name: dev}";

/// A cluster under `indirect: report`, in which nobody but the readers has any right.
fn cluster() -> Cluster {
    let cluster = Cluster::under("secrets: {indirect: report}");
    cluster.see(READERS);
    cluster
}

/// A binding of the cluster role to this subject, named for both.
fn bind(namespace: &str, role: &str, subject: &str) -> String {
    let who = subject.split("name: ").nth(1).and_then(|rest| rest.split([',', '}']).next()).unwrap();
    cluster::bind(namespace, &format!("{role}-{who}"), role, subject)
}

/// A cluster role of these rules.
fn role(name: &str, rules: &str) -> String {
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: {name}}}, rules: [{rules}]}}"
    )
}

/// A rule: verbs, group, resources, and the names that limit it.
fn rule(verbs: &str, group: &str, resources: &str, names: &str) -> String {
    let names = if names.is_empty() { String::new() } else { format!(", resourceNames: [{names}]") };
    format!("{{apiGroups: ['{group}'], resources: [{resources}], verbs: [{verbs}]{names}}}")
}

impl Cluster {
    /// Gives the group `dev` these rules in the namespace, or in the whole cluster where it is empty.
    fn grant(&self, namespace: &str, rules: &str) -> &Self {
        self.see(&role("dev", rules)).see(&bind(namespace, "dev", DEV))
    }

    /// What is found of this subject or workload.
    fn found(&self, key: &ObjectKey) -> Vec<Finding> {
        let Rule::Reader { grantee, workload } = CHECK.rule else { panic!("it judges both") };
        self.judge(|facts| {
            let of_grantee = self.snapshot.grantee(key).map(|it| grantee(facts, &it));
            let of_workload = self.snapshot.workload(key).map(|it| {
                let subject =
                    Governed { workload: it, namespace_labels: Arc::default(), governing: Vec::new() };
                workload(facts, &subject)
            });
            [of_grantee, of_workload].into_iter().flatten().flatten().collect()
        })
    }

    /// By its key, what deviates of the group `dev`.
    fn actual(&self) -> BTreeMap<String, String> {
        self.found(&group("dev")).into_iter().map(|it| (it.key, it.actual)).collect()
    }

    fn keys(&self) -> Vec<String> {
        self.actual().into_keys().collect()
    }
}

#[test]
fn whoever_may_run_pods_reaches_the_secrets_that_they_mount() {
    for (verbs, group, resource) in [
        ("create", "", "pods"),
        ("update", "", "replicationcontrollers"),
        ("patch", "apps", "deployments"),
        ("create", "batch", "cronjobs"),
        ("patch", "", "pods"),
        ("update", "", "pods/ephemeralcontainers"),
    ] {
        let rules = rule(verbs, group, resource, "");
        assert_eq!(cluster().grant("shop", &rules).keys(), ["shop"], "{verbs} {resource}");
        assert_eq!(cluster().grant("", &rules).keys(), ["*"], "{verbs} {resource}");
    }
    for (verbs, group, resource) in [
        ("get, list", "", "pods"),
        ("delete", "", "pods"),
        ("create", "", "deployments"),
        ("update", "", "pods/status"),
    ] {
        assert_eq!(cluster().grant("shop", &rule(verbs, group, resource, "")).keys(), [""; 0], "{resource}");
    }
}

#[test]
fn some_writes_are_answered_with_the_secrets() {
    for verb in ["patch", "deletecollection"] {
        assert_eq!(cluster().grant("shop", &rule(verb, "", "secrets", "")).keys(), ["shop"], "{verb}");
        assert_eq!(cluster().grant("", &rule(verb, "", "secrets", "")).keys(), ["*"], "{verb}");
        assert_eq!(cluster().grant("shop", &rule(verb, "", "secrets", "db")).keys(), ["shop"], "{verb}");
    }
    for verb in ["create", "update", "delete"] {
        assert_eq!(cluster().grant("", &rule(verb, "", "secrets", "")).keys(), [""; 0], "{verb}");
    }
}

#[test]
fn a_finding_names_its_chain_and_the_change_that_ends_it() {
    let cluster = cluster();
    cluster.grant("shop", &rule("create", "", "pods", ""));
    let [finding] = cluster.found(&group("dev")).try_into().unwrap();
    let chain = "may run pods in namespace shop (RoleBinding/shop/dev-dev > ClusterRole/dev rule 1) > mount any secret";
    assert_eq!(finding.actual, chain);
    assert_eq!(finding.message, format!("Group/dev has a way to the secrets in namespace shop: it {chain}"));
    assert_eq!((finding.expected.as_str(), finding.direction), ("no way to secrets", Direction::Loosened));
    assert_eq!(finding.remedy, "delete RoleBinding/shop/dev-dev, or waive it");
    assert_eq!(finding.exposed.as_deref(), Some("shop"));
}

#[test]
fn whoever_runs_pods_acts_as_the_service_accounts_of_the_namespace() {
    let run = rule("create", "", "pods", "");
    let chain = "may run or alter pods in namespace shop (RoleBinding/shop/dev-dev > ClusterRole/dev rule 1) > \
                 run as ServiceAccount/shop/ci > \
                 read secrets in namespace payments (RoleBinding/payments/reader-ci > ClusterRole/reader rule 1)";
    let actual = cluster().see(&bind("payments", "reader", CI)).grant("shop", &run).actual();
    assert_eq!(actual.keys().collect::<Vec<_>>(), ["payments", "shop"]);
    assert_eq!(actual["payments"], chain);
    assert_eq!(cluster().see(&bind("", "reader", CI)).grant("shop", &run).keys(), ["*", "shop"]);
    // One that is not there runs nothing, one elsewhere runs elsewhere, and one that reads nothing reads nothing.
    let gone = cluster();
    gone.see(&bind("", "reader", CI)).lose(Kind::ServiceAccount, "shop", "ci");
    assert_eq!(gone.grant("shop", &run).keys(), ["shop"]);
    assert_eq!(cluster().see(&bind("", "reader", CI)).grant("blog", &run).keys(), ["blog"]);
    assert_eq!(cluster().see(&bind("", "viewer", CI)).grant("shop", &run).keys(), ["shop"]);
}

#[test]
fn the_service_account_default_is_always_there() {
    let default = "{kind: ServiceAccount, name: default, namespace: shop}";
    let run = rule("create", "", "pods", "");
    assert_eq!(cluster().see(&bind("", "reader", default)).grant("shop", &run).keys(), ["*", "shop"]);
}

#[test]
fn tokens_and_impersonation_reach_what_the_accounts_read() {
    for (verb, resource) in [("create", "serviceaccounts/token"), ("impersonate", "serviceaccounts")] {
        let any = rule(verb, "", resource, "");
        assert_eq!(cluster().grant("shop", &any).keys(), [""; 0], "none reads: {resource}");
        assert_eq!(cluster().grant("", &any).keys(), ["*"], "{resource}");
        let reads = || {
            let cluster = cluster();
            cluster.see(&bind("payments", "reader", CI)).see(&bind("shop", "reader", WEB));
            cluster
        };
        assert_eq!(reads().grant("shop", &any).keys(), ["payments", "shop"], "{resource}");
        assert_eq!(reads().grant("shop", &rule(verb, "", resource, "ci")).keys(), ["payments"], "{resource}");
        assert_eq!(reads().grant("shop", &rule(verb, "", resource, "other")).keys(), [""; 0], "{resource}");
    }
}

#[test]
fn accounts_by_name_are_those_of_any_namespace_where_the_right_is_of_the_cluster() {
    for (verb, resource) in [("create", "serviceaccounts/token"), ("impersonate", "serviceaccounts")] {
        let named = |names| rule(verb, "", resource, names);
        let cluster = cluster();
        assert_eq!(cluster.grant("", &named("ci")).keys(), [""; 0], "it reads nothing: {resource}");
        cluster.see(&bind("payments", "reader", CI)).see(&bind("shop", "reader", WEB));
        assert_eq!(cluster.grant("", &named("ci")).keys(), ["payments"], "{resource}");
        assert_eq!(cluster.grant("", &named("web")).keys(), ["shop"], "{resource}");
        assert_eq!(cluster.grant("", &named("other")).keys(), [""; 0], "{resource}");
        let both = format!("{}, {}", named("web"), rule(verb, "", resource, ""));
        assert_eq!(cluster.grant("", &both).keys(), ["*", "shop"], "{resource}");
    }
}

#[test]
fn what_a_group_of_accounts_reads_every_account_of_it_does() {
    let of = |name: &str| format!("{{kind: Group, name: 'system:serviceaccounts{name}'}}");
    let reads = |role: &str, group: &str| {
        bind("payments", role, group).replace("reader-'system:serviceaccounts", "'r")
    };
    for right in [rule("create", "", "pods", ""), rule("create", "", "serviceaccounts/token", "ci")] {
        for (group, is_way) in [
            (of(":shop"), true),
            (of(""), true),
            (of(":blog"), false),
            (of("x"), false),
            (of("-shop"), false),
        ] {
            let cluster = cluster();
            let keys = cluster.see(&reads("reader", &group)).grant("shop", &right).keys();
            assert_eq!(keys.contains(&"payments".to_owned()), is_way, "{group} {right}");
        }
    }
    let cluster = cluster();
    cluster.see(&reads("reader", &of(":shop"))).see(&role("dev", &rule("create", "", "pods", "")));
    cluster.see(&bind("shop", "dev", WEB));
    let own = cluster.found(&service_account("shop".into(), "web"));
    assert_eq!(own.into_iter().map(|it| it.key).collect::<Vec<_>>(), ["shop"], "it is of the group itself");
}

#[test]
fn commands_in_a_pod_are_run_as_its_account() {
    let exec = rule("create", "", "pods/exec", "");
    let plain = "containers: [{name: c}]";
    let cluster = cluster();
    cluster.see(&bind("payments", "reader", CI)).grant("shop", &exec);
    assert_eq!(cluster.keys(), [""; 0], "no pod runs as it");
    cluster.see(&pod(plain).replace("serviceAccountName: ci", "serviceAccountName: web"));
    assert_eq!(cluster.keys(), [""; 0], "one does as another");
    cluster.see(&pod(plain));
    let chain = "may run commands in pods in namespace shop (RoleBinding/shop/dev-dev > ClusterRole/dev rule 1) > \
                 be ServiceAccount/shop/ci, as which Pod/shop/agent runs > \
                 read secrets in namespace payments (RoleBinding/payments/reader-ci > ClusterRole/reader rule 1)";
    assert_eq!(cluster.actual(), BTreeMap::from([("payments".to_owned(), chain.to_owned())]));
    cluster.see(&bind("shop", "reader", CI));
    assert_eq!(cluster.keys(), ["payments", "shop"], "what it reads at home, no command mounts");
    cluster.lose(Kind::Pod, "shop", "agent");
    assert_eq!(cluster.keys(), [""; 0]);
    let group = "{kind: Group, name: 'system:serviceaccounts:shop'}";
    cluster.see(&bind("", "reader", group).replace("reader-'system:serviceaccounts:shop'", "all"));
    assert_eq!(cluster.keys(), [""; 0], "none runs there");
    assert_eq!(cluster.see(&pod(plain)).keys(), ["*", "payments", "shop"]);
}

#[test]
fn commands_reach_the_secrets_that_pods_take_in() {
    let pod = |name: &str, spec: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop}}, spec: {{{spec}}}}}"
        )
    };
    let plain = pod("plain", "containers: [{name: c}], volumes: [{name: v, configMap: {name: s}}]");
    for (verb, resource) in [("create", "pods/exec"), ("get", "pods/attach")] {
        let exec = rule(verb, "", resource, "");
        assert_eq!(cluster().see(&plain).grant("shop", &exec).keys(), [""; 0]);
        assert_eq!(cluster().grant("", &exec).keys(), ["*"]);
        for spec in [
            "containers: [{name: c}], volumes: [{name: v, secret: {secretName: s}}]",
            "containers: [{name: c}], volumes: [{name: v, projected: {sources: [{secret: {name: s}}]}}]",
            "containers: [{name: c, env: [{name: E, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]",
            "containers: [{name: c, envFrom: [{secretRef: {name: s}}]}]",
        ] {
            let cluster = cluster();
            let actual = cluster.see(&plain).see(&pod("web", spec)).grant("shop", &exec).actual();
            assert!(actual["shop"].ends_with("> read the secrets that Pod/shop/web takes in"), "{actual:?}");
            assert_eq!(cluster.lose(Kind::Pod, "shop", "web").keys(), [""; 0], "{spec}");
        }
    }
}

#[test]
fn binding_and_escalating_need_two_rights() {
    let bind = |names| rule("bind", RBAC, "clusterroles", names);
    let write = |resource| rule("create", RBAC, resource, "");
    for (first, second, scopes) in [
        (bind(""), write("rolebindings"), ["shop", "*"]),
        (bind("reader"), write("rolebindings"), ["shop", "*"]),
        (rule("bind", RBAC, "roles", ""), write("rolebindings"), ["shop", "*"]),
        (rule("escalate", RBAC, "roles", ""), rule("patch", RBAC, "roles", ""), ["shop", "*"]),
        (bind(""), write("clusterrolebindings"), ["", "*"]),
        (rule("escalate", RBAC, "clusterroles", ""), write("clusterroles"), ["", "*"]),
    ] {
        let both = format!("{first}, {second}");
        for (namespace, key) in ["shop", ""].into_iter().zip(scopes) {
            let expected: Vec<&str> = (!key.is_empty()).then_some(key).into_iter().collect();
            assert_eq!(cluster().grant(namespace, &both).keys(), expected, "{both}");
        }
        for one in [first, second] {
            assert_eq!(cluster().grant("", &one).keys(), [""; 0], "{one}");
        }
    }
    let runner = cluster();
    runner.see(&role("runner", &rule("create", "", "pods", "")));
    let runs = format!("{}, {}", bind("runner"), write("rolebindings"));
    assert_eq!(runner.grant("shop", &runs).keys(), ["shop"], "it mounts them");
    let harmless = format!("{}, {}", bind("viewer"), write("rolebindings"));
    assert_eq!(cluster().grant("", &harmless).keys(), [""; 0], "it reads no secrets");
}

#[test]
fn half_a_way_may_be_held_in_the_whole_cluster() {
    let cluster = cluster();
    cluster.grant("", &rule("bind", RBAC, "clusterroles", ""));
    cluster.see(&role("half", &rule("create", RBAC, "rolebindings", ""))).see(&bind("shop", "half", DEV));
    assert_eq!(cluster.keys(), ["shop"]);
}

/// A cluster in which the subjects hold these rules, each in its scope.
fn granted(grants: &[(&str, &str, String)]) -> Cluster {
    let cluster = cluster();
    for (at, (scope, subject, rules)) in grants.iter().enumerate() {
        let name = format!("r{at}");
        cluster.see(&role(&name, rules)).see(&cluster::bind(scope, &name, &name, subject));
    }
    cluster
}

/// The scopes that the service account `ci` comes to.
fn reached_by_ci(grants: &[(&str, &str, String)]) -> Vec<String> {
    let found = granted(grants).found(&service_account("shop".into(), "ci"));
    found.into_iter().map(|it| it.key).collect()
}

#[test]
fn an_account_holds_the_parts_of_a_way_together_with_its_groups() {
    let [all, of_shop, of_tools] = ["", ":shop", ":tools"]
        .map(|which| format!("{{kind: Group, name: 'system:serviceaccounts{which}'}}"));
    let escalate = || rule("escalate", RBAC, "roles", "");
    let write = || rule("update", RBAC, "roles", "");
    assert_eq!(reached_by_ci(&[("payments", CI, escalate()), ("payments", &all, write())]), ["payments"]);
    assert_eq!(reached_by_ci(&[("payments", CI, write()), ("payments", &of_shop, escalate())]), ["payments"]);
    assert_eq!(reached_by_ci(&[("", CI, escalate()), ("payments", &all, write())]), ["payments"]);
    assert_eq!(reached_by_ci(&[("payments", CI, write()), ("", &all, escalate())]), ["payments"]);
    assert_eq!(reached_by_ci(&[("", CI, write()), ("", &all, escalate())]), ["*"]);
    let none: [&str; 0] = [];
    assert_eq!(reached_by_ci(&[("payments", CI, escalate()), ("shop", &all, write())]), none);
    assert_eq!(reached_by_ci(&[("payments", CI, escalate()), ("payments", &of_tools, write())]), none);
    let both = || format!("{}, {}", escalate(), write());
    assert_eq!(
        reached_by_ci(&[("payments", CI, escalate()), ("payments", &all, both())]),
        none,
        "the group's"
    );
    assert_eq!(reached_by_ci(&[("payments", CI, both()), ("payments", &all, both())]), ["payments"]);
}

#[test]
fn what_the_groups_hold_of_a_way_is_named() {
    let bind = rule("bind", RBAC, "clusterroles", "reader");
    let write = rule("create", RBAC, "rolebindings", "");
    let group = "{kind: Group, name: 'system:authenticated'}";
    let cluster = granted(&[("shop", CI, write), ("", group, bind)]);
    let [finding] = cluster.found(&service_account("shop".into(), "ci")).try_into().unwrap();
    assert_eq!(
        finding.actual,
        "may bind roles beyond its rights cluster-wide (ClusterRoleBinding/r1 > ClusterRole/r1 rule 1) as one of its \
         groups > write role bindings in namespace shop (RoleBinding/shop/r0 > ClusterRole/r0 rule 1) > be bound to \
         a role that leads to secrets"
    );
    assert!(finding.remedy.starts_with("delete RoleBinding/shop/r0, or"), "{}", finding.remedy);
}

#[test]
fn what_is_left_out_of_a_step_is_other_evidence() {
    let actual = |last: &str| {
        let run = |n| rule(&format!("create, v{n}"), "", "pods", "");
        let cluster = granted(&[("shop", DEV, (0..11).map(run).collect::<Vec<_>>().join(", "))]);
        cluster.see(&role("z", &rule("create", "", "pods", ""))).see(&cluster::bind("shop", last, "z", DEV));
        cluster.actual()["shop"].clone()
    };
    let (before, after) = (actual("zy"), actual("zz"));
    assert_ne!(before, after);
    assert_eq!(before.split('#').next(), after.split('#').next(), "they differ in what is told");
}

#[test]
fn a_cluster_admin_together_with_its_groups_is_told_as_such() {
    let halves = ["get, list, watch, create", "update, patch, delete, deletecollection"];
    let [first, second] = halves.map(|verbs| rule(verbs, "*", "'*'", ""));
    assert_eq!(reached_by_ci(&[("", CI, second.clone())]), ["*"]);
    let group = "{kind: Group, name: 'system:serviceaccounts'}";
    let none: [&str; 0] = [];
    assert_eq!(reached_by_ci(&[("", CI, second), ("", group, first)]), none);
}

#[test]
fn what_is_of_the_cluster_reaches_all_of_it() {
    const CERTIFICATES: &str = "certificates.k8s.io";
    let sign = |signer| {
        [
            rule("create", CERTIFICATES, "certificatesigningrequests", ""),
            rule("update", CERTIFICATES, "certificatesigningrequests/approval", ""),
            rule("approve", CERTIFICATES, "signers", signer),
        ]
    };
    for rules in [
        sign("").join(", "),
        sign("kubernetes.io/kube-apiserver-client").join(", "),
        rule("get", "", "nodes/proxy", ""),
        rule("create", "", "persistentvolumes", ""),
        rule("patch", "admissionregistration.k8s.io", "mutatingwebhookconfigurations", ""),
        rule("create", "admissionregistration.k8s.io", "mutatingadmissionpolicies", ""),
        rule("update", "admissionregistration.k8s.io", "mutatingadmissionpolicybindings", ""),
        rule("create", CERTIFICATES, "certificatesigningrequests, certificatesigningrequests/nodeclient", ""),
        rule("impersonate", "", "users", ""),
        rule("impersonate", "", "groups", ""),
    ] {
        assert_eq!(cluster().grant("", &rules).keys(), ["*"], "{rules}");
        assert_eq!(cluster().grant("shop", &rules).keys(), [""; 0], "no namespace has it: {rules}");
    }
    for rules in [
        sign("").split_at(2).0.join(", "),
        sign("example.com/ours").join(", "),
        rule("create", CERTIFICATES, "certificatesigningrequests, certificatesigningrequests/status", ""),
        rule("create", CERTIFICATES, "certificatesigningrequests/nodeclient", ""),
        rule("create", "admissionregistration.k8s.io", "validatingadmissionpolicies", ""),
        rule("get", "", "nodes", ""),
        rule("get", "", "persistentvolumes", ""),
    ] {
        assert_eq!(cluster().grant("", &rules).keys(), [""; 0], "{rules}");
    }
}

#[test]
fn impersonation_by_name_reaches_what_they_read() {
    let cluster = cluster();
    cluster.see(&bind("payments", "reader", "{kind: User, name: jane}")).see(&bind(
        "",
        "reader",
        "{kind: Group, name: ops}",
    ));
    for (resource, names, keys) in [
        ("users", "jane", vec!["payments"]),
        ("users", "joe", vec![]),
        // A service account is impersonated as one.
        ("users", "'system:serviceaccount:shop:ci'", vec![]),
        ("groups", "ops", vec!["*"]),
        ("groups", "jane", vec![]),
        ("groups", "'system:masters'", vec!["*"]),
        ("users", "'system:masters'", vec![]),
    ] {
        assert_eq!(
            cluster.grant("", &rule("impersonate", "", resource, names)).keys(),
            keys,
            "{resource} {names}"
        );
    }
    let chain = "may impersonate users cluster-wide (ClusterRoleBinding/dev-dev > ClusterRole/dev rule 1) > impersonate \
                 User/jane > read secrets in namespace payments (RoleBinding/payments/reader-jane > ClusterRole/reader rule 1)";
    assert_eq!(cluster.grant("", &rule("impersonate", "", "users", "jane")).actual()["payments"], chain);
}

#[test]
fn namespaces_may_be_changed_where_they_are_named() {
    let change = |names| rule("patch", "", "namespaces", names);
    assert_eq!(cluster().grant("", &change("")).keys(), ["*"]);
    assert_eq!(cluster().grant("", &change("payments")).keys(), ["payments"]);
    assert_eq!(cluster().grant("", &change("nowhere")).keys(), [""; 0]);
    assert_eq!(cluster().grant("shop", &change("")).keys(), ["shop"]);
    assert_eq!(cluster().grant("shop", &change("payments")).keys(), [""; 0]);
    assert_eq!(cluster().grant("", &rule("get", "", "namespaces", "")).keys(), [""; 0]);
}

#[test]
fn whoever_reads_secrets_itself_is_told_as_a_reader() {
    let run = rule("create", "", "pods", "");
    for (namespace, keys) in [("shop", vec!["*"]), ("", vec![]), ("payments", vec!["*", "shop"])] {
        let cluster = cluster();
        cluster.see(&bind("", "reader", CI)).see(&bind(namespace, "reader", DEV));
        assert_eq!(cluster.grant("shop", &run).keys(), keys, "{namespace}");
    }
    let everything = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}";
    assert_eq!(cluster().grant("", everything).keys(), [""; 0]);
    assert_eq!(cluster().grant("shop", everything).keys(), [""; 0], "it reads there");
}

#[test]
fn forbidden_are_ways_round_to_whoever_reads_itself() {
    let mut cluster = cluster();
    cluster.see(&bind("payments", "reader", CI)).see(&bind("", "reader", DEV));
    let rules = [rule("create", "", "pods", ""), rule("patch", "", "namespaces", "payments")].join(", ");
    cluster.grant("shop", &rules).see(&role("far", &rules)).see(&bind("", "far", DEV));
    assert_eq!(cluster.keys(), [""; 0], "it is told as a reader");
    cluster.declared = declared("secrets: {indirect: forbid}");
    assert_eq!(cluster.keys(), ["*", "payments", "shop"]);
    assert!(cluster.found(&group("dev")).iter().all(|it| it.remedy.ends_with(", or waive it")));
    cluster
        .see(&role("all", "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"))
        .see(&bind("", "all", DEV));
    assert_eq!(cluster.keys(), [""; 0], "it is told as a cluster admin");
}

#[test]
fn forbidden_is_a_node_to_whoever_reads_itself() {
    let mut cluster = cluster();
    cluster.see(&pod("hostPID: true, containers: [{name: c}]")).see(&bind("", "reader", CI));
    let keys = |cluster: &Cluster| {
        let found = cluster.found(&service_account("shop".into(), "ci"));
        found.into_iter().map(|it| it.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(&cluster), [""; 0]);
    cluster.declared = declared("secrets: {indirect: forbid}");
    assert_eq!(keys(&cluster), ["pods/node"]);
    cluster.see(&role("all", "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}")).see(&bind("", "all", CI));
    assert_eq!(keys(&cluster), [""; 0], "it is told as a cluster admin");
}

#[test]
fn the_baseline_says_who_may_have_a_way() {
    let mut cluster = cluster();
    cluster.grant("shop", &rule("create", "", "pods", ""));
    let reader = |namespaces| format!("readers: [{{kind: Group, name: dev, namespaces: [{namespaces}]}}]");
    for (spec, keys) in [
        ("secrets: {}".to_owned(), vec![]),
        ("secrets: {indirect: ignore}".to_owned(), vec![]),
        ("secrets: {indirect: report}".to_owned(), vec!["shop"]),
        (format!("secrets: {{indirect: report, {}}}", reader("shop")), vec![]),
        (format!("secrets: {{indirect: report, {}}}", reader("payments")), vec!["shop"]),
        (format!("secrets: {{indirect: forbid, {}}}", reader("shop")), vec!["shop"]),
        ("secrets: {indirect: report}, namespaces: {exclude: [shop]}".to_owned(), vec![]),
        ("secrets: {indirect: report}, namespaces: {names: [shop]}".to_owned(), vec!["shop"]),
    ] {
        cluster.declared = declared(&spec);
        assert_eq!(cluster.keys(), keys, "{spec}");
    }
}

#[test]
fn many_namespaces_are_told_as_a_number() {
    let cluster = cluster();
    for at in 0..SCOPES_MAX + 5 {
        cluster.see(&bind(&format!("n{at}"), "reader", CI));
    }
    let keys = cluster.grant("shop", &rule("create", "", "serviceaccounts/token", "")).keys();
    assert_eq!(keys.len(), SCOPES_MAX + 1);
    assert!(keys.contains(&"more/namespaces".to_owned()));
}

#[test]
fn many_accounts_are_told_as_a_number() {
    let cluster = cluster();
    for at in 0..30 {
        let account = format!("{{kind: ServiceAccount, name: {}, namespace: shop}}", "x".repeat(at + 1));
        cluster.see(&bind("payments", "reader", &account));
        let name = "x".repeat(at + 1);
        cluster.see(&format!(
            "{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: {name}, namespace: shop}}}}"
        ));
    }
    let actual = cluster.grant("shop", &rule("create", "", "pods", "")).actual();
    assert!(actual["payments"].ends_with("; and 10 more"), "{}", actual["payments"]);
}

/// A pod of `shop` that runs as `ci`.
fn pod(spec: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: agent, namespace: shop}}, spec: {{serviceAccountName: ci, {spec}}}}}"
    )
}

fn agent() -> ObjectKey {
    ObjectKey { kind: ObjectKind::Watched(Kind::Pod), namespace: "shop".into(), name: "agent".into() }
}

const MOUNTS_ETCD: &str = "containers: [{name: c, volumeMounts: [{name: v, mountPath: /x}]}], \
                           volumes: [{name: v, hostPath: {path: /var/lib/etcd}}]";

#[test]
fn a_pod_that_reaches_into_its_node_is_a_reader_with_its_account() {
    for (spec, reach, path) in [
        (
            "containers: [{name: c, securityContext: {privileged: true}}]",
            "runs the privileged container c",
            "spec.containers[c].securityContext.privileged",
        ),
        (
            "containers: [{name: c}], securityContext: {windowsOptions: {hostProcess: true}}",
            "runs container c as a process of the host",
            "spec.containers[c].securityContext.windowsOptions.hostProcess",
        ),
        ("hostPID: true, containers: [{name: c}]", "shares the process ids of the host", "spec.hostPID"),
        (
            MOUNTS_ETCD,
            "mounts /var/lib/etcd of the host, which holds the database of the cluster, into container c",
            "spec.volumes[v].hostPath.path",
        ),
    ] {
        let cluster = cluster();
        cluster.see(&pod(spec));
        let [finding] = cluster.found(&agent()).try_into().unwrap();
        assert_eq!(
            (finding.key.as_str(), finding.actual.as_str(), finding.path.as_str()),
            ("node", reach, path)
        );
        assert_eq!((finding.count, finding.exposed.as_deref()), (1, Some("")));
        let [finding] = cluster.found(&service_account("shop".into(), "ci")).try_into().unwrap();
        assert_eq!(finding.actual, format!("runs Pod/shop/agent, which {reach}"));
        assert_eq!((finding.key.as_str(), finding.exposed.as_deref()), ("pods/node", Some("")));
        cluster.lose(Kind::Pod, "shop", "agent");
        assert_eq!(cluster.found(&service_account("shop".into(), "ci")), []);
    }
}

#[test]
fn a_pod_that_keeps_to_itself_is_none() {
    for spec in [
        "containers: [{name: c, securityContext: {privileged: false}}]",
        "hostNetwork: true, containers: [{name: c}]",
        "containers: [{name: c}], volumes: [{name: v, hostPath: {path: /var/lib/etcd}}]",
        "containers: [{name: c, volumeMounts: [{name: v, mountPath: /x}]}], volumes: [{name: v, hostPath: {path: /var/log}}]",
    ] {
        let cluster = cluster();
        cluster.see(&pod(spec));
        assert_eq!(cluster.found(&agent()), [], "{spec}");
        assert_eq!(cluster.found(&service_account("shop".into(), "ci")), [], "{spec}");
    }
}

#[test]
fn the_baseline_says_whose_pods_may_reach_into_their_node() {
    let mut cluster = cluster();
    cluster.see(&pod(MOUNTS_ETCD));
    let reader = "readers: [{kind: ServiceAccount, namespace: shop, name: ci}]";
    for (spec, found) in [
        ("secrets: {}".to_owned(), 0),
        ("secrets: {indirect: report}".to_owned(), 1),
        ("secrets: {indirect: report}, namespaces: {names: [payments]}".to_owned(), 1),
        ("secrets: {indirect: report}, namespaces: {exclude: [shop]}".to_owned(), 0),
        (format!("secrets: {{indirect: report, {reader}}}"), 0),
        (format!("secrets: {{indirect: forbid, {reader}}}"), 1),
    ] {
        cluster.declared = declared(&spec);
        assert_eq!(cluster.found(&agent()).len(), found, "{spec}");
        assert_eq!(cluster.found(&service_account("shop".into(), "ci")).len(), found, "{spec}");
    }
}
