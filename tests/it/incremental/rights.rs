//! The rights of the small universe: few rules, roles and subjects, so that each often leads to another.

use std::sync::{Arc, LazyLock};

use plimsoll::baseline::Declared as Baselines;
use plimsoll::baseline::{
    DeclaredRights, Indirect, Rbac, SecretReader, Secrets, Shelf, Source, Subject as Declared,
};
use plimsoll::model::Kind;
use plimsoll::wire::{
    AggregationRule, Binding, Content, LabelSelector, Object, PolicyRule, Role, RoleRef, Subject, manifests,
};
use proptest::prelude::*;

/// The label by which cluster roles gather others.
pub(super) const GATHERED: (&str, &str) = ("pod-template-hash", "1");

/// The kinds on which rights hang.
pub(super) const KINDS: [Kind; 6] = [
    Kind::Namespace,
    Kind::ServiceAccount,
    Kind::Role,
    Kind::ClusterRole,
    Kind::RoleBinding,
    Kind::ClusterRoleBinding,
];

/// Verbs, group, resource, and the name that limits the rule.
const RULES: [(&str, &str, &str, &str); 23] = [
    ("get", "", "pods", ""),
    ("list", "", "secrets", ""),
    ("get", "", "secrets", "db"),
    ("patch", "", "secrets", ""),
    ("create", "", "pods", ""),
    ("patch", "apps", "deployments", ""),
    ("create", "", "pods/exec", ""),
    ("create", "", "serviceaccounts/token", ""),
    ("create", "", "serviceaccounts/token", "ci"),
    ("impersonate", "", "serviceaccounts", "default"),
    ("impersonate", "", "users", "jane"),
    ("impersonate", "", "groups", "dev"),
    ("bind", RBAC, "clusterroles", "readers"),
    ("bind", RBAC, "roles", "reader"),
    ("create", RBAC, "rolebindings", ""),
    ("escalate", RBAC, "roles", ""),
    ("update", RBAC, "roles", ""),
    ("patch", "", "namespaces", "payments"),
    ("get", "", "nodes/proxy", ""),
    ("*", "", "*", ""),
    ("*", "*", "*", ""),
    ("get list watch create", "*", "*", ""),
    ("update patch delete deletecollection", "*", "*", ""),
];

const RBAC: &str = "rbac.authorization.k8s.io";

const ROLES: [(&str, &str); 5] = [
    ("Role", "reader"),
    ("ClusterRole", "readers"),
    ("ClusterRole", "all"),
    ("ClusterRole", "nothing"),
    ("Unknown", "reader"),
];

const SUBJECTS: [(&str, &str, &str); 10] = [
    ("ServiceAccount", "shop", "ci"),
    ("ServiceAccount", "payments", "ci"),
    ("ServiceAccount", "payments", "default"),
    ("ServiceAccount", "", "ci"),
    ("Group", "", "dev"),
    ("Group", "", "system:serviceaccounts"),
    ("Group", "", "system:serviceaccounts:shop"),
    ("Group", "", "system:authenticated"),
    ("User", "", "jane"),
    ("User", "", "system:serviceaccount:shop:default"),
];

/// A cluster in which one right leads to another: whoever runs pods in `shop` reads as `ci` in `payments`, and whoever
/// is bound by `b4` reads there as `jane`.
const LEADING: &str = r#"
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {tier: production}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {tier: production}}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: ci, namespace: shop}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: readers},
 rules: [{apiGroups: [""], resources: [secrets], verbs: [list]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: all},
 rules: [{apiGroups: [""], resources: [pods, pods/exec, serviceaccounts/token], verbs: [create]},
         {apiGroups: [""], resources: [users], verbs: [impersonate], resourceNames: [jane]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b1, namespace: payments},
 roleRef: {kind: ClusterRole, name: readers},
 subjects: [{kind: ServiceAccount, name: ci, namespace: shop}, {kind: User, name: jane}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b2, namespace: shop},
 roleRef: {kind: ClusterRole, name: all}, subjects: [{kind: Group, name: dev}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b3, namespace: shop},
 roleRef: {kind: ClusterRole, name: readers}, subjects: [{kind: ServiceAccount, name: ci, namespace: shop}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b4},
 roleRef: {kind: ClusterRole, name: all}, subjects: [{kind: ServiceAccount, name: default, namespace: payments}]}
"#;

/// A cluster in which accounts and their groups hold together what neither does alone: `ci` in `shop` may do
/// everything, and `default` there may let a role of `payments` read its secrets, or bind one that does.
const TOGETHER: &str = r#"
{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {tier: production}}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: all},
 rules: [{apiGroups: ["*"], resources: ["*"], verbs: [get, list, watch, create]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: readers},
 rules: [{apiGroups: ["*"], resources: ["*"], verbs: [update, patch, delete, deletecollection]},
         {apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]},
         {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind], resourceNames: [all]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: reader, namespace: payments},
 rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [update]},
         {apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [create]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b4},
 roleRef: {kind: ClusterRole, name: all}, subjects: [{kind: ServiceAccount, name: ci, namespace: shop}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b5},
 roleRef: {kind: ClusterRole, name: readers}, subjects: [{kind: Group, name: "system:serviceaccounts"}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b1, namespace: payments},
 roleRef: {kind: Role, name: reader}, subjects: [{kind: ServiceAccount, name: default, namespace: shop}]}
