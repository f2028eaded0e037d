//! The checks that hold what subjects are granted against what is declared.

use super::*;
use crate::baseline::{Shelf, Source};
use crate::model::Direction;

const READ: &str = "{apiGroups: [''], resources: [pods, secrets], verbs: [get, list]}";
const READ_PODS: &str = "{apiGroups: [''], resources: [pods], verbs: [list, get]}";
const READ_SECRETS: &str = "{apiGroups: [''], resources: [secrets], verbs: [get, list]}";
const JANE: &str = "{kind: User, name: jane}";
const CI: &str = "{kind: ServiceAccount, name: ci, namespace: shop}";
const ACCOUNTS: &str = "{kind: Group, name: 'system:serviceaccounts:shop'}";
const UNDECLARED: &Check = &undeclared_grant::CHECK;
const MISSING: &Check = &missing_grant::CHECK;

/// What is declared by these manifests, beside a baseline with this `spec`.
fn declared(spec: &str, manifests: &str) -> Declared {
    let baseline =
        format!("apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {{name: b}}\nspec: {spec}\n");
    let content = Ok((baseline + manifests).into_bytes());
    let declared = Shelf::new(Vec::new()).update(vec![Source { file: "b.yaml".into(), content }]);
    assert_eq!(declared.problems, []);
    declared
}

/// What the check finds of everyone to whom anything is granted or declared to be.
fn findings(check: &Check, declared: Declared, live: &str) -> Vec<Finding> {
    let cluster = Cluster { declared, ..Cluster::of(live) };
    let facts = Facts {
        declared: &cluster.declared,
        snapshot: &cluster.snapshot,
        panics: &Panics::new(),
        waiver_uses: &HashMap::new(),
        remembered: &Remembered::default(),
        now: Timestamp::UNIX_EPOCH,
    };
    let mut subjects: Vec<_> = cluster.snapshot.grants().subjects().cloned().collect();
    subjects.extend(cluster.declared.rights.subjects().cloned());
    subjects.sort_unstable();
    subjects.dedup();
    let Rule::Grantee(rule) = check.rule else { panic!("{} judges no subjects", check.info.id) };
    let grantee = |key| cluster.snapshot.grantee(key).unwrap_or_else(|| cluster.snapshot.ungranted(key));
    subjects.iter().flat_map(|key| rule(&facts, &grantee(key))).collect()
}

/// Object and key of each finding where these are declared and those are live.
fn found(check: &Check, manifests: &str, live: &str) -> Vec<String> {
    let findings = findings(check, declared("{rbac: {grants: declared}}", manifests), live);
    findings.iter().map(|it| format!("{} {}", it.object.key, it.key)).collect()
}

/// A role `it` of these rules, bound to the subject.
fn granted(namespace: &str, rules: &str, subject: &str) -> String {
    cluster_role("it", rules) + &bind(namespace, "it", subject)
}

#[test]
fn rights_in_another_form_are_no_deviation() {
    let live = cluster_role("a", READ_PODS)
        + &cluster_role("b", READ_SECRETS)
        + &bind("shop", "a", JANE)
        + &bind("shop", "b", JANE);
    for check in [UNDECLARED, MISSING] {
        assert_eq!(found(check, &granted("shop", READ, JANE), &live), [""; 0]);
        assert_eq!(found(check, &live, &granted("shop", READ, JANE)), [""; 0]);
    }
}

#[test]
fn what_goes_beyond_is_told_in_few_rules_with_its_way() {
    let live = cluster_role("a", &format!("{READ_PODS}, {READ}")) + &bind("shop", "a", JANE);
    let declared = declared("{rbac: {grants: declared}}", &granted("shop", READ_PODS, JANE));
    let [finding] = findings(UNDECLARED, declared, &live).try_into().unwrap();
    assert_eq!(finding.message, "User/jane has rights in namespace shop that are not declared");
    assert_eq!(finding.actual, "get,list secrets; by RoleBinding/shop/a > ClusterRole/a rule 2");
    assert_eq!(finding.remedy, "delete RoleBinding/shop/a, or declare it");
    assert_eq!((finding.key.as_str(), finding.direction), ("shop", Direction::Loosened));
    assert_eq!(finding.exposed.as_deref(), Some("shop"));
}

