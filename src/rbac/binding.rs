//! Bindings, and the subjects that they name.

use std::sync::Arc;

use super::bootstrap::bootstrap;
use crate::model::{Kind, ObjectKey, ObjectKind, tame_name};
use crate::wire::{self, RoleRef, Subject};

/// How the name begins that a service account has as a user.
const ACCOUNTS: &str = "system:serviceaccount:";

/// A `RoleBinding` or `ClusterRoleBinding`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub key: ObjectKey,
    /// The role that it gives; none where its kind is none that there is.
    pub role: Option<ObjectKey>,
    /// Whom it names, each once, without those that can be nobody.
    pub subjects: Vec<Bound>,
    /// How many it names that can be nobody.
    pub nobody: usize,
}

/// A subject of a binding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    pub key: ObjectKey,
    /// Kubernetes itself gives it this role by this binding, in one of its versions.
    pub is_bootstrap: bool,
}

impl Binding {
    /// The binding of this key, as its object says.
    pub fn new(key: ObjectKey, binding: &wire::Binding) -> Self {
        let role = role_key(&binding.role_ref, &key.namespace);
        let bound = |subject: &Subject| {
            let subject = subject_key(subject, &key.namespace)?;
            let is_bootstrap = role.as_ref().is_some_and(|role| bootstrap().binds(&key, role, &subject));
            Some(Bound { key: subject, is_bootstrap })
        };
        let mut subjects: Vec<Bound> = binding.subjects.iter().filter_map(bound).collect();
        let nobody = binding.subjects.len() - subjects.len();
        subjects.sort_unstable();
        subjects.dedup();
        Self { key, role, subjects, nobody }
    }

    /// The same with the names of its role and its subjects as `share` has them, which are held once for all.
    pub fn sharing(mut self, share: impl Fn(Arc<str>) -> Arc<str>) -> Self {
        let share = |key: ObjectKey| ObjectKey {
            kind: key.kind,
            namespace: share(key.namespace),
            name: share(key.name),
        };
        self.role = self.role.map(share);
        for bound in &mut self.subjects {
            bound.key = share(bound.key.clone());
        }
        self
    }

    /// The namespace in which it gives its role; empty for all of the cluster.
    pub fn scope(&self) -> &Arc<str> {
        &self.key.namespace
    }
}

/// The role that a binding in this namespace refers to.
pub(super) fn role_key(role_ref: &RoleRef, namespace: &Arc<str>) -> Option<ObjectKey> {
    let (kind, namespace) = match role_ref.kind.as_str() {
        "Role" => (Kind::Role, Arc::clone(namespace)),
        "ClusterRole" => (Kind::ClusterRole, Arc::default()),
        _ => return None,
    };
    Some(ObjectKey { kind: ObjectKind::Watched(kind), namespace, name: tamed(&role_ref.name) })
}

/// Whom a binding in this namespace names; none where that can be nobody.
pub(super) fn subject_key(subject: &Subject, namespace: &Arc<str>) -> Option<ObjectKey> {
    match subject.kind.as_str() {
        "User" => Some(user(&subject.name)),
        "Group" => Some(group(&subject.name)),
        "ServiceAccount" => {
            let namespace = if subject.namespace.is_empty() { namespace } else { &*subject.namespace };
            // The authorizer compares the names of users, and a binding may say a namespace that none can have.
            (!namespace.is_empty()).then(|| user(&format!("{ACCOUNTS}{namespace}:{}", subject.name)))
        }
        _ => None,
    }
}

/// The user of this name. By its name a service account is one too, and is then told as such.
pub fn user(name: &str) -> ObjectKey {
    let account = name.strip_prefix(ACCOUNTS).and_then(|rest| rest.split_once(':'));
    match account {
        Some((namespace, account))
            if !namespace.is_empty() && !account.is_empty() && !account.contains(':') =>
        {
            service_account(tamed(namespace), account)
        }
        _ => ObjectKey { kind: ObjectKind::User, namespace: Arc::default(), name: tamed(name) },
    }
}

/// The group of this name.
pub fn group(name: &str) -> ObjectKey {
    ObjectKey { kind: ObjectKind::Group, namespace: Arc::default(), name: tamed(name) }
}

/// The service account of this name.
pub fn service_account(namespace: Arc<str>, name: &str) -> ObjectKey {
    ObjectKey { kind: ObjectKind::Watched(Kind::ServiceAccount), namespace, name: tamed(name) }
}

/// A name that was chosen freely, as keys have it.
fn tamed(name: &str) -> Arc<str> {
    (*tame_name(name)).into()
}

/// Whether rights can be given to what has this key.
pub fn is_subject(key: &ObjectKey) -> bool {
    match key.kind {
        // An owner reference may name one as a controller within a namespace, which none is.
        ObjectKind::User | ObjectKind::Group => key.namespace.is_empty(),
        ObjectKind::Watched(kind) => kind == Kind::ServiceAccount && !key.namespace.is_empty(),
        ObjectKind::Cluster | ObjectKind::Other(_) => false,
    }
}

const AUTHENTICATED: &str = "system:authenticated";
const UNAUTHENTICATED: &str = "system:unauthenticated";

/// Whether it is whoever is not authenticated, as a user or as their group.
pub fn is_unauthenticated(subject: &ObjectKey) -> bool {
    is_anonymous(subject) || (subject.kind == ObjectKind::Group && *subject.name == *UNAUTHENTICATED)
}

