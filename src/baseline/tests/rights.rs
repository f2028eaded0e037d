//! What the declared roles and bindings grant, and which of them are malformed.

use super::CHECKS;
use crate::baseline::{Declared, Shelf, Source};
use crate::model::ObjectKey;
use crate::rbac::{Power, group, service_account, user};

const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader, namespace: shop}\n\
    rules:\n- {apiGroups: [''], resources: [secrets], verbs: [list]}\n";
const BINDING: &str = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n\
    metadata: {name: readers, namespace: shop}\nroleRef: {kind: Role, name: reader}\n\
    subjects: [{kind: ServiceAccount, name: ci}, {kind: User, name: jane}]\n";

fn declared(text: &str) -> Declared {
    let content = Ok(text.into());
    Shelf::new(CHECKS.to_vec()).update(vec![Source { file: "r.yaml".into(), content }])
}

fn lists_secrets(declared: &Declared, subject: &ObjectKey, scope: &str) -> bool {
    let grants = declared.rights.grants().holding(subject, scope);
    grants.iter().any(|grant| grant.role.powers.has(Power::ListSecrets))
}

#[test]
fn what_is_declared_is_granted_where_it_is_declared() {
    let declared = declared(&(ROLE.to_owned() + BINDING));
    assert_eq!(declared.problems, []);
    let ci = service_account("shop".into(), "ci");
    assert!(lists_secrets(&declared, &ci, "shop") && lists_secrets(&declared, &user("jane"), "shop"));
    assert!(!lists_secrets(&declared, &ci, "") && !lists_secrets(&declared, &ci, "tools"));
    let subjects: Vec<String> = declared.rights.subjects().map(ToString::to_string).collect();
    assert_eq!(subjects, ["ServiceAccount/shop/ci", "User/jane"]);
    assert!(declared.rights.names(&ci) && !declared.rights.names(&user("joe")));
}

#[test]
fn what_kubernetes_grants_is_there_and_names_nobody() {
    let declared = declared("");
    assert!(lists_secrets(&declared, &group("system:masters"), ""));
    assert!(!declared.rights.names(&group("system:masters")));
    assert!(lists_secrets(&Declared::default(), &group("system:masters"), ""));
}

#[test]
fn an_object_without_a_namespace_is_in_the_default_one() {
    let text = (ROLE.to_owned() + BINDING).replace(", namespace: shop", "");
    assert!(lists_secrets(&declared(&text), &service_account("default".into(), "ci"), "default"));
}

#[test]
fn declared_roles_are_gathered_by_their_labels() {
    let text = ROLE.replace("kind: Role", "kind: ClusterRole").replace(
        "name: reader, namespace: shop",
        "name: reader, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}",
    ) + &BINDING.replace("{kind: Role, name: reader}", "{kind: ClusterRole, name: view}");
    assert!(lists_secrets(&declared(&text), &user("jane"), "shop"));
    let text = text.replace("aggregate-to-view", "aggregate-to-nothing");
    assert!(!lists_secrets(&declared(&text), &user("jane"), "shop"));
}

#[test]
fn subjects_hang_on_their_groups_and_on_the_namespaces_of_their_bindings() {
    let declared = declared(&(ROLE.to_owned() + BINDING));
    let hanging = |key: &ObjectKey| declared.rights.hanging_on(key).to_vec();
    let both = [service_account("shop".into(), "ci"), user("jane")];
    assert_eq!(hanging(&group("system:serviceaccounts:shop")), both[..1]);
    assert_eq!(hanging(&group("system:authenticated")), both);
    assert_eq!(hanging(&ObjectKey::of_namespace("shop".into())), both);
    assert_eq!(hanging(&ObjectKey::of_namespace("tools".into())), []);
}

#[test]
fn a_malformed_role_or_binding_is_a_problem_and_its_last_good_version_stays() {
    for (old, new, problem) in [
        (
            "verbs: [list]",
            "verbs: list",
            "r.yaml:1:1: Role that cannot be read: rules[0].verbs: expected a list, found the text \"list\"",
        ),
        (
            "[secrets]",
            "[5]",
            "r.yaml:1:1: Role that cannot be read: rules[0].resources[0]: expected text, found `5.0`",
        ),
        ("{kind: Role,", "{kind: Rule,", "r.yaml:7:1: roleRef.kind: expected Role or ClusterRole"),
    ] {
        let good = ROLE.to_owned() + BINDING;
        let mut shelf = Shelf::new(CHECKS.to_vec());
        let source = |text: &str| vec![Source { file: "r.yaml".into(), content: Ok(text.into()) }];
        shelf.update(source(&good));
        assert_eq!(good.matches(old).count(), 1, "{old}");
        let declared = shelf.update(source(&good.replace(old, new)));
        let problems: Vec<String> = declared.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, [problem], "{new}");
        assert!(lists_secrets(&declared, &user("jane"), "shop"), "{new}");
    }
}
