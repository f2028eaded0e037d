//! Nobody may come to secrets by a way round, but for those who are listed as their readers.
//!
//! Where a baseline that protects the scope has `secrets.indirect`; with `forbid`, the readers that it lists may not
//! either. Reads roles, bindings, service accounts and pods. Judged are, of each subject in each scope, the rights that
//! amount to reading secrets: to patch secrets or delete them together, to run or alter pods, to run commands in pods that take secrets in, to request tokens, to
//! impersonate, to bind or escalate roles, to sign certificates, to reach kubelets, to create volumes of paths on
//! nodes, to change namespaces, to control admission webhooks; as far as what the subject so comes to reads secrets by
//! its own grants. Where a way needs several rights, those count with them that the groups hold to which the subject
//! belongs by what it is, unless they hold all that is needed. Whatever way is held for the whole cluster is taken to reach all of it. Judged are as well workloads
//! that reach into their node, and their service accounts: a node holds the secrets of all the pods that it runs.
//! Whoever reads secrets of the scope itself is left to `secrets/unlisted-reader`, but for `forbid`, which asks that
//! readers have no other way either; whoever may do anything is left to `rbac/unlisted-cluster-admin`.
//! <https://kubernetes.io/docs/concepts/security/rbac-good-practices/>

mod held;
mod named;
mod node;
mod others;
mod reached;
mod seeker;
mod ways;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::listing::Listing;
use crate::baseline::{Baseline, Indirect};
use crate::checks::rights::{Said, loosened, name_of, place};
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Kind, ObjectKey, Severity};
use crate::rbac::{Grant, Powers};
use crate::snapshot::Grantee;
use held::Held;
use reached::{Chains, Reached};
use seeker::{Seeker, reads};

/// Rights, service accounts, pods with what they are made from, and the namespaces.
const KINDS: [Kind; 14] = [
    Kind::Namespace,
    Kind::Pod,
    Kind::ReplicationController,
    Kind::ReplicaSet,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
    Kind::CronJob,
    Kind::ServiceAccount,
    Kind::Role,
    Kind::ClusterRole,
    Kind::RoleBinding,
    Kind::ClusterRoleBinding,
];

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "secrets/indirect-reader",
        severity: Severity::High,
        title: "way round to secrets",
        why: "Who may create a pod mounts any secret of its namespace and acts as any of its service accounts; who \
              may impersonate, bind or request a token is whoever may read. Rights that do not name secrets give \
              them away all the same, and so does a container that reaches into its node.",
        mend: "Take away the right that the chain begins with, or the one that it ends with: fewer rights for the \
               service account that reads. Let workloads that need their node run in a namespace of their own, with \
               a service account that has no rights.",
        references: &[
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
            "https://kubernetes.io/docs/concepts/configuration/secret/",
        ],
    },
    reads: Reads::Kinds(&KINDS),
    rule: Rule::Reader { grantee: evaluate, workload: node::evaluate },
};

/// How many scopes of a subject are told one by one. Whoever may write bindings may let a service account read in as
/// many namespaces as there are.
const SCOPES_MAX: usize = 100;

fn evaluate(facts: &Facts<'_>, grantee: &Grantee) -> Vec<Finding> {
    let mut findings = node::of_account(facts, grantee);
    if !may_begin(grantee) || !is_judged(facts) || is_admin(grantee) {
        return findings;
    }
    let reached = reached(facts, &Seeker { grantee, is_forbidden: is_forbidden(facts) });
    let judged = reached.0.iter().map(|(scope, chains)| {
        let asking = facts.protecting(scope).into_iter();
        (scope, chains, asking.filter(|it| asks_of(it, grantee, scope)).collect::<Vec<_>>())
    });
    let mut judged = judged.filter(|(.., baselines)| !baselines.is_empty());
    for (scope, chains, baselines) in judged.by_ref().take(SCOPES_MAX) {
        findings.extend(baselines.iter().map(|baseline| finding(baseline, grantee, scope, chains)));
    }
    let rest: Vec<_> = judged.collect();
    findings.extend(
        rest.first().map(|(_, chains, baselines)| rest_of(baselines[0], grantee, chains, rest.len())),
    );
    findings
}

/// Whether it holds anything that may begin a way round, or be a part of one together with what its groups hold.
fn may_begin(grantee: &Grantee) -> bool {
    grantee.powers.has_any(Powers::WAYS_TO_SECRETS) || !grantee.of_groups().is_empty()
}

/// Whether any baseline asks for it.
fn is_judged(facts: &Facts<'_>) -> bool {
    let asks = |it: &Baseline| it.secrets.as_ref().is_some_and(|it| it.indirect != Indirect::Ignore);
    facts.declared.baselines.iter().any(asks)
}

