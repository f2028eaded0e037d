//! What is declared that a subject may do, it must be able to do.
//!
//! Where a baseline has `rbac.grants: declared`. Reads, for each scope, what the declared roles and bindings grant to
//! the subject beyond what Kubernetes itself grants. Allowed: that it has all of it there or for the whole cluster,
//! by its own bindings or by those of the groups to which it belongs by what it is, such as
//! `system:serviceaccounts:shop`. It is judged too where nothing at all is bound to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::declared::{Beyond, asking, beyond, is_asked};
use crate::baseline::Baseline;
use crate::checks::rights::{name_of, paths, place};
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Direction, Finding, Severity};
use crate::rbac::{Grant, Path, Powers};
use crate::snapshot::Grantee;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rbac/missing-grant",
        severity: Severity::Medium,
        title: "declared right that is not granted",
        why: "Whoever lacks a right that was declared cannot do its work, and what fails for it may be what guards \
              or heals the cluster. It also means that somebody changes roles or bindings beside what is declared.",
        mend: "Restore the roles and bindings as they are declared; or declare less.",
        references: &["https://kubernetes.io/docs/reference/access-authn-authz/rbac/"],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(evaluate),
};

fn evaluate(facts: &Facts<'_>, grantee: &Grantee) -> Vec<Finding> {
    let (subject, declared) = (grantee.key, &facts.declared.rights);
    if !declared.names(subject) || !is_asked(facts) {
        return Vec::new();
    }
    let declared: Vec<Grant> = declared.grants().grants_of(subject);
    let mut scopes: BTreeMap<&Arc<str>, Vec<&Grant>> = BTreeMap::new();
    for grant in &declared {
        scopes.entry(grant.scope()).or_default().push(grant);
    }
    scopes.iter().flat_map(|(scope, grants)| judge(facts, grantee, scope, grants)).collect()
}

fn judge(facts: &Facts<'_>, grantee: &Grantee, scope: &Arc<str>, grants: &[&Grant]) -> Vec<Finding> {
    let asking = asking(facts, scope);
    if asking.is_empty() {
        return Vec::new();
    }
    let subject = grantee.key;
    let held = facts.snapshot.grants().holding(subject, scope);
    // What Kubernetes grants to the subject or its groups, it restores.
    let restored = facts.declared.rights.grants().holding(subject, scope);
    let restored = restored.iter().filter(|grant| grant.is_bootstrap);
    let restored = restored.flat_map(|grant| &grant.role.rules).filter(|rule| rule.is_bootstrap);
    let held = held.iter().flat_map(|grant| &grant.role.rules);
    let rules = held.chain(restored).map(|it| &it.rule);
    let Some(beyond) = beyond(rules, paths(grants, Powers::ANYTHING), scope) else { return Vec::new() };
    asking.into_iter().map(|baseline| finding(grantee, scope, baseline, &beyond)).collect()
}

fn finding(grantee: &Grantee, scope: &Arc<str>, baseline: &Baseline, beyond: &Beyond) -> Finding {
    let (subject, place) = (grantee.key, place(scope));
    let (direction, message) = match beyond.words {
        Ok(_) => (Direction::Tightened, format!("{subject} lacks rights {place} that are declared")),
        Err(_) => {
            (Direction::Changed, format!("whether {subject} has its declared rights {place} cannot be told"))
        }
    };
    Finding {
        object: grantee.object(),
        exposed: Some(Arc::clone(scope)),
        key: name_of(scope).to_owned(),
        direction,
        count: 1,
        message,
        expected: beyond.evidence(),
        actual: "not granted".to_owned(),
        path: beyond.paths.first().map(Path::to_string).unwrap_or_default(),
        remedy: "restore these roles and bindings as they are declared, or declare less".to_owned(),
        declaration: Some(Arc::clone(&baseline.declaration)),
    }
}
