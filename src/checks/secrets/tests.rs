//! The checks of secrets, on one cluster with one grant each.

pub(super) mod cluster;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::checks::{Check, Governed, Rule};
use crate::model::{Direction, Finding, Kind};
use crate::rbac::{group, service_account, user};
use cluster::{Cluster, bind};

/// Roles that a binding may give.
const ROLES: &str = r#"
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: reader},
 rules: [{apiGroups: [""], resources: [pods], verbs: [get]}, {apiGroups: [""], resources: [secrets], verbs: [get, list, watch]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: getter},
 rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: named},
 rules: [{apiGroups: [""], resources: [secrets], resourceNames: [tls, db], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: mixed},
 rules: [{apiGroups: ["*"], resources: ["*"], verbs: [list]}, {apiGroups: [""], resources: [secrets], resourceNames: [db], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: harmless},
 rules: [{apiGroups: [""], resources: [secrets], verbs: [create]}, {apiGroups: [apps], resources: [secrets], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: cluster-admin},
 rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}, {nonResourceURLs: ["*"], verbs: ["*"]}]}
"#;

const DEV: &str = "{kind: Group, name: dev}";

impl Cluster {
    /// One with the roles and these bindings, under a baseline whose `spec` is this.
    fn new(spec: &str, bindings: &[String]) -> Self {
        let cluster = Self::under(spec);
        cluster.see(ROLES);
        for binding in bindings {
            cluster.see(binding);
        }
        cluster
    }

    fn findings(&self, check: &Check, subject: &ObjectKey) -> Vec<Finding> {
        let Rule::Grantee(rule) = check.rule else { panic!("{} judges subjects", check.info.id) };
        let grantee = self.snapshot.grantee(subject);
        grantee.map_or_else(Vec::new, |grantee| self.judge(|facts| rule(facts, &grantee)))
    }

    /// By its key, what deviates.
    fn actual_of(&self, check: &Check, subject: &ObjectKey) -> BTreeMap<String, String> {
        self.findings(check, subject).into_iter().map(|it| (it.key, it.actual)).collect()
    }

    /// What `secrets/in-environment` finds of the pod `web`.
    fn in_environment(&self, spec: &str) -> Vec<Finding> {
        self.see(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop}}, spec: {{{spec}}}}}"
        ));
        let (kind, namespace) = (ObjectKind::Watched(Kind::Pod), "shop".into());
        let key = ObjectKey { kind, namespace, name: "web".into() };
        let Rule::Workload(rule) = in_environment::CHECK.rule else { panic!("it judges workloads") };
        let subject = Governed {
            workload: self.snapshot.workload(&key).unwrap(),
            namespace_labels: Arc::default(),
            governing: self.declared.baselines.iter().collect(),
        };
        self.judge(|facts| rule(facts, &subject))
    }

    fn keys_of(&self, check: &Check, subject: &ObjectKey) -> Vec<String> {
        self.actual_of(check, subject).into_keys().collect()
    }
}

/// What `secrets/unlisted-reader` finds of the group `dev` under this list, by key.
fn unlisted(readers: &str, bindings: &[String]) -> BTreeMap<String, String> {
    let cluster = Cluster::new(&format!("secrets: {{readers: [{readers}]}}"), bindings);
    cluster.actual_of(&unlisted_reader::CHECK, &group("dev"))
}

#[test]
fn whoever_can_read_and_is_not_listed_is_found() {
    let cluster = Cluster::new("secrets: {readers: []}", &[bind("shop", "ops", "reader", DEV)]);
    let [finding] = cluster.findings(&unlisted_reader::CHECK, &group("dev")).try_into().unwrap();
    assert_eq!(finding.object.key, group("dev"));
    assert_eq!((finding.key.as_str(), finding.exposed.as_deref()), ("shop", Some("shop")));
    assert_eq!(finding.direction, Direction::Loosened);
    let message = "Group/dev can get, list, watch secrets in namespace shop and is not listed for it";
    assert_eq!(finding.message, message);
    assert_eq!(finding.expected, "no verb on secrets");
    let path = "RoleBinding/shop/ops > ClusterRole/reader rule 2";
    assert_eq!(finding.actual, format!("get, list, watch on secrets by {path} (get,list,watch secrets)"));
    assert_eq!(finding.path, path);
    assert_eq!(finding.remedy, "delete RoleBinding/shop/ops, or list it");
    assert_eq!(&*finding.declaration.unwrap().name, "b");

    cluster.lose(Kind::RoleBinding, "shop", "ops");
    assert_eq!(cluster.findings(&unlisted_reader::CHECK, &group("dev")), []);
}