/// Whether any baseline asks it of those as well who read secrets themselves.
fn is_forbidden(facts: &Facts<'_>) -> bool {
    facts.declared.baselines.iter().any(forbids)
}

fn forbids(baseline: &Baseline) -> bool {
    baseline.secrets.as_ref().is_some_and(|it| it.indirect == Indirect::Forbid)
}

/// Whether it may do everything in the whole cluster, if only by what Kubernetes itself grants.
fn is_admin(grantee: &Grantee) -> bool {
    let wide = grantee.grants().iter().filter(|grant| grant.scope().is_empty());
    let powers = wide.fold(Powers::NONE, |powers, grant| powers.or(grant.role.powers));
    powers.has_all(Powers::EVERYTHING) || grantee.is_cluster_admin()
}

/// Whether the baseline asks that the subject has no way to the secrets of the scope.
fn asks(baseline: &Baseline, subject: &ObjectKey, scope: &str) -> bool {
    let Some(secrets) = &baseline.secrets else { return false };
    match secrets.indirect {
        Indirect::Ignore => false,
        Indirect::Report => Listing::new(baseline, secrets, subject, scope).powers().is_empty(),
        Indirect::Forbid => true,
    }
}

/// Whether the baseline asks it of this subject, which may read the secrets of the scope itself.
fn asks_of(baseline: &Baseline, grantee: &Grantee, scope: &str) -> bool {
    asks(baseline, grantee.key, scope) && (forbids(baseline) || !reads(grantee, scope))
}

/// Where the subject comes to secrets by a way round.
fn reached(facts: &Facts<'_>, seeker: &Seeker<'_>) -> Reached {
    let mut reached = Reached::default();
    let everywhere = Arc::from("");
    if seeker.is_passed_over(&everywhere) {
        return reached;
    }
    let (own, of_groups) = (seeker.grantee.scopes(), seeker.grantee.scopes_of_groups());
    let scopes: BTreeSet<&Arc<str>> = own.keys().chain(of_groups.keys()).collect();
    for scope in scopes {
        let held = Held { facts, scope, grants: holding(&own, scope), of_groups: holding(&of_groups, scope) };
        if scope.is_empty() {
            ways::add(&held, &mut reached);
            others::add_named_accounts(&held, seeker, &mut reached);
            named::add_impersonated(&held, seeker, &mut reached);
            named::add_namespaces(&held, seeker, &mut reached);
            continue;
        }
        if !seeker.is_passed_over(scope) {
            ways::add(&held, &mut reached);
            others::add_pods(&held, &mut reached);
        }
        others::add_accounts(&held, seeker, &mut reached);
    }
    reached
}

/// What holds in the scope and, where that is a namespace, everywhere.
fn holding<'a>(grants: &BTreeMap<Arc<str>, Vec<&'a Grant>>, scope: &str) -> Vec<&'a Grant> {
    let scopes = if scope.is_empty() { vec![scope] } else { vec![scope, ""] };
    scopes.into_iter().filter_map(|it| grants.get(it)).flatten().copied().collect()
}

fn finding(baseline: &Baseline, grantee: &Grantee, scope: &Arc<str>, chains: &Chains) -> Finding {
    let subject = grantee.key;
    let said = Said {
        message: format!("{subject} has a way to the secrets {}: it {}", place(scope), chains.first()),
        expected: EXPECTED.to_owned(),
        actual: chains.evidence(),
    };
    told(grantee, scope, name_of(scope).to_owned(), baseline, said, chains)
}

/// What is told of the scopes that are not told one by one. How many they are stands in the message alone: as
/// evidence, it would be another transition with every namespace more.
fn rest_of(baseline: &Baseline, grantee: &Grantee, chains: &Chains, more: usize) -> Finding {
    let subject = grantee.key;
    let said = Said {
        message: format!("{subject} has ways to the secrets of {more} more namespaces than are told"),
        expected: EXPECTED.to_owned(),
        actual: "ways to the secrets of more namespaces than are told".to_owned(),
    };
    // No namespace has a name with a slash.
    told(grantee, &"".into(), "more/namespaces".to_owned(), baseline, said, chains)
}

/// A finding whose remedy says nothing of declaring the subject where that would change nothing.
fn told(
    grantee: &Grantee,
    scope: &Arc<str>,
    key: String,
    baseline: &Baseline,
    said: Said,
    chains: &Chains,
) -> Finding {
    let mut finding = loosened(&grantee.object(), scope, key, baseline, said, &chains.paths);
    if forbids(baseline)
        && let Some(step) = finding.remedy.strip_suffix("or declare it")
    {
        finding.remedy = format!("{step}or waive it");
    }
    finding
}

const EXPECTED: &str = "no way to secrets";

#[cfg(test)]
mod tests;
