//! Rights in the embedded cluster: the role that lets people edit a namespace, and who is given it where.

use jiff::Timestamp;

use crate::demo::objects::{ClusterRole, ObjectMeta, PolicyRule, RoleBinding, RoleRef, Subject};
use crate::demo::store::Store;
use crate::model::Kind;

const GROUP: &str = Kind::Role.group();

/// The role that lets its holder edit what runs in a namespace, its secrets among it.
pub(in crate::demo) const EDITOR: &str = "namespace-editor";

/// Makes the role [`EDITOR`].
pub(super) fn make_roles(store: &Store, now: Timestamp) {
    let rule = |group: &str, resources: &[&str]| PolicyRule {
        verbs: words(&["get", "list", "watch", "create", "update", "patch", "delete"]),
        api_groups: words(&[group]),
        resources: words(resources),
        ..PolicyRule::default()
    };
    let rules = vec![rule("", &["configmaps", "secrets", "services"]), rule("apps", &["deployments"])];
    let metadata = ObjectMeta { name: EDITOR.to_owned(), ..ObjectMeta::default() };
    store.put(ClusterRole { metadata, rules, aggregation_rule: None }, now);
}

/// Gives the group the role [`EDITOR`] in a namespace.
pub(in crate::demo) fn bind(store: &Store, namespace: &str, group: &str, now: Timestamp) {
    let metadata =
        ObjectMeta { name: group.to_owned(), namespace: namespace.to_owned(), ..ObjectMeta::default() };
    let subject = Subject {
        api_group: GROUP.to_owned(),
        kind: "Group".to_owned(),
        name: group.to_owned(),
        namespace: String::new(),
    };
    let role_ref =
        RoleRef { api_group: GROUP.to_owned(), kind: "ClusterRole".to_owned(), name: EDITOR.to_owned() };
    store.put(RoleBinding { metadata, subjects: vec![subject], role_ref }, now);
}

/// Takes the role from the group again.
pub(in crate::demo) fn unbind(store: &Store, namespace: &str, group: &str) {
    store.delete(Kind::RoleBinding, namespace, group);
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