#[test]
fn a_listed_reader_may_read() {
    let bindings = [bind("shop", "ops", "reader", DEV), bind("", "ops", "reader", DEV)];
    assert_eq!(unlisted(DEV, &bindings), BTreeMap::new());
    let other = unlisted("{kind: User, name: dev}, {kind: Group, name: ops}", &bindings);
    assert_eq!(other.into_keys().collect::<Vec<_>>(), ["*", "shop"], "each scope has to be closed");
}

#[test]
fn what_does_not_read_secrets_is_not_found() {
    assert_eq!(unlisted("", &[bind("", "ops", "harmless", DEV)]), BTreeMap::new());
}

#[test]
fn verbs_beyond_the_listed_ones_are_found() {
    let cluster = Cluster::new(
        "secrets: {readers: [{kind: Group, name: dev, verbs: [get]}, {kind: Group, name: dev, verbs: [watch]}]}",
        &[bind("shop", "ops", "reader", DEV), bind("shop", "get", "getter", DEV)],
    );
    let [finding] = cluster.findings(&unlisted_reader::CHECK, &group("dev")).try_into().unwrap();
    assert_eq!(finding.expected, "get, watch on secrets");
    assert_eq!(
        finding.actual,
        "list on secrets by RoleBinding/shop/ops > ClusterRole/reader rule 2 (get,list,watch secrets)"
    );
}

#[test]
fn an_entry_holds_in_its_namespaces() {
    let bindings = [
        bind("shop", "ops", "getter", DEV),
        bind("bank", "ops", "getter", DEV),
        bind("", "a", "getter", DEV),
    ];
    let keys = |readers: &str| unlisted(readers, &bindings).into_keys().collect::<Vec<_>>();
    assert_eq!(keys("{kind: Group, name: dev, namespaces: [shop]}"), ["*", "bank"]);
    assert_eq!(keys("{kind: Group, name: dev, namespaces: [shop, bank]}"), ["*"]);
    assert_eq!(keys("{kind: Group, name: dev, namespaces: ['*']}"), [""; 0]);
}

#[test]
fn a_right_on_the_cluster_may_be_held_by_a_reader_of_all_that_is_protected() {
    let bindings = [bind("", "ops", "getter", DEV)];
    let keys = |namespaces: &str, listed: &str| {
        let spec = format!(
            "namespaces: {namespaces}, secrets: {{readers: [{{kind: Group, name: dev, namespaces: {listed}}}]}}"
        );
        Cluster::new(&spec, &bindings).keys_of(&unlisted_reader::CHECK, &group("dev"))
    };
    assert_eq!(keys("{names: [shop, bank]}", "[bank, shop]"), [""; 0]);
    assert_eq!(keys("{names: [shop, bank]}", "[shop]"), ["*"]);
    assert_eq!(keys("{names: [shop, bank], exclude: [bank]}", "[shop]"), [""; 0]);
    assert_eq!(keys("{exclude: [bank]}", "[shop]"), ["*"]);
}

#[test]
fn only_what_is_protected_is_judged() {
    let bindings = [bind("shop", "ops", "reader", DEV), bind("legacy", "ops", "reader", DEV)];
    let keys = |spec: &str| Cluster::new(spec, &bindings).keys_of(&unlisted_reader::CHECK, &group("dev"));
    assert_eq!(keys("namespaces: {exclude: [legacy]}, secrets: {readers: []}"), ["shop"]);
    assert_eq!(keys("secrets: {}"), [""; 0], "no list asks nothing");
    assert_eq!(keys("podSecurity: {level: baseline}"), [""; 0]);
}

#[test]
fn secrets_that_rules_name_are_found_by_themselves() {
    let named = unlisted("", &[bind("shop", "ops", "named", DEV)]);
    let actual = "get on secrets db, tls by RoleBinding/shop/ops > ClusterRole/named rule 1 (get secrets named db,tls)";
    assert_eq!(named, BTreeMap::from([("shop/named".to_owned(), actual.to_owned())]));
    let mixed = unlisted("", &[bind("", "ops", "mixed", DEV)]);
    let path = |rule| format!("by ClusterRoleBinding/ops > ClusterRole/mixed rule {rule}");
    let any = ("*".to_owned(), format!("list on secrets {} (list * in *)", path(1)));
    let by_name = ("*/named".to_owned(), format!("get on secrets db {} (get secrets named db)", path(2)));
    assert_eq!(mixed, BTreeMap::from([any, by_name]));
    let listed = unlisted("{kind: Group, name: dev, verbs: [get]}", &[bind("shop", "ops", "named", DEV)]);
    assert_eq!(listed, BTreeMap::new(), "who may get any may get these");
}

