//! Whom a right of a group touches: those of its members who hold what leads further together with it.

use super::*;
use crate::rbac::is_subject;
use crate::wire::manifests;

/// The index of these roles, each of one rule by its name, and of whom they are bound to.
fn grants(roles: &[(&str, &str)], bound: &[(&str, &str)]) -> Grants {
    let mut grants = Grants::default();
    for (name, rule) in roles {
        cluster_role(&mut grants, name, "", &format!("rules: [{rule}]"));
    }
    for (role, subject) in bound {
        bind(&mut grants, role, subject);
    }
    grants
}

/// Binds the role to the subject in the whole cluster, and gives the subjects that this touches.
fn bind(grants: &mut Grants, role: &str, subject: &str) -> Vec<String> {
    let manifest = format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{name: {role}}},
          roleRef: {{kind: ClusterRole, name: {role}}}, subjects: [{subject}]}}"
    );
    let object = manifests(&manifest).objects.remove(0).decode().expect("it is a binding");
    let Content::Binding(binding) = object.content else { panic!("{manifest}") };
    let kind = ObjectKind::Watched(object.kind);
    let key = ObjectKey { kind, namespace: "".into(), name: role.into() };
    let binding = Arc::new(Binding::new(key.clone(), &binding));
    let mut touched = Vec::new();
    grants.set_binding(&key, Some(&binding), &mut touched);
    subjects(&touched)
}

fn subjects(touched: &[ObjectKey]) -> Vec<String> {
    let names = touched.iter().filter(|it| is_subject(it)).map(|it| it.name.to_string());
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

const ESCALATE: (&str, &str) =
    ("escalate", "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]}");
const WRITE: (&str, &str) =
    ("write", "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [update]}");
const LOOK: (&str, &str) = ("look", "{apiGroups: [''], resources: [pods], verbs: [get]}");
const ALL: &str = "{kind: Group, name: 'system:serviceaccounts'}";

fn account(namespace: &str, name: &str) -> String {
    format!("{{kind: ServiceAccount, name: {name}, namespace: {namespace}}}")
}

#[test]
fn a_right_of_a_group_touches_the_members_alone_whose_own_lead_further_with_it() {
    let members = [account("shop", "a"), account("tools", "b")].join(", ");
    let bound =
        [("escalate", &*members), ("look", &*account("shop", "c")), ("write", "{kind: User, name: jane}")];
    let mut grants = grants(&[ESCALATE, WRITE, LOOK, ("more", WRITE.1)], &bound);
    let mut touch = |role: &str, subject: &str| bind(&mut grants, role, subject);
    assert_eq!(touch("more", ALL), ["a", "b", "system:serviceaccounts"]);
    let of_shop = "{kind: Group, name: 'system:serviceaccounts:shop'}";
    assert_eq!(touch("more", of_shop), ["a", "b", "system:serviceaccounts", "system:serviceaccounts:shop"]);
    assert_eq!(touch("more", of_shop), ["a", "system:serviceaccounts:shop"]);
    assert_eq!(touch("more", "{kind: Group, name: dev}"), ["a", "dev", "system:serviceaccounts:shop"]);
    let authenticated = "{kind: Group, name: 'system:authenticated'}";
    assert_eq!(touch("more", authenticated), ["a", "b", "dev", "jane", "system:authenticated"]);
    assert_eq!(touch("look", ALL), ["c", "system:serviceaccounts"]);
}

#[test]
fn whoever_holds_nothing_of_it_any_more_is_not_touched() {
    let mut grants = grants(&[ESCALATE, WRITE], &[("escalate", &account("shop", "a"))]);
    bind(&mut grants, "escalate", &account("shop", "b"));
    assert_eq!(bind(&mut grants, "write", ALL), ["b", "system:serviceaccounts"]);
}

#[test]
fn a_role_touches_the_members_of_the_groups_that_it_is_bound_to() {
    let mut grants = grants(&[ESCALATE, WRITE], &[("escalate", &account("shop", "a")), ("write", ALL)]);
    let (key, _) = role_of(WRITE.0, "rules: []");
    for _ in 0..2 {
        let mut touched = Vec::new();
        grants.set_role(&key, None, &mut touched);
        assert_eq!(subjects(&touched), ["a", "system:serviceaccounts"]);
        cluster_role(&mut grants, "write", "", &format!("rules: [{}]", WRITE.1));
    }
}

#[test]
fn a_role_that_a_group_may_bind_touches_its_members() {
    let binds = "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind], resourceNames: [x]}";
    let writes = "{apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [create]}";
    let bound = [("binds", ALL), ("writes", &*account("shop", "a"))];
    let mut grants = grants(&[("binds", binds), ("writes", writes)], &bound);
    let (key, role) = role_of("x", "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]");
    let mut touched = Vec::new();
    grants.set_role(&key, Some((Arc::new(role), Arc::default())), &mut touched);
    assert_eq!(subjects(&touched), ["a", "system:serviceaccounts"]);
}
