//! Roles, and what they come to with all that an aggregation gathers into them.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::bootstrap::bootstrap;
use super::excess::excess;
use super::powers::{Power, Powers, powers_of};
use super::reach::is_naming;
use crate::model::{Labels, ObjectKey, label};
use crate::wire::{self, LabelSelector, PolicyRule};

/// A `Role` or `ClusterRole` by itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Role {
    pub rules: Vec<Arc<Rule>>,
    /// The labels of the `ClusterRoles` whose rules are gathered into it; none if it does not aggregate.
    pub gathers: Option<Vec<LabelSelector>>,
}

/// A rule, where it stands, and what it amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The role in which it is written.
    pub role: ObjectKey,
    /// Its place there, from 1.
    pub number: usize,
    pub rule: PolicyRule,
    pub powers: Powers,
    /// Kubernetes itself puts it, in one of its versions, into the role of which it is a rule: the one in which it is
    /// written or, of what a role comes to, the one that gathers it.
    pub is_bootstrap: bool,
}

impl Role {
    /// The role of this key, as its object says.
    pub fn new(key: &ObjectKey, role: wire::Role) -> Self {
        let own = bootstrap().rules(key);
        // Rules that are too large to compare are none of Kubernetes'.
        let beyond = if own.is_empty() { None } else { excess(own, &role.rules).ok() };
        let is_bootstrap = |at| beyond.as_ref().is_some_and(|it| it.from.binary_search(&at).is_err());
        Self::with(key, role, is_bootstrap)
    }

    /// Whether it gathers a role with these labels.
    pub(super) fn finds(&self, labels: &Labels) -> bool {
        self.gathers.as_ref().is_some_and(|selectors| select(selectors, labels))
    }

    /// The role of this key, where it is known which of its rules, by their places from 0, Kubernetes itself puts
    /// there.
    pub(super) fn with(key: &ObjectKey, written: wire::Role, is_bootstrap: impl Fn(usize) -> bool) -> Self {
        let rule = |(at, rule): (usize, PolicyRule)| {
            let (powers, is_bootstrap) = (powers_of(&rule), is_bootstrap(at));
            Arc::new(Rule { role: key.clone(), number: at + 1, rule, powers, is_bootstrap })
        };
        Self {
            rules: written.rules.into_iter().enumerate().map(rule).collect(),
            gathers: written.aggregation.map(|it| it.cluster_role_selectors),
        }
    }
}

/// Whether any of the selectors finds a role with these labels.
pub(super) fn select(selectors: &[LabelSelector], labels: &Labels) -> bool {
    selectors.iter().any(|it| it.matches(|key| label(labels, key)))
}

/// What a role comes to: its own rules, and those that its aggregation gathers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effective {
    pub rules: Vec<Arc<Rule>>,
    pub powers: Powers,
    /// The powers of what Kubernetes itself does not put there.
    pub beyond_bootstrap: Powers,
    /// What it amounts to hangs on the users, groups, roles or namespaces that some rule names.
    pub(super) is_naming: bool,
}

impl Effective {
    /// What it amounts to for whom it is granted: for Kubernetes' own grants, what goes beyond them.
    pub(super) const fn granted(&self, is_bootstrap: bool, is_cluster_wide: bool) -> Powers {
        let powers = if is_bootstrap { self.beyond_bootstrap } else { self.powers };
        if is_cluster_wide { powers } else { powers.without(CLUSTER_ONLY) }
    }

    /// What the roles come to together, where Kubernetes itself makes it come to `own`. A rule that stands in several
    /// counts once, for the first.
    pub(super) fn of<'a>(own: &[PolicyRule], roles: impl Iterator<Item = &'a Role>) -> Self {
        let mut known = HashSet::with_hasher(RandomState::default());
        let distinct: Vec<&Arc<Rule>> =
            roles.flat_map(|role| &role.rules).filter(|it| known.insert(&it.rule)).collect();
        let written = || distinct.iter().map(|it| it.rule.clone()).collect::<Vec<_>>();
        // Rules that are too large to compare are none of Kubernetes'.
        let beyond = if own.is_empty() { None } else { excess(own, &written()).ok() };
        let mut effective = Self::default();
        for (at, rule) in distinct.into_iter().enumerate() {
            let is_bootstrap = beyond.as_ref().is_some_and(|it| it.from.binary_search(&at).is_err());
            effective.powers = effective.powers.or(rule.powers);
            effective.is_naming |= is_naming(rule);
            if !is_bootstrap {
                effective.beyond_bootstrap = effective.beyond_bootstrap.or(rule.powers);
            }
            effective.rules.push(if rule.is_bootstrap == is_bootstrap {
                Arc::clone(rule)
            } else {
                Arc::new(Rule { is_bootstrap, ..Rule::clone(rule) })
            });
        }
        effective
    }
}

/// What a `RoleBinding` cannot give, because no namespace has what it is about. `bind` on `ClusterRoles` is asked for
/// in the namespace of the binding, and a change to a namespace in that namespace itself.
const CLUSTER_ONLY: Powers = Powers::of(&[
    Power::ImpersonateUsers,
    Power::ImpersonateGroups,
    Power::ImpersonateAttributes,
    Power::ImpersonateConstrained,
    Power::EscalateClusterRoles,
    Power::WriteClusterRoles,
    Power::WriteClusterRoleBindings,
    Power::CreateSigningRequests,
    Power::ApproveSigningRequests,
    Power::ApproveForSigners,
    Power::ReachKubelets,
    Power::CreateVolumes,
    Power::ControlWebhooks,
]);