#[test]
fn a_new_way_of_the_same_subject_changes_the_evidence_alone() {
    let one = unlisted("", &[bind("shop", "ops", "getter", DEV)]);
    let two = unlisted("", &[bind("shop", "ops", "getter", DEV), bind("shop", "qa", "getter", DEV)]);
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    let way = |name: &str| format!("RoleBinding/shop/{name} > ClusterRole/getter rule 1 (get secrets)");
    assert_eq!(two["shop"], format!("get on secrets by {}; {}", way("ops"), way("qa")));
    assert_ne!(one, two);
}

#[test]
fn a_reader_may_be_named_as_a_user_or_as_a_service_account() {
    let account = "{kind: ServiceAccount, namespace: shop, name: ci}";
    let by_user = "{kind: User, name: 'system:serviceaccount:shop:ci'}";
    for (listed, bound) in [(account, by_user), (by_user, account)] {
        let spec = format!("secrets: {{readers: [{listed}]}}");
        let cluster = Cluster::new(&spec, &[bind("", "ci", "getter", bound)]);
        let ci = service_account("shop".into(), "ci");
        assert!(cluster.snapshot.grantee(&ci).is_some());
        assert_eq!(cluster.findings(&unlisted_reader::CHECK, &ci), []);
    }
    let spec = "secrets: {readers: [{kind: ServiceAccount, namespace: bank, name: ci}]}";
    let cluster = Cluster::new(spec, &[bind("", "ci", "getter", account)]);
    assert_eq!(cluster.keys_of(&unlisted_reader::CHECK, &service_account("shop".into(), "ci")), ["*"]);
}

#[test]
fn what_kubernetes_itself_grants_is_not_judged() {
    let name = "system:kube-controller-manager";
    let keys = |binding: &str| {
        let given = bind("", binding, name, &format!("{{kind: User, name: '{name}'}}"));
        let cluster = Cluster::new("secrets: {readers: []}", &[given]);
        cluster.snapshot.presume_bootstrap_roles();
        cluster.keys_of(&unlisted_reader::CHECK, &user(name))
    };
    assert_eq!(keys(name), [""; 0]);
    assert_eq!(keys("another"), ["*"]);
}

#[test]
fn those_whom_no_rule_is_asked_about_are_not_judged() {
    let keys = |name: &str| {
        let given = bind("", "another", "cluster-admin", &format!("{{kind: Group, name: '{name}'}}"));
        Cluster::new("secrets: {readers: []}", &[given]).keys_of(&unlisted_reader::CHECK, &group(name))
    };
    assert_eq!(keys("system:masters"), [""; 0]);
    assert_eq!(keys("system:monitoring"), ["*"]);
}

#[test]
fn a_role_that_is_gathered_is_named_in_the_way() {
    let cluster = Cluster::new("secrets: {readers: []}", &[bind("shop", "ops", "sum", DEV)]);
    assert_eq!(cluster.keys_of(&unlisted_reader::CHECK, &group("dev")), [""; 0]);
    cluster.see(
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: sum}, \
         aggregationRule: {clusterRoleSelectors: [{matchLabels: {sum: 'yes'}}]}}\n---\n\
         {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: part, labels: {sum: 'yes'}}, \
         rules: [{apiGroups: ['*'], resources: [secrets], verbs: [watch]}]}",
    );
    let way = "watch on secrets by RoleBinding/shop/ops > ClusterRole/sum > ClusterRole/part rule 1 (watch secrets in *)";
    assert_eq!(cluster.actual_of(&unlisted_reader::CHECK, &group("dev"))["shop"], way);
}

#[test]
fn a_secret_beyond_those_that_are_told_changes_the_evidence() {
    let names = |last: &str| (10..26).map(|n| format!("s{n}")).collect::<Vec<_>>().join(", ") + ", " + last;
    let role = |last: &str| {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: many}}, \
             rules: [{{apiGroups: [''], resources: [secrets], resourceNames: [{}], verbs: [get]}}]}}",
            names(last)
        )
    };
    let cluster = Cluster::new("secrets: {readers: []}", &[bind("shop", "ops", "many", DEV)]);
    let [before, after] = ["v", "w"].map(|last| {
        cluster.see(&role(last));
        cluster.actual_of(&unlisted_reader::CHECK, &group("dev")).remove("shop/named").unwrap()
    });
    assert!(before.contains("s25 and 1 more (#"), "{before}");
    assert_ne!(before, after);
    let pod = |last: &str| {
        let env = names(last)
            .split(", ")
            .map(|name| format!("{{secretRef: {{name: {name}}}}}"))
            .collect::<Vec<_>>();
        let spec = format!("containers: [{{name: web, envFrom: [{}]}}]", env.join(", "));
        Cluster::new("secrets: {}", &[]).in_environment(&spec)[0].actual.clone()
    };
    assert_ne!(pod("v"), pod("w"));
}

