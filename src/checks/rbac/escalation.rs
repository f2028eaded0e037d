//! Nobody may hold the verbs that lead to more rights than the holder has.
//!
//! Where a baseline has `escalate`, `bind` or `impersonate` among `rbac.forbid`. Reads the rules that are granted to a
//! subject: `escalate` and `bind` on `roles` and `clusterroles`; `impersonate` on `users`, `groups`,
//! `serviceaccounts`, and on `uids` and `userextras` of `authentication.k8s.io`; and its constrained forms, such as
//! `impersonate:user-info`. A verb counts where it means something: what a namespace does not have is not granted by
//! a `RoleBinding`, and to bind a `ClusterRole` in a namespace is. Named objects count as well. Not judged is whoever
//! may do everything: a cluster admin is told as such, and so is, where asterisks are forbidden as well, who has all of
//! a namespace by them.
//! <https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks>

use std::sync::Arc;

use super::{Said, forbidding, forbids, in_each_scope};
use crate::baseline::ForbiddenGrant;
use crate::checks::rights::{name_of, place};
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::rbac::{Power, Powers};
use crate::snapshot::Grantee;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rbac/escalation",
        severity: Severity::High,
        title: "right to escalate, bind or impersonate",
        why: "Kubernetes lets nobody grant more than they hold, but for these verbs: with escalate a role can be \
              given any rights, with bind any role can be bound, and with impersonate requests are made as somebody \
              else, with all of their rights.",
        mend: "Take the verb out of the role, or limit it with resourceNames to roles that are harmless and waive it; \
               an asterisk among the verbs gives it too.",
        references: &[
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping",
        ],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(evaluate),
};

const ESCALATE: Powers = Powers::of(&[Power::EscalateRoles, Power::EscalateClusterRoles]);
const BIND: Powers = Powers::of(&[Power::BindRoles, Power::BindClusterRoles]);
const IMPERSONATE: Powers = Powers::of(&[
    Power::ImpersonateUsers,
    Power::ImpersonateGroups,
    Power::ImpersonateServiceAccounts,
    Power::ImpersonateAttributes,
    Power::ImpersonateConstrained,
    Power::ImpersonateServiceAccountsConstrained,
]);

const VERBS: [(ForbiddenGrant, Powers); 3] = [
    (ForbiddenGrant::Escalate, ESCALATE),
    (ForbiddenGrant::Bind, BIND),
    (ForbiddenGrant::Impersonate, IMPERSONATE),
];

fn evaluate(facts: &Facts<'_>, grantee: &Grantee) -> Vec<Finding> {
    let any = ESCALATE.or(BIND).or(IMPERSONATE);
    if !grantee.powers.has_any(any) || grantee.is_cluster_admin() {
        return Vec::new();
    }
    VERBS.iter().flat_map(|(verb, powers)| judge(facts, grantee, *verb, *powers)).collect()
}

fn judge(facts: &Facts<'_>, grantee: &Grantee, verb: ForbiddenGrant, powers: Powers) -> Vec<Finding> {
    let objecting = |scope: &Arc<str>| {
        let mut objecting = forbidding(facts, scope, verb);
        if has_everything(grantee, scope) {
            objecting.retain(|it| !forbids(it, ForbiddenGrant::Wildcard));
        }
        objecting
    };
    in_each_scope(grantee, powers, objecting, |scope| Said {
        key: format!("{}/{}", name_of(scope), verb.as_str()),
        message: format!("{} may {} {}", grantee.key, verb.as_str(), place(scope)),
        expected: "nobody with the verb",
    })
}

/// Whether the subject may do everything there. No rule gives that without an asterisk.
fn has_everything(grantee: &Grantee, scope: &Arc<str>) -> bool {
    let there = grantee.grants().iter().filter(|grant| grant.scope() == scope);
    there.fold(Powers::NONE, |powers, grant| powers.or(grant.powers())).has_all(Powers::EVERYTHING)
}
