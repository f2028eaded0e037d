//! The ways through what is in a namespace: to act as a service account that reads secrets, or to get into a pod that
//! takes them in.

use std::sync::Arc;

use super::held::Held;
use super::reached::{Reached, step};
use super::seeker::{Seeker, reads};
use crate::checks::rights::paths;
use crate::model::{ObjectKey, ObjectKind};
use crate::rbac::{Grants, Path, Power, Powers, implied_groups};

/// How one comes to act as the service accounts of a namespace.
struct Acting {
    powers: Powers,
    says: &'static str,
    /// What it is to act so, before the account.
    then: &'static str,
    whom: Whom,
}

/// As which service accounts a rule lets one act.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    /// Any, whatever names the rule lists: they are those of pods or of their workloads. Every secret of the namespace
    /// itself is mounted anyway.
    Any,
    /// Those of the names that the rule lists, or any where it lists none.
    Named,
    /// Those as which pods run, whatever the names of the pods are.
    Running,
}

static ACTINGS: [Acting; 4] = [
    Acting {
        powers: Powers::of(&[Power::RunPods, Power::AlterPods]),
        says: "run or alter pods",
        then: "run as",
        whom: Whom::Any,
    },
    Acting {
        powers: Powers::of(&[Power::ExecInPods]),
        says: "run commands in pods",
        then: "be",
        whom: Whom::Running,
    },
    Acting {
        powers: Powers::of(&[Power::RequestTokens]),
        says: "request tokens of service accounts",
        then: "take a token of",
        whom: Whom::Named,
    },
    Acting {
        powers: Powers::of(&[Power::ImpersonateServiceAccounts]),
        says: "impersonate service accounts",
        then: "impersonate",
        whom: Whom::Named,
    },
];

/// Adds where the service accounts of a namespace read secrets as which one may act there.
pub(super) fn add_accounts(held: &Held<'_>, seeker: &Seeker<'_>, reached: &mut Reached) {
    for acting in &ACTINGS {
        let mut paths = held.paths(acting.powers);
        paths.retain(|path| path.binding.scope() == held.scope);
        if paths.is_empty() {
            continue;
        }
        let grants = &held.facts.snapshot.grants();
        for namespace in [held.scope, &Arc::from("")] {
            act(&Act { held, seeker, grants, acting, paths: &paths, namespace }, reached);
        }
    }
}

/// Adds where the service accounts read secrets as which one may act by their names, in whatever namespace they are.
pub(super) fn add_named_accounts(held: &Held<'_>, seeker: &Seeker<'_>, reached: &mut Reached) {
    let grants = &held.facts.snapshot.grants();
    for acting in ACTINGS.iter().filter(|acting| acting.whom == Whom::Named) {
        let mut paths = paths(&held.grants, acting.powers);
        paths.retain(|path| !path.rule.rule.resource_names.is_empty());
        if paths.is_empty() {
            continue;
        }
        for namespace in grants.namespaces_of_readers() {
            act(&Act { held, seeker, grants, acting, paths: &paths, namespace }, reached);
        }
    }
}

/// Acting as service accounts of a namespace, which these ways allow.
struct Act<'a> {
    held: &'a Held<'a>,
    seeker: &'a Seeker<'a>,
    grants: &'a Grants,
    acting: &'a Acting,
    paths: &'a [Path],
    /// Empty for the group of all service accounts.
    namespace: &'a Arc<str>,
}

/// Adds where one reads secrets by acting so.
fn act(act: &Act<'_>, reached: &mut Reached) {
    for (scope, accounts) in act.grants.readers_in(act.namespace) {
        if act.is_known(scope) {
            continue;
        }
        for account in accounts.keys().filter(|account| act.is_other(account)) {
            let ways = act.ways(account);
            let Some(then) = act.then(account).filter(|_| !ways.is_empty()) else { continue };
            let chain = || {
                let may = may(act.acting.says, act.held.scope, &ways);
                format!("{may} > {then} > {}", reading(act.grants, account, scope))
            };
            reached.add(scope, &ways, chain);
        }
    }
}

impl Act<'_> {
    /// Whether acting so leads to nothing in the scope that is not told already. What an account reads at home is
    /// nothing new to whoever reads it as well, or mounts it.
    fn is_known(&self, scope: &Arc<str>) -> bool {
        let home = if self.held.scope.is_empty() { self.namespace } else { self.held.scope };
        let is_home = !scope.is_empty() && scope == home;
        let is_new = self.acting.whom != Whom::Any && !reads(self.seeker.grantee, scope);
        (is_home && !is_new) || self.seeker.is_passed_over(scope)
    }

    /// Whether it is there, and neither the subject itself nor a group to which that belongs.
    fn is_other(&self, account: &ObjectKey) -> bool {
        let subject = self.seeker.grantee.key;
        match account.kind {
            ObjectKind::Group => account != subject && !implied_groups(subject).contains(account),
            _ => account != subject && self.held.facts.snapshot.is_account(account),
        }
    }

    /// The ways that allow to act as this account. Which accounts are of a group is left open.
    fn ways(&self, account: &ObjectKey) -> Vec<Path> {
        let is_any = self.acting.whom != Whom::Named || account.kind == ObjectKind::Group;
        self.paths.iter().filter(|path| is_any || names(path, &account.name)).cloned().collect()
    }

    /// What it is to act as this account; none where no pod runs as it, and one has to be there.
    fn then(&self, account: &ObjectKey) -> Option<String> {
        let member = if account.kind == ObjectKind::Group { "one of " } else { "" };
        let then = format!("{} {member}{account}", self.acting.then);
        if self.acting.whom != Whom::Running {
            return Some(then);
        }
        let workload = self.held.facts.snapshot.first_running_as(account, self.held.scope)?;
        Some(format!("{then}, as which {workload} runs"))
    }
}

/// Whether the rule allows what it does for an object of this name.
fn names(path: &Path, name: &str) -> bool {
    let names = &path.rule.rule.resource_names;
    names.is_empty() || names.iter().any(|it| it == name)
}

/// Adds a way into pods that take secrets in.
pub(super) fn add_pods(held: &Held<'_>, reached: &mut Reached) {
    let paths = held.paths(Powers::of(&[Power::ExecInPods]));
    let here = paths.iter().any(|path| path.binding.scope() == held.scope);
    let workload = held.facts.snapshot.first_with_secrets(held.scope).filter(|_| here);
    let Some(workload) = workload else { return };
    let chain = || {
        let may = may("run commands in pods", held.scope, &paths);
        format!("{may} > read the secrets that {workload} takes in")
    };
    reached.add(held.scope, &paths, chain);
}

/// The first step of a chain.
pub(super) fn may(says: &str, scope: &str, paths: &[Path]) -> String {
    format!("may {}", step(says, scope, paths))
}

/// By which rules someone reads the secrets of the scope.
pub(super) fn reading(grants: &Grants, key: &ObjectKey, scope: &str) -> String {
    let there = grants.grants_of(key).into_iter().filter(|grant| **grant.scope() == *scope);
    let paths: Vec<Path> = there
        .flat_map(|grant| {
            let rules = grant.role.rules.iter().filter(|rule| rule.powers.has_any(Powers::READ_SOME_SECRETS));
            rules.map(|rule| grant.path(rule)).collect::<Vec<_>>()
        })
        .collect();
    step("read secrets", scope, &paths)
}