/// What `secrets/unlisted-path` finds of the group `dev` under this entry, by key.
fn stray(entry: &str, bindings: &[String]) -> BTreeMap<String, String> {
    let spec = format!("secrets: {{readers: [{entry}]}}");
    let cluster = Cluster::new(&spec, bindings);
    assert_eq!(cluster.findings(&unlisted_reader::CHECK, &group("dev")), [], "it is listed");
    cluster.actual_of(&unlisted_path::CHECK, &group("dev"))
}

#[test]
fn a_reader_may_read_by_the_bindings_alone_that_its_entry_names() {
    let bindings = [bind("shop", "ops", "reader", DEV), bind("shop", "qa", "getter", DEV)];
    let entry = |via: &str| format!("{{kind: Group, name: dev, via: [{via}]}}");
    assert_eq!(stray(&entry("RoleBinding/ops, RoleBinding/qa"), &bindings), BTreeMap::new());
    assert_eq!(stray(DEV, &bindings), BTreeMap::new(), "without via, by any");
    let spec = format!("secrets: {{readers: [{}]}}", entry("RoleBinding/ops"));
    let found = Cluster::new(&spec, &bindings).findings(&unlisted_path::CHECK, &group("dev"));
    let [finding] = found.try_into().unwrap();
    assert_eq!((finding.key.as_str(), finding.exposed.as_deref()), ("shop", Some("shop")));
    let message = "Group/dev can get secrets in namespace shop by a binding that its entry does not name";
    assert_eq!(finding.message, message);
    assert_eq!(finding.expected, "by RoleBinding/ops alone");
    assert_eq!(
        finding.actual,
        "get on secrets by RoleBinding/shop/qa > ClusterRole/getter rule 1 (get secrets)"
    );
    assert_eq!(finding.remedy, "delete RoleBinding/shop/qa, or list it");
}

#[test]
fn a_reader_by_none_of_its_bindings_is_still_listed() {
    let entry = "{kind: Group, name: dev, via: [ClusterRoleBinding/ops]}";
    let bindings = [bind("shop", "ops", "named", DEV), bind("bank", "ops", "getter", DEV)];
    assert_eq!(stray(entry, &bindings).into_keys().collect::<Vec<_>>(), ["bank", "shop"]);
    assert_eq!(stray(entry, &[bind("", "ops", "reader", DEV)]), BTreeMap::new());
}

#[test]
fn a_binding_that_is_named_counts_for_the_verbs_of_its_entry() {
    let entries = "{kind: Group, name: dev, verbs: [get, list], via: [RoleBinding/ops]}, \
                   {kind: Group, name: dev, verbs: [watch], via: [RoleBinding/watch]}";
    let found = stray(entries, &[bind("shop", "ops", "reader", DEV)]);
    assert_eq!(
        found["shop"],
        "watch on secrets by RoleBinding/shop/ops > ClusterRole/reader rule 2 (get,list,watch secrets)"
    );
}

#[test]
fn what_everybody_can_read_is_a_broad_grant_and_nothing_else() {
    let groups = ["system:authenticated", "system:unauthenticated", "system:serviceaccounts"];
    let subjects = groups.map(|name| ("Group", name, group(name)));
    let anonymous = ("User", "system:anonymous", user("system:anonymous"));
    for (kind, name, key) in subjects.into_iter().chain([anonymous]) {
        let subject = format!("{{kind: {kind}, name: '{name}'}}");
        let bindings = [bind("shop", "all", "named", &subject)];
        let unlisted = Cluster::new("secrets: {readers: []}", &bindings);
        assert_eq!(unlisted.keys_of(&broad_grant::CHECK, &key), ["shop/named"], "{name}");
        assert_eq!(unlisted.findings(&unlisted_reader::CHECK, &key), []);
        assert_eq!(Cluster::new("secrets: {}", &bindings).keys_of(&broad_grant::CHECK, &key), ["shop/named"]);
        assert_eq!(Cluster::new("rbac: {}", &bindings).keys_of(&broad_grant::CHECK, &key), [""; 0]);
        let listed = Cluster::new(&format!("secrets: {{readers: [{subject}]}}"), &bindings);
        assert_eq!(listed.findings(&broad_grant::CHECK, &key), []);
    }
}