#[test]
fn what_is_declared_in_another_scope_covers_only_where_it_holds() {
    let [wide, shop, tools] = ["", "shop", "tools"].map(|scope| granted(scope, READ, JANE));
    assert_eq!(found(UNDECLARED, &wide, &shop), [""; 0]);
    assert_eq!(found(UNDECLARED, &shop, &wide), ["User/jane *"]);
    assert_eq!(found(UNDECLARED, &shop, &tools), ["User/jane tools"]);
    assert_eq!(found(MISSING, &shop, &wide), [""; 0]);
    assert_eq!(found(MISSING, &wide, &shop), ["User/jane *"]);
    assert_eq!(found(MISSING, &shop, &tools), ["User/jane shop"]);
}

#[test]
fn what_a_subject_has_by_its_groups_counts() {
    let [own, group] = [CI, ACCOUNTS].map(|subject| granted("shop", READ, subject));
    assert_eq!(found(UNDECLARED, &group, &own), [""; 0]);
    assert_eq!(found(MISSING, &own, &group), [""; 0]);
    // The group may do what is declared of one member alone.
    assert_eq!(found(UNDECLARED, &own, &group), ["Group/system:serviceaccounts:shop shop"]);
    assert_eq!(found(MISSING, &group, &own), ["Group/system:serviceaccounts:shop shop"]);
    let elsewhere = granted("shop", READ, "{kind: Group, name: 'system:serviceaccounts:tools'}");
    assert_eq!(found(MISSING, &own, &elsewhere), ["ServiceAccount/shop/ci shop"]);
}

#[test]
fn a_group_has_nothing_by_other_groups() {
    let [authenticated, anybody] =
        ["authenticated", "unauthenticated"].map(|name| format!("{{kind: Group, name: 'system:{name}'}}"));
    let declared = granted("shop", READ, &authenticated);
    let live = granted("shop", READ, &anybody);
    assert_eq!(found(UNDECLARED, &declared, &live), ["Group/system:unauthenticated shop"]);
}

#[test]
fn what_kubernetes_itself_grants_is_neither_undeclared_nor_missing() {
    let own = bind("", "cluster-admin", "{kind: Group, name: 'system:masters'}");
    assert_eq!(found(UNDECLARED, "", &own), [""; 0]);
    assert_eq!(found(MISSING, &own, ""), [""; 0]);
    // Everybody who is authenticated may ask what they themselves may do.
    let review =
        "{apiGroups: [authorization.k8s.io], resources: [selfsubjectaccessreviews], verbs: [create]}";
    assert_eq!(found(UNDECLARED, "", &granted("", review, JANE)), [""; 0]);
    assert_eq!(found(MISSING, &granted("", review, JANE), ""), [""; 0]);
    // A role of Kubernetes is there to be bound, and what it grants is declared by binding it.
    let view = bind("shop", "view", JANE);
    assert_eq!(found(UNDECLARED, &view, &view), [""; 0]);
    assert_eq!(found(UNDECLARED, "", &view), ["User/jane shop"]);
    assert_eq!(found(MISSING, &view, ""), ["User/jane shop"]);
}

#[test]
fn what_is_missing_is_told_with_where_it_is_declared() {
    let live = granted("shop", READ_PODS, JANE);
    let declared = declared("{rbac: {grants: declared}}", &granted("shop", READ, JANE));
    let [finding] = findings(MISSING, declared, &live).try_into().unwrap();
    assert_eq!(finding.message, "User/jane lacks rights in namespace shop that are declared");
    assert_eq!(finding.expected, "get,list secrets; by RoleBinding/shop/it > ClusterRole/it rule 1");
    assert_eq!((finding.key.as_str(), finding.direction), ("shop", Direction::Tightened));
    assert_eq!(finding.exposed.as_deref(), Some("shop"));
}

