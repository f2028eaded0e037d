//! The checks of roles and bindings.

use super::*;

/// More than Kubernetes puts into any of the roles that it aggregates.
const ROLE: &str = r#"{apiGroups: [""], resources: [nodes], verbs: [get, list]}"#;
const CI: &str = "{kind: ServiceAccount, namespace: shop, name: ci}";

/// A `ClusterRole` that the roles of Kubernetes gather, each by its label.
fn labelled(name: &str, into: &[&str], rules: &str) -> String {
    let label = |role: &&str| format!("rbac.authorization.k8s.io/aggregate-to-{role}: 'true'");
    let labels = into.iter().map(label).collect::<Vec<_>>().join(", ");
    object("ClusterRole", &format!("{{name: '{name}', labels: {{{labels}}}}}"), &format!("rules: [{rules}]"))
}

#[test]
fn a_binding_of_what_is_there_is_clean() {
    let check = &dangling_binding::CHECK;
    let there = account("shop", "ci") + &cluster_role("it", ROLE);
    assert_eq!(Cluster::of(&(there + &bind("shop", "it", CI))).found(check), [""; 0]);
    assert_eq!(Cluster::of(&bind("shop", "view", "{kind: User, name: jane}")).found(check), [""; 0]);
    let default = "{kind: ServiceAccount, name: default}";
    assert_eq!(Cluster::of(&bind("shop", "view", default)).found(check), [""; 0]);
}

#[test]
fn a_role_that_is_not_there_is_found_until_it_comes() {
    let check = &dangling_binding::CHECK;
    let cluster = Cluster::of(&bind("shop", "it", "{kind: User, name: jane}"));
    let [finding] = cluster.findings(check).try_into().unwrap();
    assert_eq!((finding.key.as_str(), finding.path.as_str()), ("roleRef", "roleRef"));
    assert_eq!(finding.message, "RoleBinding/shop/it gives ClusterRole/it, which is not there");
    let touched = cluster.see(&cluster_role("it", ROLE));
    assert!(touched.contains(&Scope::Object(finding.object.key)), "{touched:?}");
    assert_eq!(cluster.found(check), [""; 0]);
}

#[test]
fn a_role_of_an_unknown_kind_is_found() {
    let binding = object("ClusterRoleBinding", "{name: it}", "roleRef: {kind: Team, name: dev}");
    let [finding] = Cluster::of(&binding).findings(&dangling_binding::CHECK).try_into().unwrap();
    assert_eq!((finding.key.as_str(), finding.actual.as_str()), ("roleRef", "of an unknown kind"));
}

#[test]
fn a_service_account_that_is_not_there_is_found_until_it_comes() {
    let check = &dangling_binding::CHECK;
    let cluster = Cluster::of(&(account("other", "ci") + &bind("shop", "view", CI)));
    assert_eq!(cluster.found(check), ["RoleBinding/shop/view ServiceAccount/shop/ci"]);
    let binding = Scope::Object(cluster.findings(check)[0].object.key.clone());
    let touched = cluster.see(&account("shop", "ci"));
    assert!(touched.contains(&binding), "{touched:?}");
    assert_eq!(cluster.found(check), [""; 0]);
    let gone = Change::Deleted { kind: Kind::ServiceAccount, namespace: "shop".into(), name: "ci".into() };
    assert!(cluster.apply(vec![gone]).contains(&binding));
    assert_eq!(cluster.findings(check).len(), 1);
}

#[test]
fn what_is_there_and_cannot_be_read_is_not_missing() {
    let check = &dangling_binding::CHECK;
    let cluster = Cluster::of(&bind("shop", "it", CI));
    assert_eq!(cluster.findings(check).len(), 2);
    let unreadable = |kind, namespace: &str, name: &str| Change::Unreadable {
        kind,
        namespace: namespace.into(),
        name: name.into(),
        error: "it is no object".to_owned(),
    };
    let binding = Scope::Object(cluster.findings(check)[0].object.key.clone());
    for change in [unreadable(Kind::ClusterRole, "", "it"), unreadable(Kind::ServiceAccount, "shop", "ci")] {
        assert!(cluster.apply(vec![change]).contains(&binding));
    }
    assert_eq!(cluster.found(check), [""; 0]);
}

#[test]
fn subjects_that_can_be_nobody_are_found() {
    let subjects = "{kind: Team, name: dev}, {kind: ServiceAccount, name: ci}, {kind: Group, name: dev}";
    let [finding] =
        Cluster::of(&bind("", "view", subjects)).findings(&dangling_binding::CHECK).try_into().unwrap();
    assert_eq!(
        (finding.key.as_str(), finding.actual.as_str()),
        ("subjects", "2 subjects that can be nobody")
    );
}

#[test]
fn the_accounts_of_kubernetes_own_bindings_are_presumed() {
    let name = "system:controller:job-controller";
    let binding = |account: &str| {
        object(
            "ClusterRoleBinding",
            &format!("{{name: '{name}'}}"),
            &format!(
                "roleRef: {{kind: ClusterRole, name: '{name}'}}\n\
                 subjects: [{{kind: ServiceAccount, namespace: kube-system, name: {account}}}]"
            ),
        )
    };
    let check = &dangling_binding::CHECK;
    assert_eq!(Cluster::of(&binding("job-controller")).found(check), [""; 0]);
    assert_eq!(Cluster::of(&binding("other")).findings(check).len(), 1);
}