#[test]
fn a_broad_grant_says_who_that_is() {
    let subject = "{kind: Group, name: 'system:serviceaccounts'}";
    let cluster = Cluster::new("secrets: {}", &[bind("", "all", "getter", subject)]);
    let [finding] =
        cluster.findings(&broad_grant::CHECK, &group("system:serviceaccounts")).try_into().unwrap();
    let message = "Group/system:serviceaccounts can get secrets in every namespace, which is to say every service account";
    assert_eq!(finding.message, message);
    assert_eq!((finding.key.as_str(), finding.exposed.as_deref()), ("*", Some("")));
}

#[test]
fn the_service_accounts_of_a_namespace_are_a_group_like_others() {
    let subject = "{kind: Group, name: 'system:serviceaccounts:shop'}";
    let cluster = Cluster::new("secrets: {readers: []}", &[bind("shop", "all", "getter", subject)]);
    let key = group("system:serviceaccounts:shop");
    assert_eq!(cluster.findings(&broad_grant::CHECK, &key), []);
    assert_eq!(cluster.keys_of(&unlisted_reader::CHECK, &key), ["shop"]);
}

#[test]
fn a_secret_in_the_environment_is_found_in_every_container() {
    let cluster = Cluster::new("secrets: {}", &[]);
    let of_key = "env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: api, key: token}}}]";
    for (field, key) in [("initContainers", "init"), ("containers", "app"), ("ephemeralContainers", "debug")]
    {
        let found = cluster.in_environment(&format!("{field}: [{{name: {key}, {of_key}}}]"));
        let [finding] = found.try_into().unwrap();
        assert_eq!((finding.key.as_str(), finding.actual.as_str()), (key, "TOKEN of api"));
        let path = format!("spec.{field}[{key}].env[TOKEN].valueFrom.secretKeyRef");
        assert_eq!(finding.remedy, format!("mount api as files instead of setting {path}"));
        assert_eq!(finding.path, path);
        let message = format!(
            "container {key} of Pod/shop/web has secrets in its environment: TOKEN of api; 1 pod runs it"
        );
        assert_eq!(finding.message, message);
        assert_eq!(finding.direction, Direction::Loosened);
    }
}

#[test]
fn all_secrets_in_the_environment_of_a_container_are_one_finding() {
    let cluster = Cluster::new("secrets: {}", &[]);
    let variable = |name: &str, secret: &str| {
        format!("{{name: {name}, valueFrom: {{secretKeyRef: {{name: {secret}, key: k}}}}}}")
    };
    let (one, two) = (variable("A", "api"), variable("B", "db"));
    let found = |env: &str| {
        let whole = "envFrom: [{configMapRef: {name: c}}, {secretRef: {name: tls}}]";
        cluster.in_environment(&format!("containers: [{{name: app, env: [{env}], {whole}}}]"))
    };
    let [finding] = found(&format!("{one}, {two}")).try_into().unwrap();
    assert_eq!(finding.actual, "A of api, B of db, all of tls");
    assert_eq!(finding.path, "spec.containers[app].envFrom[tls].secretRef");
    let [other] = found(&format!("{two}, {one}")).try_into().unwrap();
    assert_eq!((other.actual, other.path), (finding.actual, finding.path), "the order is no evidence");
}

#[test]
fn an_environment_without_secrets_is_not_found() {
    let value = "containers: [{name: app, env: [{name: A, value: b}, \
                 {name: C, valueFrom: {configMapKeyRef: {name: c, key: k}}}], envFrom: [{configMapRef: {name: c}}]}], \
                 volumes: [{name: v, secret: {secretName: db}}]";
    assert_eq!(Cluster::new("secrets: {}", &[]).in_environment(value), []);
}

#[test]
fn an_environment_is_judged_where_it_is_declared() {
    let secret = "containers: [{name: app, envFrom: [{secretRef: {name: db}}]}]";
    let found = |spec: &str| Cluster::new(spec, &[]).in_environment(secret).len();
    assert_eq!(found("secrets: {inEnvironment: forbid}"), 1);
    assert_eq!(found("secrets: {inEnvironment: ignore}"), 0);
    assert_eq!(found("podSecurity: {level: baseline}"), 0);
}