"#;

/// What [`LEADING`] holds.
pub(super) fn leading() -> Vec<Object> {
    objects(LEADING)
}

/// What [`TOGETHER`] holds.
pub(super) fn together() -> Vec<Object> {
    objects(TOGETHER)
}

fn objects(text: &str) -> Vec<Object> {
    let manifests = manifests(text).objects.into_iter();
    manifests.map(|manifest| manifest.decode().expect("it is well formed")).collect()
}

/// What is declared to be granted: in one namespace and everywhere, to accounts, a group of them and a user.
const GRANTED: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: readers}
rules:
- {apiGroups: [""], resources: [pods], verbs: [get]}
- {apiGroups: [""], resources: [secrets], verbs: [list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b1, namespace: payments}
roleRef: {kind: ClusterRole, name: readers}
subjects: [{kind: ServiceAccount, name: ci, namespace: shop}, {kind: User, name: jane}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b2, namespace: shop}
roleRef: {kind: ClusterRole, name: readers}
subjects: [{kind: Group, name: "system:serviceaccounts"}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b4}
roleRef: {kind: ClusterRole, name: readers}
subjects: [{kind: ServiceAccount, name: default, namespace: payments}]
"#;

/// What [`GRANTED`] declares. With Kubernetes' own it is much to read for every case.
static RIGHTS: LazyLock<Arc<DeclaredRights>> = LazyLock::new(|| {
    let source = Source { file: "granted.yaml".into(), content: Ok(GRANTED.into()) };
    Shelf::new(Vec::new()).update(vec![source]).rights
});

/// What is declared of rights.
pub(super) fn declare(declared: &mut Baselines) {
    declared.rights = Arc::clone(&RIGHTS);
    let baseline = &mut declared.baselines[0];
    let reader = SecretReader {
        subject: Declared::Group("dev".to_owned()),
        verbs: vec!["list".to_owned()],
        namespaces: vec!["shop".to_owned()],
        via: None,
    };
    let secrets = Secrets { readers: Some(vec![reader]), indirect: Indirect::Forbid, ..Secrets::default() };
    baseline.secrets = Some(secrets);
    let cluster_admins = Some(vec![Declared::User("jane".to_owned())]);
    baseline.rbac = Some(Rbac { cluster_admins, declared_grants: true, ..Rbac::default() });
}

/// What a role and a binding may hold.
#[derive(Debug, Clone)]
pub(super) struct Rights {
    role: Role,
    binding: Binding,
}

impl Rights {
    /// What an object of this kind holds of it.
    pub(super) fn content(self, kind: Kind) -> Content {
        match kind {
            Kind::Role => Content::Role(Role { aggregation: None, ..self.role }),
            Kind::ClusterRole => Content::Role(self.role),
            Kind::RoleBinding | Kind::ClusterRoleBinding => Content::Binding(Box::new(self.binding)),
            _ => Content::Nothing,
        }
    }
}

pub(super) fn any_rights() -> impl Strategy<Value = Rights> {
    let rules = prop::collection::vec(prop::sample::select(RULES.to_vec()), 0..4);
    let subjects = prop::collection::vec(prop::sample::select(SUBJECTS.to_vec()), 0..3);
    let role_ref = prop::sample::select(ROLES.to_vec());
    (rules, prop::bool::weighted(0.2), role_ref, subjects).prop_map(|(rules, gathers, role_ref, subjects)| {
        let aggregation = gathers.then(|| AggregationRule { cluster_role_selectors: vec![gathered()] });
        let role = Role { rules: rules.into_iter().map(rule).collect(), aggregation };
        let (kind, name) = role_ref;
        let role_ref = RoleRef { kind: kind.to_owned(), name: name.to_owned(), ..RoleRef::default() };
        let binding = Binding { role_ref, subjects: subjects.into_iter().map(subject).collect() };
        Rights { role, binding }
    })
}

fn gathered() -> LabelSelector {
    let (key, value) = GATHERED;
    LabelSelector { match_labels: [(key.to_owned(), value.to_owned())].into(), ..LabelSelector::default() }
}

fn rule((verbs, group, resource, name): (&str, &str, &str, &str)) -> PolicyRule {
    PolicyRule {
        verbs: verbs.split(' ').map(str::to_owned).collect(),
        api_groups: vec![group.to_owned()],
        resources: vec![resource.to_owned()],
        resource_names: (!name.is_empty()).then(|| name.to_owned()).into_iter().collect(),
        non_resource_urls: Vec::new(),
    }
}

fn subject((kind, namespace, name): (&str, &str, &str)) -> Subject {
    let [kind, namespace, name] = [kind, namespace, name].map(str::to_owned);
    Subject { kind, namespace, name, ..Subject::default() }
}
