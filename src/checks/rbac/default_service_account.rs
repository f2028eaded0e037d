//! No right may be given to the service account that pods have when they name none.
//!
//! Where a baseline has `rbac`. Reads what is bound to each service account called `default`. Allowed: nothing. Its
//! groups, such as all the service accounts of its namespace, are subjects of their own.
//! <https://kubernetes.io/docs/concepts/security/rbac-good-practices/>

use super::{Said, in_each_scope, judging};
use crate::checks::rights::{name_of, place};
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Finding, Kind, Severity};
use crate::rbac::Powers;
use crate::snapshot::{DEFAULT_ACCOUNT, Grantee};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rbac/default-service-account",
        severity: Severity::Medium,
        title: "right of a default service account",
        why: "Every pod that names no service account runs as the default one of its namespace and is handed its \
              token: what is granted to it is granted to all of them, and to whatever is deployed there next.",
        mend: "Make a service account for the workload that needs the right, name it in the pods, and bind it \
               instead.",
        references: &[
            "https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts",
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
        ],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(evaluate),
};

fn evaluate(facts: &Facts<'_>, grantee: &Grantee) -> Vec<Finding> {
    let subject = grantee.key;
    let is_default = subject.is_one_of(&[Kind::ServiceAccount]) && &*subject.name == DEFAULT_ACCOUNT;
    if !is_default || !grantee.powers.has_any(Powers::ANYTHING) {
        return Vec::new();
    }
    let objecting = |scope: &_| judging(facts, scope).into_iter().map(|(baseline, _)| baseline).collect();
    in_each_scope(grantee, Powers::ANYTHING, objecting, |scope| Said {
        key: name_of(scope).to_owned(),
        message: format!("{subject}, which pods have that name none, has rights {}", place(scope)),
        expected: "no rights",
    })
}
