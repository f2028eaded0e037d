//! Roles, bindings and requests by chance, in a universe so small that they often meet.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::brute_force::Written;
use crate::model::{Kind, ObjectKey, ObjectKind};
use crate::wire::{
    AggregationRule, Binding, LabelSelector, LabelSelectorRequirement, PolicyRule, Role, RoleRef, Subject,
};

/// One thing that happens in a cluster: a role or a binding that comes, changes or goes.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Role(ObjectKey, Option<Written>),
    Binding(ObjectKey, Option<Binding>),
}

/// Whether somebody may do something.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) user: &'static str,
    pub(super) groups: Vec<&'static str>,
    pub(super) verb: &'static str,
    pub(super) namespace: &'static str,
    pub(super) about: About,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum About {
    Resource { group: &'static str, resource: &'static str, subresource: &'static str, name: &'static str },
    Path(&'static str),
}

const NAMESPACES: [&str; 2] = ["shop", "payments"];

/// Everyone who is asked about. The last two are one service account, and what would be one if it could have that name.
pub(super) const USERS: [&str; 5] =
    ["ada", "ben", "nobody", "system:serviceaccount:shop:ci", "system:serviceaccount:shop:payments:ci"];
pub(super) const GROUPS: [&str; 3] = ["dev", "ops", "system:serviceaccounts"];

/// The first is one of Kubernetes' own.
const CLUSTER_ROLES: [&str; 5] = ["view", "a", "b", "c", "d"];

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..50)
}

fn step() -> impl Strategy<Value = Step> {
    let role = prop::option::weighted(0.85, written());
    let binding = prop::option::weighted(0.85, binding());
    prop_oneof![
        (role_key(), role).prop_map(|(key, role)| Step::Role(key.clone(), role.map(|it| of_kind(&key, it)))),
        (binding_key(), binding).prop_map(|(key, binding)| Step::Binding(key, binding)),
    ]
}

/// Cluster roles alone gather others.
fn of_kind(key: &ObjectKey, mut written: Written) -> Written {
    if key.kind == ObjectKind::Watched(Kind::Role) {
        written.role.aggregation = None;
    }
    written
}

pub(super) fn questions() -> impl Strategy<Value = Vec<Question>> {
    prop::collection::vec(question(), 20)
}

fn question() -> impl Strategy<Value = Question> {
    let who = (select(&USERS[..]), subsequence(&GROUPS[..], 0..2));
    let verb = select(&["get", "list", "create", "*"][..]);
    (who, verb, select(&["", "shop", "payments", "other"][..]), about()).prop_map(
        |((user, groups), verb, namespace, about)| {
            // No path is within a namespace.
            let namespace = if matches!(about, About::Path(_)) { "" } else { namespace };
            Question { user, groups, verb, namespace, about }
        },
    )
}

fn about() -> impl Strategy<Value = About> {
    let resource = (
        select(&["", "apps"][..]),
        select(&["pods", "secrets", "pods/exec", "*"][..]),
        select(&["", "", "exec", "log", "*"][..]),
        select(&["", "db", "web"][..]),
    );
    prop_oneof![
        4 => resource.prop_map(|(group, resource, subresource, name)| {
            About::Resource { group, resource, subresource, name }
        }),
        1 => select(&["/x", "/x/y", "/xy", "/*"][..]).prop_map(About::Path),
    ]
}

fn key(kind: Kind, namespace: &str, name: &str) -> ObjectKey {
    ObjectKey { kind: ObjectKind::Watched(kind), namespace: namespace.into(), name: name.into() }
}

fn role_key() -> impl Strategy<Value = ObjectKey> {
    prop_oneof![
        2 => select(&CLUSTER_ROLES[..]).prop_map(|name| key(Kind::ClusterRole, "", name)),
        1 => (select(&NAMESPACES[..]), select(&["a", "b"][..]))
            .prop_map(|(namespace, name)| key(Kind::Role, namespace, name)),
    ]
}

fn binding_key() -> impl Strategy<Value = ObjectKey> {
    prop_oneof![
        select(&["a", "b", "c"][..]).prop_map(|name| key(Kind::ClusterRoleBinding, "", name)),
        (select(&NAMESPACES[..]), select(&["a", "b"][..])).prop_map(|(namespace, name)| key(
            Kind::RoleBinding,
            namespace,
            name
        )),
    ]
}

fn written() -> impl Strategy<Value = Written> {
    let labels = prop::collection::btree_map(select(&["team", "tier"][..]), select(&["1", "2"][..]), 0..3);
    let selectors = prop::option::weighted(0.4, prop::collection::vec(selector(), 0..3));
    (prop::collection::vec(rule(), 0..3), selectors, labels).prop_map(|(rules, selectors, labels)| {
        let aggregation = selectors.map(|selectors| AggregationRule { cluster_role_selectors: selectors });
        Written { role: Role { rules, aggregation }, labels: owned(labels) }
    })
}

fn owned(labels: BTreeMap<&str, &str>) -> BTreeMap<String, String> {
    labels.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn selector() -> impl Strategy<Value = LabelSelector> {
    let keys = || select(&["team", "tier"][..]);
    let labels = prop::collection::btree_map(keys(), select(&["1", "2"][..]), 0..2);
    let operator = select(&["In", "NotIn", "Exists", "DoesNotExist", "Near"][..]);
    let requirement = (keys(), operator, words(&["1", "2"])).prop_map(|(key, operator, values)| {
        LabelSelectorRequirement { key: key.to_owned(), operator: operator.to_owned(), values }
    });
    (labels, prop::collection::vec(requirement, 0..2)).prop_map(|(labels, match_expressions)| LabelSelector {
        match_labels: owned(labels),
        match_expressions,
    })
}

fn rule() -> impl Strategy<Value = PolicyRule> {
    (
        words(&["get", "list", "create", "*"]),
        words(&["", "apps", "*"]),
        words(&["pods", "secrets", "pods/exec", "pods/*", "*/exec", "*/*", "*"]),
        prop_oneof![2 => Just(Vec::new()), 1 => words(&["db", "", "*"])],
        prop_oneof![2 => Just(Vec::new()), 1 => words(&["/x", "/x/*", "/x*", "/**", "*", "/*/y"])],
    )
        .prop_map(|(verbs, api_groups, resources, resource_names, non_resource_urls)| PolicyRule {
            verbs,
            api_groups,
            resources,
            resource_names,
            non_resource_urls,
        })
}

/// Up to two of them.
fn words(of: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    subsequence(of, 0..=2).prop_map(owned)
}

fn binding() -> impl Strategy<Value = Binding> {
    let role = (select(&["ClusterRole", "ClusterRole", "Role", "Task"][..]), select(&CLUSTER_ROLES[..]));
    (role, prop::collection::vec(subject(), 0..4)).prop_map(|((kind, name), subjects)| Binding {
        role_ref: RoleRef { kind: kind.to_owned(), name: name.to_owned(), ..RoleRef::default() },
        subjects,
    })
}

fn subject() -> impl Strategy<Value = Subject> {
    let account = select(&["", "shop", "payments", "shop:payments"][..]);
    prop_oneof![
        3 => select(&USERS[..]).prop_map(|name| ("User", "", name)),
        3 => select(&GROUPS[..]).prop_map(|name| ("Group", "", name)),
        3 => account.prop_map(|namespace| ("ServiceAccount", namespace, "ci")),
        1 => Just(("Team", "", "dev")),
    ]
    .prop_map(|(kind, namespace, name)| {
        let [kind, namespace, name] = [kind, namespace, name].map(str::to_owned);
        Subject { kind, name, namespace, ..Subject::default() }
    })
}
