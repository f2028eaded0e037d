//! What is asked of rights as such: whom nobody listed as cluster admin, what no role may grant, and bindings and
//! roles that give more than they seem to.
//!
//! A right in a namespace is judged by the baselines that protect the namespace, a right on the whole cluster by
//! every baseline: each where it declares `rbac`. What Kubernetes itself grants is not judged.

mod declared;

pub(super) mod anonymous;
pub(super) mod dangling_binding;
pub(super) mod default_service_account;
pub(super) mod escalation;
pub(super) mod missing_grant;
pub(super) mod undeclared_grant;
pub(super) mod unlisted_cluster_admin;
pub(super) mod widened_aggregate;
pub(super) mod wildcard;

use std::sync::Arc;

use super::Facts;
use super::rights::{self, evidence, loosened, paths};
use crate::baseline::{Baseline, ForbiddenGrant, Rbac};
use crate::model::Finding;
use crate::rbac::Powers;
use crate::snapshot::Grantee;

/// The baselines that judge rights in this scope, with what they ask of them.
fn judging<'a>(facts: &Facts<'a>, scope: &Arc<str>) -> Vec<(&'a Baseline, &'a Rbac)> {
    let baselines = facts.protecting(scope).into_iter();
    baselines.filter_map(|it| it.rbac.as_ref().map(|rbac| (it, rbac))).collect()
}

/// The baselines that forbid this in this scope.
fn forbidding<'a>(facts: &Facts<'a>, scope: &Arc<str>, grant: ForbiddenGrant) -> Vec<&'a Baseline> {
    facts.protecting(scope).into_iter().filter(|it| forbids(it, grant)).collect()
}

fn forbids(baseline: &Baseline, grant: ForbiddenGrant) -> bool {
    baseline.rbac.as_ref().is_some_and(|rbac| rbac.forbid.contains(&grant))
}

/// The words of a finding in one scope.
struct Said {
    key: String,
    message: String,
    expected: &'static str,
}

/// A finding for every scope in which the subject has any of these powers, and for every baseline that objects.
fn in_each_scope<'a>(
    grantee: &Grantee,
    powers: Powers,
    objecting: impl Fn(&Arc<str>) -> Vec<&'a Baseline>,
    say: impl Fn(&Arc<str>) -> Said,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (scope, grants) in grantee.scopes() {
        let grants: Vec<_> = grants.into_iter().filter(|it| it.powers().has_any(powers)).collect();
        let baselines = if grants.is_empty() { Vec::new() } else { objecting(&scope) };
        if baselines.is_empty() {
            continue;
        }
        let paths = paths(&grants, powers);
        let actual = evidence(&paths);
        for baseline in baselines {
            let Said { key, message, expected } = say(&scope);
            let said = rights::Said { message, expected: expected.to_owned(), actual: actual.clone() };
            findings.push(loosened(&grantee.object(), &scope, key, baseline, said, &paths));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
