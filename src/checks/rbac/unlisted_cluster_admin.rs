//! Whoever may do everything must be listed.
//!
//! Where a baseline has `rbac.clusterAdmins`. Reads all that is bound to a subject for the whole cluster, together:
//! it is a cluster admin if that allows every verb of the API on every resource of every group, whatever the roles
//! are called and in however many rules it is written. What the groups hold to which it belongs by what it is, such as
//! all service accounts, counts with what is bound to the subject itself, unless they may do everything without it.
//! Allowed: the subjects that are listed, and what Kubernetes itself grants. A group is judged as the group, not by its
//! members.
//! <https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege>

use std::sync::Arc;

use super::judging;
use crate::baseline::Subject;
use crate::checks::rights::{Said, evidence, name_of, paths, unlisted};
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::rbac::{Grant, Path, Powers};
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
    let own = ways(grantee.grants());
    let of_groups = if is_admin_by(&own) { Vec::new() } else { ways(grantee.of_groups()) };
    let together = if of_groups.is_empty() { "" } else { ", together with what its groups may," };
    let said = || Said {
        message: format!(
            "{subject}{together} may do everything in the cluster and is not listed as cluster admin"
        ),
        expected: "a subject of rbac.clusterAdmins".to_owned(),
        actual: evidence(&[own.as_slice(), &of_groups].concat()),
    };
    let finding =
        |baseline| unlisted(&grantee.object(), &scope, name_of(&scope).to_owned(), baseline, said(), &own);
    judging.into_iter().map(|(baseline, _)| finding(baseline)).collect()
}

/// The ways by which these grants give a part of everything in the whole cluster.
fn ways(grants: &[Grant]) -> Vec<Path> {
    let wide: Vec<&Grant> = grants.iter().filter(|grant| grant.scope().is_empty()).collect();
    paths(&wide, Powers::EVERYTHING)
}

/// Whether these ways give everything.
fn is_admin_by(paths: &[Path]) -> bool {
    paths.iter().fold(Powers::NONE, |powers, path| powers.or(path.rule.powers)).has_all(Powers::EVERYTHING)
}