#[test]
fn only_scopes_that_a_baseline_protects_and_asks_about_are_judged() {
    let live = granted("shop", READ, JANE);
    let judged = |spec: &str| {
        let undeclared = findings(UNDECLARED, declared(spec, ""), &live).len();
        (undeclared, findings(MISSING, declared(spec, &live), "").len())
    };
    assert_eq!(judged("{rbac: {grants: declared}}"), (1, 1));
    assert_eq!(judged("{rbac: {forbid: [wildcard]}}"), (0, 0));
    assert_eq!(judged("{namespaces: {names: [tools]}, rbac: {grants: declared}}"), (0, 0));
    assert_eq!(judged("{namespaces: {names: [shop]}, rbac: {grants: declared}}"), (1, 1));
}

#[test]
fn paths_are_not_granted_within_a_namespace() {
    let metrics = "{nonResourceURLs: [/metrics], verbs: [get]}";
    assert_eq!(found(UNDECLARED, "", &granted("", metrics, JANE)), ["User/jane *"]);
    for mixed in [metrics, "{nonResourceURLs: [/metrics], verbs: [get], apiGroups: [''], resources: [pods]}"]
    {
        let declared = granted("shop", READ_PODS, JANE);
        assert_eq!(found(UNDECLARED, &declared, &granted("shop", mixed, JANE)), [""; 0], "{mixed}");
        let [declared, live] =
            [&format!("{READ_PODS}, {mixed}"), READ_PODS].map(|it| granted("shop", it, JANE));
        assert_eq!(found(MISSING, &declared, &live), [""; 0], "{mixed}");
    }
}

#[test]
fn rights_that_are_too_large_to_compare_are_told_as_such() {
    let paths = |of: &str| (0..1500).map(|at| format!("/{of}/{at}")).collect::<Vec<_>>().join(", ");
    let rule = |of: &str| format!("{{nonResourceURLs: [{}], verbs: [get]}}", paths(of));
    let [one, other] = ["a", "b"].map(|of| granted("", &rule(of), JANE));
    for check in [UNDECLARED, MISSING] {
        let declared = declared("{rbac: {grants: declared}}", &one);
        let [finding] = findings(check, declared, &other).try_into().unwrap();
        assert_eq!(finding.direction, Direction::Changed);
        assert!(finding.message.starts_with("whether ") && finding.message.ends_with(" cannot be told"));
        assert_eq!(found(check, &one, &one), [""; 0]);
    }
}

/// What is to be done about the one undeclared right.
fn remedy(manifests: &str, live: &str) -> String {
    let declared = declared("{rbac: {grants: declared}}", manifests);
    let [finding] = findings(UNDECLARED, declared, live).try_into().unwrap();
    finding.remedy
}

#[test]
fn a_declared_binding_of_a_role_that_grew_stays() {
    let declared = granted("shop", READ_PODS, JANE);
    let grown = remedy(&declared, &granted("shop", READ, JANE));
    assert_eq!(grown, "take get,list secrets out of ClusterRole/it, or declare it");

    let more = cluster_role("more", READ_SECRETS) + &bind("shop", "more", JANE);
    let also = remedy(&declared, &(granted("shop", READ, JANE) + &more));
    let steps = "take get,list secrets out of ClusterRole/it, delete RoleBinding/shop/more, or declare it";
    assert_eq!(also, steps);

    let of = |role: &str| {
        let given = format!("roleRef: {{kind: ClusterRole, name: {role}}}\nsubjects: [{JANE}]");
        object("RoleBinding", "{name: it, namespace: shop}", &given)
    };
    let other = remedy(&of("view"), &of("edit"));
    assert_eq!(other, "restore RoleBinding/shop/it as it is declared, or declare it");
    let joined = bind("shop", "view", &format!("{JANE}, {{kind: User, name: eve}}"));
    let joined = remedy(&bind("shop", "view", JANE), &joined);
    assert_eq!(joined, "take User/eve out of RoleBinding/shop/view, or declare it");
}
