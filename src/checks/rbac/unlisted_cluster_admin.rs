//! Whoever may do everything must be listed.
//!
//! Where a baseline has `rbac.clusterAdmins`. Reads all that is bound to a subject for the whole cluster, together:
//! it is a cluster admin if that allows every verb of the API on every resource of every group, whatever the roles
//! are called and in however many rules it is written. Allowed: the subjects that are listed, and what Kubernetes
//! itself grants. A group is judged as the group, not by its members.
//! <https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege>

use std::sync::Arc;

use super::judging;
use crate::baseline::Subject;
use crate::checks::rights::{Said, evidence, name_of, paths, unlisted};
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::rbac::{Grant, Powers};
use crate::snapshot::Grantee;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rbac/unlisted-cluster-admin",
        severity: Severity::Critical,
        title: "cluster admin that is not listed",
        why: "Whoever may do everything to every resource can read every secret, run anything on every node and \
              grant the same to others. A role of any name can give that, and so can several together.",
        mend: "Take the subject out of the bindings and bind it to a role with the rights that it needs; or list \
               it in rbac.clusterAdmins.",
        references: &[
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles",
        ],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(evaluate),
};

fn evaluate(facts: &Facts<'_>, grantee: &Grantee) -> Vec<Finding> {
    if !grantee.is_cluster_admin() {
        return Vec::new();
    }
    let subject = grantee.key;
    let listed = |admins: &[Subject]| admins.iter().any(|admin| admin.is(subject));
    let scope: Arc<str> = "".into();
    let mut judging = judging(facts, &scope);
    judging.retain(|(_, rbac)| rbac.cluster_admins.as_ref().is_some_and(|admins| !listed(admins)));
    if judging.is_empty() {
        return Vec::new();
    }
    let wide: Vec<&Grant> = grantee.grants().iter().filter(|grant| grant.scope().is_empty()).collect();
    let paths = paths(&wide, Powers::EVERYTHING);
    let said = || Said {
        message: format!("{subject} may do everything in the cluster and is not listed as cluster admin"),
        expected: "a subject of rbac.clusterAdmins".to_owned(),
        actual: evidence(&paths),
    };
    let finding =
        |baseline| unlisted(&grantee.object(), &scope, name_of(&scope).to_owned(), baseline, said(), &paths);
    judging.into_iter().map(|(baseline, _)| finding(baseline)).collect()
}
