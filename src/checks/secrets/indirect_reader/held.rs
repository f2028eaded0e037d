//! The rights that a subject has in one scope, as far as each is a part of a way to secrets.

use std::sync::Arc;

use crate::checks::Facts;
use crate::checks::rights::paths;
use crate::model::{Kind, ObjectKey, ObjectKind};
use crate::rbac::{Grant, Path, Power, Powers};

/// What a subject is granted in a scope and, where that is a namespace, what it is granted everywhere; and so what its
/// groups are.
pub(super) struct Held<'a> {
    pub(super) facts: &'a Facts<'a>,
    /// Empty for all of the cluster.
    pub(super) scope: &'a Arc<str>,
    pub(super) grants: Vec<&'a Grant>,
    pub(super) of_groups: Vec<&'a Grant>,
}

/// The signers whose certificates the API server takes for those of clients.
const CLIENT_SIGNERS: [&str; 3] =
    ["kubernetes.io/*", "kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet"];

impl Held<'_> {
    /// The ways by which it has any of these powers to the full: names that a rule lists leave some without effect.
    pub(super) fn paths(&self, powers: Powers) -> Vec<Path> {
        self.counting(&self.grants, powers)
    }

    /// As [`Self::paths`], of its groups.
    pub(super) fn paths_of_groups(&self, powers: Powers) -> Vec<Path> {
        self.counting(&self.of_groups, powers)
    }

    /// Whether the subject has it by a grant of its own.
    pub(super) fn is_own(&self, path: &Path) -> bool {
        self.grants.iter().any(|grant| Arc::ptr_eq(&grant.binding, &path.binding))
    }

    fn counting(&self, grants: &[&Grant], powers: Powers) -> Vec<Path> {
        let mut paths = paths(grants, powers);
        paths.retain(|path| self.counts(path, powers));
        paths
    }

    /// Whether the rule gives one of these powers to the full.
    fn counts(&self, path: &Path, powers: Powers) -> bool {
        let rule = &path.rule;
        let names = &rule.rule.resource_names;
        let has = |power| powers.has(power) && rule.powers.has(power);
        if names.is_empty() {
            return true;
        }
        if has(Power::BindRoles) || has(Power::BindClusterRoles) {
            return names.iter().any(|name| self.role_leads(path, name));
        }
        if has(Power::ChangeNamespaces) {
            return names.iter().any(|name| **name == **self.scope);
        }
        if has(Power::ApproveForSigners) {
            return names.iter().any(|name| CLIENT_SIGNERS.contains(&name.as_str()));
        }
        if has(Power::RequestTokens) || has(Power::ImpersonateServiceAccounts) {
            return !path.binding.scope().is_empty();
        }
        !(has(Power::ImpersonateUsers) || has(Power::ImpersonateGroups))
    }

    /// Whether a role of this name that the rule may bind leads to secrets.
    fn role_leads(&self, path: &Path, name: &str) -> bool {
        let grants = self.facts.snapshot.grants();
        let role = |kind, namespace: &Arc<str>| ObjectKey {
            kind: ObjectKind::Watched(kind),
            namespace: Arc::clone(namespace),
            name: name.into(),
        };
        let powers = path.rule.powers;
        (powers.has(Power::BindRoles) && grants.leads_to_secrets(&role(Kind::Role, self.scope)))
            || (powers.has(Power::BindClusterRoles)
                && grants.leads_to_secrets(&role(Kind::ClusterRole, &"".into())))
    }
}