#[test]
fn a_role_that_widens_one_of_kubernetes_own_is_found() {
    let check = &widened_aggregate::CHECK;
    let [finding] = Cluster::of(&labelled("it", &["edit"], ROLE)).findings(check).try_into().unwrap();
    assert_eq!((finding.key.as_str(), finding.actual.as_str()), ("edit", "get,list nodes"));
    assert_eq!(finding.message, "the rules of ClusterRole/it widen ClusterRole/edit, and through it admin");
    let twice = Cluster::of(&labelled("it", &["admin", "view"], ROLE));
    assert_eq!(twice.found(check), ["ClusterRole/it admin", "ClusterRole/it view"]);
}

#[test]
fn a_role_that_nobody_gathers_or_that_grants_nothing_widens_nothing() {
    let check = &widened_aggregate::CHECK;
    assert_eq!(Cluster::of(&cluster_role("it", ROLE)).found(check), [""; 0]);
    assert_eq!(Cluster::of(&labelled("it", &["cluster-admin"], ROLE)).found(check), [""; 0]);
    assert_eq!(Cluster::of(&labelled("it", &["edit"], "")).found(check), [""; 0]);
    let mut cluster = Cluster::of(&labelled("it", &["edit"], ROLE));
    cluster.declared.baselines[0].rbac = None;
    assert_eq!(cluster.found(check), [""; 0]);
}

#[test]
fn a_role_of_kubernetes_is_judged_by_what_was_added() {
    let check = &widened_aggregate::CHECK;
    let own = r#"{apiGroups: [""], resources: [serviceaccounts], verbs: [impersonate]}"#;
    let name = "system:aggregate-to-edit";
    assert_eq!(Cluster::of(&labelled(name, &["edit"], own)).found(check), [""; 0]);
    let added = r#"{apiGroups: [""], resources: [nodes/proxy], verbs: [get]}"#;
    let [finding] = Cluster::of(&labelled(name, &["edit"], &format!("{own}, {added}")))
        .findings(check)
        .try_into()
        .unwrap();
    assert_eq!(finding.actual, "get nodes/proxy");
}

#[test]
fn a_role_that_aggregates_is_judged_by_where_its_rules_come_from() {
    let check = &widened_aggregate::CHECK;
    let through = object(
        "ClusterRole",
        "{name: through, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}}",
        &format!(
            "aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{it: '1'}}}}]}}\nrules: [{ROLE}]"
        ),
    );
    let role = object("ClusterRole", "{name: it, labels: {it: '1'}}", &format!("rules: [{ROLE}]"));
    assert_eq!(Cluster::of(&(through.clone() + &role)).found(check), ["ClusterRole/it view"]);
    let cluster = Cluster::of(&role);
    assert_eq!(cluster.found(check), [""; 0]);
    let touched = cluster.see(&through);
    let it = Scope::Object(cluster.findings(check)[0].object.key.clone());
    assert!(touched.contains(&it), "{touched:?}");
}

#[test]
fn rules_of_one_role_of_kubernetes_widen_another() {
    let check = &widened_aggregate::CHECK;
    let secrets = r#"{apiGroups: [""], resources: [secrets], verbs: [get, list]}"#;
    let name = "system:aggregate-to-edit";
    assert_eq!(Cluster::of(&labelled(name, &["edit"], secrets)).found(check), [""; 0]);
    let [finding] =
        Cluster::of(&labelled(name, &["edit", "view"], secrets)).findings(check).try_into().unwrap();
    assert_eq!((finding.key.as_str(), finding.actual.as_str()), ("view", "get,list secrets"));
    assert_eq!(finding.message, format!("the rules of ClusterRole/{name} widen ClusterRole/view"));

    let everything = r#"{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}"#;
    let admin = Cluster::of(&labelled("cluster-admin", &["view"], everything));
    assert_eq!(admin.found(check), ["ClusterRole/cluster-admin view"]);
}

#[test]
fn a_label_on_a_role_that_aggregates_is_found_where_its_rules_come_from() {
    let check = &widened_aggregate::CHECK;
    let edit = |into: &str| {
        let label = |role: &str| format!("rbac.authorization.k8s.io/aggregate-to-{role}: 'true'");
        let metadata = format!("{{name: edit, labels: {{{}}}}}", label(into));
        let gathers =
            format!("aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{{}}}}}]}}", label("edit"));
        Cluster::of(&object("ClusterRole", &metadata, &gathers))
    };
    assert_eq!(edit("admin").found(check), [""; 0]);
    let [finding] = edit("view").findings(check).try_into().unwrap();
    let found = format!("{} {}", finding.object.key, finding.key);
    assert_eq!(found, "ClusterRole/system:aggregate-to-edit view");
    assert!(finding.remedy.contains("gathered off ClusterRole/edit,"), "{}", finding.remedy);
}
