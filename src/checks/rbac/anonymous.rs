//! Whoever is not authenticated may do nothing.
//!
//! Where a baseline has `anonymous` among `rbac.forbid`. Reads what is bound to the user `system:anonymous` and to
//! the group `system:unauthenticated`. Allowed: what Kubernetes itself grants, which is to read the version and the
//! health of the API server.
//! <https://kubernetes.io/docs/concepts/security/rbac-good-practices/#hardening>

use super::{Said, forbidding, in_each_scope};
use crate::baseline::ForbiddenGrant;
use crate::checks::rights::{name_of, place};
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::rbac::{Powers, is_unauthenticated};
use crate::snapshot::Grantee;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rbac/anonymous",
        severity: Severity::Critical,
        title: "right of whoever is not authenticated",
        why: "Whoever can reach the API server has this right, without any credential, and no audit log says who \
              it was.",
        mend: "Remove system:anonymous and system:unauthenticated from the bindings, and give the client that needs \
               the right an identity of its own.",
        references: &[
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#hardening",
            "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests",
        ],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(evaluate),
};

fn evaluate(facts: &Facts<'_>, grantee: &Grantee) -> Vec<Finding> {
    let subject = grantee.key;
    if !grantee.powers.has_any(Powers::ANYTHING) || !is_unauthenticated(subject) {
        return Vec::new();
    }
    let objecting = |scope: &_| forbidding(facts, scope, ForbiddenGrant::Anonymous);
    in_each_scope(grantee, Powers::ANYTHING, objecting, |scope| Said {
        key: name_of(scope).to_owned(),
        message: format!("{subject}, who may be anybody, has rights {}", place(scope)),
        expected: "nothing beyond what Kubernetes itself grants",
    })
}