/// Whether it is one of the groups of everybody who is authenticated, or is not.
pub(super) fn is_authentication_group(key: &ObjectKey) -> bool {
    key.kind == ObjectKind::Group && [AUTHENTICATED, UNAUTHENTICATED].contains(&&*key.name)
}

/// The groups to which everyone belongs who is named so, as authentication adds them. A group belongs to none.
pub fn implied_groups(user: &ObjectKey) -> Vec<ObjectKey> {
    let mut groups = Vec::new();
    if user.kind == ObjectKind::Group {
        return groups;
    }
    if user.kind == ObjectKind::Watched(Kind::ServiceAccount) {
        groups.push(group("system:serviceaccounts"));
        groups.push(group(&format!("system:serviceaccounts:{}", user.namespace)));
    }
    groups.push(group(if is_anonymous(user) { UNAUTHENTICATED } else { AUTHENTICATED }));
    groups
}

/// The groups to which somebody belongs who impersonates this user, where the groups `asked` were asked for: a service
/// account is in its own only where none were (`apiserver/pkg/endpoints/filters/impersonation`).
pub fn impersonated_groups(user: &ObjectKey, asked: Vec<ObjectKey>) -> Vec<ObjectKey> {
    if asked.is_empty() {
        return implied_groups(user);
    }
    let mut groups = asked;
    let [authenticated, unauthenticated] = [AUTHENTICATED, UNAUTHENTICATED].map(group);
    let added =
        if is_anonymous(user) || groups.contains(&unauthenticated) { unauthenticated } else { authenticated };
    if !groups.contains(&added) {
        groups.push(added);
    }
    groups
}

fn is_anonymous(user: &ObjectKey) -> bool {
    user.kind == ObjectKind::User && &*user.name == "system:anonymous"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(kind: &str, namespace: &str, name: &str) -> Subject {
        let [kind, namespace, name] = [kind, namespace, name].map(str::to_owned);
        Subject { kind, name, namespace, ..Subject::default() }
    }

    fn binding(namespace: &str, subjects: &[Subject]) -> Binding {
        let kind = if namespace.is_empty() { Kind::ClusterRoleBinding } else { Kind::RoleBinding };
        let key =
            ObjectKey { kind: ObjectKind::Watched(kind), namespace: namespace.into(), name: "b".into() };
        let binding = wire::Binding { subjects: subjects.to_vec(), ..wire::Binding::default() };
        Binding::new(key, &binding)
    }

    fn bound(namespace: &str, subjects: &[Subject]) -> Vec<String> {
        binding(namespace, subjects).subjects.iter().map(|it| it.key.to_string()).collect()
    }

    #[test]
    fn a_service_account_without_namespace_is_that_of_the_binding() {
        let account = subject("ServiceAccount", "", "ci");
        assert_eq!(bound("shop", std::slice::from_ref(&account)), ["ServiceAccount/shop/ci"]);
        assert_eq!(bound("", &[account]), [""; 0]);
    }

    #[test]
    fn a_user_by_the_name_of_a_service_account_is_the_service_account() {
        let account = subject("ServiceAccount", "shop", "ci");
        let user = subject("User", "", "system:serviceaccount:shop:ci");
        assert_eq!(bound("", &[account, user]), ["ServiceAccount/shop/ci"]);
        for odd in
            [subject("User", "", "system:serviceaccount:shop:a:b"), subject("ServiceAccount", "shop:a", "b")]
        {
            assert_eq!(bound("", &[odd]), ["User/system:serviceaccount:shop:a:b"]);
        }
    }

    #[test]
    fn a_subject_of_an_unknown_kind_is_nobody() {
        let subjects = [subject("Team", "", "dev"), subject("group", "", "dev"), subject("Group", "", "dev")];
        assert_eq!(bound("", &subjects), ["Group/dev"]);
        assert_eq!(binding("", &subjects).nobody, 2);
        let twice = [subject("Group", "", "dev"), subject("Group", "", "dev")];
        assert_eq!(binding("", &twice).nobody, 0);
    }

    #[test]
    fn a_name_that_turns_the_direction_of_writing_is_the_same_to_whoever_asks() {
        let name = "\u{202e}nimda";
        let [bound] = bound("", &[subject("User", "", name)]).try_into().unwrap();
        assert_eq!(bound, user(name).to_string());
        assert!(bound.starts_with(r"User/\u{202e}nimda~"), "{bound}");
        let spaced = subject("Group", "", "Cluster Ops <ops@example.com>");
        assert_eq!(self::bound("", &[spaced]), ["Group/Cluster Ops <ops@example.com>"]);
    }

    fn impersonated(name: &str, asked: &[&str]) -> Vec<String> {
        let asked = asked.iter().map(|name| group(name)).collect();
        impersonated_groups(&user(name), asked).iter().map(|it| it.name.to_string()).collect()
    }

    #[test]
    fn groups_are_added_as_impersonation_adds_them() {
        let account = "system:serviceaccount:shop:ci";
        let own = ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"];
        assert_eq!(impersonated(account, &[]), own);
        assert_eq!(impersonated(account, &["dev"]), ["dev", "system:authenticated"]);
        assert_eq!(impersonated("jane", &[]), ["system:authenticated"]);
        assert_eq!(impersonated("jane", &["system:authenticated"]), ["system:authenticated"]);
        assert_eq!(impersonated("jane", &["system:unauthenticated"]), ["system:unauthenticated"]);
        assert_eq!(impersonated("system:anonymous", &[]), ["system:unauthenticated"]);
        assert_eq!(impersonated("system:anonymous", &["dev"]), ["dev", "system:unauthenticated"]);
    }
}
