//! What a subject may do must be declared.
//!
//! Where a baseline has `rbac.grants: declared`. Reads, for each scope, what is bound to the subject there beyond what
//! Kubernetes itself grants. Allowed: what the declared roles and bindings grant to it in that scope or for the whole
//! cluster, to it by name or to the groups to which it belongs by what it is; and what Kubernetes grants to these. A
//! role in another form that grants the same is no deviation. Rights that are too large to compare are told, for it
//! is not known that they are declared.

mod remedy;

use std::sync::Arc;

use super::declared::{self, Beyond, asking, is_asked};
use crate::checks::rights::{Said, loosened, name_of, paths, place};
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Direction, Finding, Severity};
use crate::rbac::{Grant, Powers};
use crate::snapshot::Grantee;
use remedy::remedy;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rbac/undeclared-grant",
        severity: Severity::High,
        title: "right that is not declared",
        why: "A right that nobody declared was never reviewed: it was granted by hand, by an operator or by whoever \
              had got in, and it stays until somebody notices.",
        mend: "Take the right away; or declare a role and a binding that grant it.",
        references: &[
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#periodic-review",
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
        ],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(evaluate),
};

fn evaluate(facts: &Facts<'_>, grantee: &Grantee) -> Vec<Finding> {
    if !grantee.powers.has_any(Powers::ANYTHING) || !is_asked(facts) {
        return Vec::new();
    }
    let scopes = grantee.scopes();
    scopes.iter().flat_map(|(scope, grants)| judge(facts, grantee, scope, grants)).collect()
}

fn judge(facts: &Facts<'_>, grantee: &Grantee, scope: &Arc<str>, grants: &[&Grant]) -> Vec<Finding> {
    let asking = asking(facts, scope);
    if asking.is_empty() {
        return Vec::new();
    }
    let declared = facts.declared.rights.grants().holding(grantee.key, scope);
    let rules = declared.iter().flat_map(|grant| &grant.role.rules).map(|it| &it.rule);
    let Some(beyond) = declared::beyond(rules.clone(), paths(grants, Powers::ANYTHING), scope) else {
        return Vec::new();
    };
    let undeclared = |paths| Some(declared::beyond(rules.clone(), paths, scope)?.words().to_owned());
    let remedy = remedy(facts.declared.rights.grants(), grantee.key, &beyond.paths, undeclared);
    let direction = if beyond.words.is_ok() { Direction::Loosened } else { Direction::Changed };
    let finding = |baseline| {
        let said = said(grantee, scope, &beyond);
        let key = name_of(scope).to_owned();
        Finding {
            direction,
            remedy: remedy.clone(),
            ..loosened(&grantee.object(), scope, key, baseline, said, &beyond.paths)
        }
    };
    asking.into_iter().map(finding).collect()
}

fn said(grantee: &Grantee, scope: &str, beyond: &Beyond) -> Said {
    let (subject, place) = (grantee.key, place(scope));
    Said {
        message: match beyond.words {
            Ok(_) => format!("{subject} has rights {place} that are not declared"),
            Err(_) => format!("whether the rights of {subject} {place} are declared cannot be told"),
        },
        expected: "what declared roles and bindings grant".to_owned(),
        actual: beyond.evidence(),
    }
}
