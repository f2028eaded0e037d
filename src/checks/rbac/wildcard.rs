//! No right may be given by an asterisk.
//!
//! Where a baseline has `wildcard` among `rbac.forbid`. Reads the rules that are granted to a subject: `*` among
//! their verbs, API groups, resources or non-resource URLs, in a rule that allows anything. `*/scale` and
//! `/healthz/*` are none. A cluster admin is not judged, for it is told as such.
//! <https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege>

use super::{Said, forbidding, in_each_scope};
use crate::baseline::ForbiddenGrant;
use crate::checks::rights::{name_of, place};
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::rbac::{Power, Powers};
use crate::snapshot::Grantee;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rbac/wildcard",
        severity: Severity::Medium,
        title: "right given by an asterisk",
        why: "An asterisk grants what is there now and whatever is added later: the verbs escalate, bind and \
              impersonate, every subresource, and the resources of every CustomResourceDefinition to come.",
        mend: "Write out the verbs, API groups and resources that are needed.",
        references: &["https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege"],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(evaluate),
};

const WILDCARD: Powers = Powers::of(&[Power::Wildcard]);

fn evaluate(facts: &Facts<'_>, grantee: &Grantee) -> Vec<Finding> {
    if !grantee.powers.has_any(WILDCARD) || grantee.is_cluster_admin() {
        return Vec::new();
    }
    let objecting = |scope: &_| forbidding(facts, scope, ForbiddenGrant::Wildcard);
    in_each_scope(grantee, WILDCARD, objecting, |scope| Said {
        key: name_of(scope).to_owned(),
        message: format!("{} has rights that an asterisk gives {}", grantee.key, place(scope)),
        expected: "verbs, API groups and resources written out",
    })
}
