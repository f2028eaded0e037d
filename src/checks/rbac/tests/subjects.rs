//! The checks of what a subject is granted.

use super::*;

const EVERYTHING: &str = r#"{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}"#;
const READ_PODS: &str = r#"{apiGroups: [""], resources: [pods], verbs: [get]}"#;
const CI: &str = "{kind: ServiceAccount, name: ci, namespace: shop}";
const JANE: &str = "{kind: User, name: jane}";

/// A cluster in which a role `it` of these rules is bound to the subject.
fn granted(namespace: &str, rules: &str, subject: &str) -> Cluster {
    Cluster::of(&(cluster_role("it", rules) + &bind(namespace, "it", subject)))
}

#[test]
fn a_cluster_admin_is_known_by_what_it_may_do() {
    let check = &unlisted_cluster_admin::CHECK;
    assert_eq!(granted("", EVERYTHING, JANE).found(check), ["User/jane *"]);
    let [first, second] = ["get, list, watch, create", "update, patch, delete, deletecollection"]
        .map(|verbs| format!(r#"{{apiGroups: ["*"], resources: ["*"], verbs: [{verbs}]}}"#));
    assert_eq!(granted("", &format!("{first}, {second}"), JANE).found(check), ["User/jane *"]);
    let halves =
        cluster_role("a", &first) + &cluster_role("b", &second) + &bind("", "a", JANE) + &bind("", "b", JANE);
    let [finding] = Cluster::of(&halves).findings(check).try_into().unwrap();
    assert_eq!(
        finding.actual,
        "ClusterRoleBinding/a > ClusterRole/a rule 1 (create,get,list,watch * in *); \
         ClusterRoleBinding/b > ClusterRole/b rule 1 (delete,deletecollection,patch,update * in *)"
    );
    assert_eq!(finding.remedy, "delete ClusterRoleBinding/a, delete ClusterRoleBinding/b, or list it");
    assert_eq!(finding.exposed.as_deref(), Some(""));
    assert_eq!(granted("", &first, JANE).found(check), [""; 0]);
}

/// A cluster in which the first half of everything is bound to the first subject, and the rest to the second.
fn halves(first: &str, second: &str) -> Cluster {
    let rule = |verbs: &str| format!(r#"{{apiGroups: ["*"], resources: ["*"], verbs: [{verbs}]}}"#);
    Cluster::of(
        &[
            cluster_role("a", &rule("get, list, watch, create")),
            cluster_role("b", &rule("update, patch, delete, deletecollection")),
            bind("", "a", first),
            bind("", "b", second),
        ]
        .concat(),
    )
}

#[test]
fn a_cluster_admin_may_be_one_together_with_its_groups() {
    let check = &unlisted_cluster_admin::CHECK;
    let group = |name: &str| format!("{{kind: Group, name: '{name}'}}");
    let accounts = group("system:serviceaccounts");
    let [finding] = halves(CI, &accounts).findings(check).try_into().unwrap();
    assert_eq!(
        finding.message,
        "ServiceAccount/shop/ci, together with what its groups may, may do everything in the cluster and is not \
         listed as cluster admin"
    );
    assert_eq!(
        finding.actual,
        "ClusterRoleBinding/a > ClusterRole/a rule 1 (create,get,list,watch * in *); \
         ClusterRoleBinding/b > ClusterRole/b rule 1 (delete,deletecollection,patch,update * in *)"
    );
    assert_eq!(finding.remedy, "delete ClusterRoleBinding/a, or list it");
    let found = |first: &str, second: &str| halves(first, second).found(check);
    let of_shop = group("system:serviceaccounts:shop");
    assert_eq!(found(CI, &of_shop), ["ServiceAccount/shop/ci *"]);
    assert_eq!(found(CI, &group("system:authenticated")), ["ServiceAccount/shop/ci *"]);
    assert_eq!(found(&of_shop, &accounts), ["Group/system:serviceaccounts:shop *"]);
    assert_eq!(found(JANE, &group("system:authenticated")), ["User/jane *"]);
    for other in ["system:serviceaccounts:tools", "system:unauthenticated", "dev"] {
        assert_eq!(found(CI, &group(other)), [""; 0], "{other}");
    }
    let mut listed = halves(CI, &accounts);
    listed.rbac().cluster_admins =
        Some(vec![Subject::ServiceAccount { namespace: "shop".to_owned(), name: "ci".to_owned() }]);
    assert_eq!(listed.found(check), [""; 0]);
}

#[test]
fn what_a_group_may_alone_is_told_of_the_group() {
    let check = &unlisted_cluster_admin::CHECK;
    let cluster = halves(CI, "{kind: Group, name: 'system:serviceaccounts'}");
    cluster.see(&cluster_role("it", EVERYTHING));
    cluster.see(&bind("", "it", "{kind: Group, name: 'system:authenticated'}"));
    assert_eq!(cluster.found(check), ["Group/system:authenticated *"]);
    cluster.see(&bind("", "it", CI));
    assert_eq!(cluster.found(check), ["ServiceAccount/shop/ci *"], "it may by itself");
}

#[test]
fn whoever_is_listed_or_may_do_everything_in_one_namespace_is_no_unlisted_cluster_admin() {
    let check = &unlisted_cluster_admin::CHECK;
    assert_eq!(granted("shop", EVERYTHING, JANE).found(check), [""; 0]);
    assert_eq!(granted("", EVERYTHING, "{kind: Group, name: ops}").found(check), [""; 0]);
    assert_eq!(granted("", EVERYTHING, "{kind: User, name: ops}").found(check), ["User/ops *"]);
    let mut hidden = granted("", EVERYTHING, "{kind: User, name: \"\\u202enimda\"}");
    assert_eq!(hidden.findings(check).len(), 1);
    hidden.rbac().cluster_admins = Some(vec![Subject::User("\u{202e}nimda".to_owned())]);
    assert_eq!(hidden.found(check), [""; 0]);
    let mut cluster = granted("", EVERYTHING, JANE);
    cluster.rbac().cluster_admins = None;
    assert_eq!(cluster.found(check), [""; 0]);
    cluster.declared.baselines[0].rbac = None;
    assert_eq!(cluster.found(check), [""; 0]);
}

#[test]
fn what_kubernetes_itself_grants_makes_no_cluster_admin() {
    let check = &unlisted_cluster_admin::CHECK;
    let own = bind("", "cluster-admin", "{kind: Group, name: 'system:masters'}");
    assert_eq!(Cluster::of(&own).found(check), [""; 0]);
    let wider = bind("", "cluster-admin", "{kind: Group, name: 'system:masters'}, {kind: Group, name: dev}");
    assert_eq!(Cluster::of(&wider).found(check), ["Group/dev *"]);
}

#[test]
fn an_asterisk_is_found_in_every_list_and_scope() {
    let check = &wildcard::CHECK;
    for rule in [
        r#"{apiGroups: [""], resources: [pods], verbs: ["*"]}"#,
        r#"{apiGroups: ["*"], resources: [pods], verbs: [get]}"#,
        r#"{apiGroups: [""], resources: ["*"], verbs: [get]}"#,
        r#"{nonResourceURLs: ["*"], verbs: [get]}"#,
    ] {
        assert_eq!(granted("", rule, JANE).found(check), ["User/jane *"], "{rule}");
    }
    assert_eq!(granted("shop", EVERYTHING, JANE).found(check), ["User/jane shop"]);
}

#[test]
fn what_is_written_out_or_told_elsewhere_is_no_asterisk() {
    let check = &wildcard::CHECK;
    for rule in [
        READ_PODS,
        r#"{apiGroups: [apps], resources: ["*/scale"], verbs: [get]}"#,
        r#"{apiGroups: [""], resources: ["*"], verbs: []}"#,
        r#"{apiGroups: [""], resources: [secrets], resourceNames: ["*"], verbs: [get]}"#,
        EVERYTHING,
    ] {
        assert_eq!(granted("", rule, JANE).found(check), [""; 0], "{rule}");
    }
    let mut cluster = granted("shop", EVERYTHING, JANE);
    cluster.rbac().forbid.retain(|it| *it != ForbiddenGrant::Wildcard);
    assert_eq!(cluster.found(check), [""; 0]);
}

#[test]
fn escalating_verbs_are_found_where_they_mean_something() {
    let rule = |verb: &str, group: &str, resource: &str| {
        format!(r#"{{apiGroups: ["{group}"], resources: ["{resource}"], verbs: [{verb}]}}"#)
    };
    let rbac = "rbac.authorization.k8s.io";
    let authentication = "authentication.k8s.io";
    for (verb, group, resource, cluster, namespace) in [
        ("escalate", rbac, "roles", true, true),
        ("escalate", rbac, "clusterroles", true, false),
        ("bind", rbac, "roles", true, true),
        ("bind", rbac, "clusterroles", true, true),
        ("impersonate", "", "users", true, false),
        ("impersonate", "", "groups", true, false),
        ("impersonate", "", "serviceaccounts", true, true),
        ("impersonate", authentication, "uids", true, false),
        ("impersonate", authentication, "userextras/scopes", true, false),
        ("bind", rbac, "rolebindings", false, false),
        ("impersonate", rbac, "users", false, false),
        ("get", rbac, "roles", false, false),
    ] {
        for (scope, holds) in [("", cluster), ("shop", namespace)] {
            let found = granted(scope, &rule(verb, group, resource), JANE).found(&escalation::CHECK);
            let key = format!("User/jane {}/{verb}", if scope.is_empty() { "*" } else { scope });
            assert_eq!(found, if holds { vec![key] } else { Vec::new() }, "{verb} {resource} in {scope:?}");
        }
    }
    let constrained = rule("'impersonate:serviceaccount'", authentication, "serviceaccounts");
    assert_eq!(granted("shop", &constrained, JANE).found(&escalation::CHECK), ["User/jane shop/impersonate"]);
}

#[test]
fn each_escalating_verb_is_a_finding_where_it_is_forbidden() {
    let rule = r#"{apiGroups: ["*"], resources: ["*"], verbs: [bind, escalate, impersonate]}"#;
    let mut cluster = granted("shop", rule, JANE);
    let all = ["User/jane shop/bind", "User/jane shop/escalate", "User/jane shop/impersonate"];
    assert_eq!(cluster.found(&escalation::CHECK), all);
    cluster.rbac().forbid = vec![ForbiddenGrant::Bind, ForbiddenGrant::Wildcard];
    assert_eq!(cluster.found(&escalation::CHECK), ["User/jane shop/bind"]);
    assert_eq!(granted("", EVERYTHING, JANE).found(&escalation::CHECK), [""; 0], "a cluster admin");
}

#[test]
fn whoever_is_not_authenticated_has_no_rights_but_those_of_kubernetes() {
    let check = &anonymous::CHECK;
    let group = "{kind: Group, name: 'system:unauthenticated'}";
    assert_eq!(
        granted("", READ_PODS, "{kind: User, name: 'system:anonymous'}").found(check),
        ["User/system:anonymous *"]
    );
    assert_eq!(granted("shop", READ_PODS, group).found(check), ["Group/system:unauthenticated shop"]);
    assert_eq!(granted("", READ_PODS, "{kind: Group, name: 'system:authenticated'}").found(check), [""; 0]);
    let own = "system:public-info-viewer";
    let given = object(
        "ClusterRoleBinding",
        &format!("{{name: '{own}'}}"),
        &format!("roleRef: {{kind: ClusterRole, name: '{own}'}}\nsubjects: [{group}]"),
    );
    assert_eq!(Cluster::of(&given).found(check), [""; 0]);
    let mut cluster = granted("", READ_PODS, group);
    cluster.rbac().forbid.retain(|it| *it != ForbiddenGrant::Anonymous);
    assert_eq!(cluster.found(check), [""; 0]);
}

#[test]
fn a_default_service_account_has_no_rights() {
    let check = &default_service_account::CHECK;
    let account = |name: &str| format!("{{kind: ServiceAccount, namespace: shop, name: {name}}}");
    let cluster = granted("", READ_PODS, &account("default"));
    assert_eq!(cluster.found(check), ["ServiceAccount/shop/default *"]);
    assert_eq!(granted("", READ_PODS, &account("web")).found(check), [""; 0]);
    assert_eq!(granted("", READ_PODS, "{kind: User, name: default}").found(check), [""; 0]);
    assert_eq!(granted("", "", &account("default")).found(check), [""; 0], "a role without rules");
}

#[test]
fn a_right_in_a_namespace_is_judged_by_whoever_protects_it() {
    let rule = r#"{apiGroups: [""], resources: ["*"], verbs: [get]}"#;
    for (namespace, found) in [("kube-system", 0), ("shop", 1), ("", 1)] {
        let cluster = granted(namespace, rule, JANE);
        assert_eq!(cluster.findings(&wildcard::CHECK).len(), found, "{namespace:?}");
    }
    let [finding] = granted("shop", rule, JANE).findings(&wildcard::CHECK).try_into().unwrap();
    assert_eq!(&**finding.namespace(), "shop");
    assert_eq!(finding.message, "User/jane has rights that an asterisk gives in namespace shop");
    assert_eq!(finding.remedy, "delete RoleBinding/shop/it, or waive it");
    assert_eq!(finding.actual, "RoleBinding/shop/it > ClusterRole/it rule 1 (get *)");
}

/// What deviates where a role of these rules is bound to the subject.
fn evidence_of(check: &Check, rules: &str, subject: &str) -> String {
    let [finding] = granted("", rules, subject).findings(check).try_into().unwrap();
    finding.actual
}

#[test]
fn a_rule_that_grows_is_other_evidence() {
    let read = |resource: &str, verbs: &str| {
        format!(r#"{{apiGroups: [""], resources: ["{resource}"], verbs: [{verbs}]}}"#)
    };
    let impersonate = r#"{apiGroups: [""], resources: [users], verbs: [impersonate], resourceNames: [jane]}"#;
    let default = "{kind: ServiceAccount, namespace: shop, name: default}";
    for (check, rule, subject) in [
        (&anonymous::CHECK, read("configmaps", "get"), "{kind: User, name: 'system:anonymous'}"),
        (&default_service_account::CHECK, read("configmaps", "get"), default),
        (&wildcard::CHECK, read("*", "get"), JANE),
        (&escalation::CHECK, impersonate.to_owned(), JANE),
        (&unlisted_cluster_admin::CHECK, EVERYTHING.to_owned(), JANE),
    ] {
        let before = evidence_of(check, &rule, subject);
        let after = evidence_of(check, &rule.replace("resources: [", "resources: [secrets, "), subject);
        assert_ne!(before, after, "{}", check.info.id);
    }
    let before = evidence_of(&wildcard::CHECK, &read("*", "list, get"), JANE);
    assert_eq!(before, evidence_of(&wildcard::CHECK, &read("*", "get, list, get"), JANE), "the same words");
}

#[test]
fn what_changes_beyond_what_is_told_is_other_evidence() {
    let rule = |resources: &str| format!(r#"{{apiGroups: ["*"], resources: [{resources}], verbs: [get]}}"#);
    let words = |count: usize| (10..10 + count).map(|n| format!("r{n}")).collect::<Vec<_>>();
    let long = ["a", "b", "c", "d"].map(|letter| letter.repeat(100) + ", ").concat();
    let rules: String = words(60).iter().map(|it| rule(it) + ", ").collect();
    for [before, after] in [
        ["v", "w"].map(|last| rule(&(words(16).join(", ") + ", " + last))),
        ["v", "w"].map(|last| rule(&(long.clone() + last))),
        ["v", "w"].map(|last| rules.clone() + &rule(last)),
    ] {
        let [before, after] = [before, after].map(|rules| evidence_of(&wildcard::CHECK, &rules, JANE));
        assert_ne!(before, after);
        let told = |text: &str| text.rsplit_once('#').unwrap().0.to_owned();
        assert_eq!(told(&before), told(&after), "they differ in what is told");
    }
}

#[test]
fn rules_are_told_in_the_order_of_their_numbers() {
    let rule = |n| format!(r#"{{apiGroups: ["*"], resources: [r{n}], verbs: [get]}}"#);
    let rules: Vec<String> = (1..=10).map(rule).collect();
    let told = evidence_of(&wildcard::CHECK, &rules.join(", "), JANE);
    let numbers: Vec<&str> = told.split("; ").filter_map(|way| way.split(' ').nth(4)).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], "{told}");
}

#[test]
fn whoever_has_all_of_a_namespace_is_told_once() {
    let mut cluster = granted("shop", EVERYTHING, JANE);
    assert_eq!(cluster.found(&escalation::CHECK), [""; 0]);
    assert_eq!(cluster.found(&wildcard::CHECK), ["User/jane shop"]);
    cluster.see(&bind("tools", "more", JANE));
    cluster.see(&cluster_role("more", r#"{apiGroups: ["*"], resources: ["*"], verbs: [bind]}"#));
    assert_eq!(cluster.found(&escalation::CHECK), ["User/jane tools/bind"], "all of another namespace");
    cluster.rbac().forbid = vec![ForbiddenGrant::Bind];
    assert_eq!(cluster.found(&escalation::CHECK), ["User/jane shop/bind", "User/jane tools/bind"]);
}

#[test]
fn what_is_bound_to_those_whom_no_rule_is_asked_about_gives_nothing() {
    for (namespace, name) in [("", "masters"), ("", "dev"), ("shop", "masters"), ("shop", "dev")] {
        let subject = format!("{{kind: Group, name: 'system:{name}'}}");
        let cluster = granted(namespace, EVERYTHING, &subject);
        let found =
            cluster.findings(&unlisted_cluster_admin::CHECK).len() + cluster.findings(&wildcard::CHECK).len();
        assert_eq!(found, usize::from(name != "masters"), "{subject} in {namespace:?}");
    }
    assert_eq!(
        granted("", EVERYTHING, "{kind: User, name: 'system:masters'}")
            .findings(&unlisted_cluster_admin::CHECK)
            .len(),
        1
    );
}
