//! Nobody may add rights to the roles that Kubernetes aggregates: `admin`, `edit` and `view`.
//!
//! Where a baseline has `rbac`. Reads the labels and rules of each `ClusterRole` that one of these roles gathers, by
//! its selectors as they are now, directly or through others. Allowed: what Kubernetes itself puts into the role that
//! gathers them, which is not what it puts into another: rules of `edit` widen `view`. A role that gathers others is not judged itself, since a controller
//! overwrites its rules with what it gathers: the roles are judged where the rules come from.
//! <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::judging;
use crate::baseline::Baseline;
use crate::checks::pod_security::list;
use crate::checks::words::words;
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Direction, Finding, ObjectKey, ObjectRef, Severity};
use crate::rbac::{Grants, Role, TooLarge, bootstrap, excess};
use crate::wire::PolicyRule;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rbac/widened-aggregate",
        severity: Severity::Medium,
        title: "role that widens admin, edit or view",
        why: "A label is enough for the rules of a ClusterRole to come into admin, edit or view: whoever is bound to \
              one of these, in any namespace, has them from then on, and no binding says so.",
        mend: "Take the label off the role and bind it to whom it is for; where an add-on brings it on purpose, \
               waive it after reading its rules.",
        references: &[
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles",
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles",
        ],
    },
    reads: RIGHTS,
    rule: Rule::Role(evaluate),
};

/// A role that is widened.
struct Widened {
    role: ObjectKey,
    /// What its own selectors find that brings the rules.
    gathered: BTreeSet<ObjectKey>,
    /// What it gets, in words.
    rules: String,
    /// The other roles of Kubernetes that are widened through this one.
    reaches: BTreeSet<ObjectKey>,
}

fn evaluate(facts: &Facts<'_>, object: &ObjectRef) -> Vec<Finding> {
    let key = &object.key;
    let judging = judging(facts, &key.namespace);
    if judging.is_empty() || !key.namespace.is_empty() {
        return Vec::new();
    }
    let Some(role) = own_role(&facts.snapshot.grants(), key) else { return Vec::new() };
    let into = facts.snapshot.grants().gathered_into(key);
    // The index is not held while rules are compared.
    let beyond: BTreeMap<ObjectKey, String> =
        into.into_iter().filter_map(|it| beyond_bootstrap(&role, &it).map(|rules| (it, rules))).collect();
    let widened = widened(&facts.snapshot.grants(), key, &beyond);
    let of = |baseline| widened.iter().map(|widened| finding(object, baseline, widened)).collect();
    judging.into_iter().flat_map(|(baseline, _)| -> Vec<Finding> { of(baseline) }).collect()
}

/// The role, if what it grants is written in itself.
fn own_role(grants: &Grants, role: &ObjectKey) -> Option<Arc<Role>> {
    grants.own_role(role).filter(|role| role.gathers.is_none()).cloned()
}

/// What the role grants beyond what Kubernetes puts into `into`, in words; none if that is nothing, or if Kubernetes
/// gathers nothing into it.
fn beyond_bootstrap(role: &Role, into: &ObjectKey) -> Option<String> {
    if !bootstrap().aggregates(into) {
        return None;
    }
    let rules: Vec<&PolicyRule> = role.rules.iter().map(|it| &it.rule).collect();
    match excess(bootstrap().rules(into), rules.iter().copied()) {
        Ok(beyond) => (!beyond.rules.is_empty()).then(|| words(beyond.rules.iter())),
        // Nobody can tell that Kubernetes puts them there.
        Err(TooLarge) => Some(words(rules.into_iter())),
    }
}

/// Of the roles that get more than Kubernetes puts there, those to which it comes, but for those that have it only
/// from another of these.
fn widened(grants: &Grants, role: &ObjectKey, beyond: &BTreeMap<ObjectKey, String>) -> Vec<Widened> {
    let mut widened: BTreeMap<ObjectKey, BTreeSet<ObjectKey>> = BTreeMap::new();
    let mut seen = BTreeSet::from([role.clone()]);
    let mut next = vec![role.clone()];
    while let Some(gathered) = next.pop() {
        for gatherer in grants.gatherers(&gathered) {
            if beyond.contains_key(gatherer) {
                widened.entry(gatherer.clone()).or_default().insert(gathered.clone());
            } else if seen.insert(gatherer.clone()) {
                next.push(gatherer.clone());
            }
        }
    }
    let reaches = |of: &ObjectKey| {
        let into = grants.gathered_into(of).into_iter();
        into.filter(|it| it != of && beyond.contains_key(it)).collect()
    };
    let of =
        |(role, gathered)| Widened { rules: beyond[&role].clone(), reaches: reaches(&role), role, gathered };
    widened.into_iter().map(of).collect()
}

fn finding(object: &ObjectRef, baseline: &Baseline, widened: &Widened) -> Finding {
    let role = &object.key;
    let reaches: Vec<&str> = widened.reaches.iter().map(|it| &*it.name).collect();
    let through = match reaches.as_slice() {
        [] => String::new(),
        reaches => format!(", and through it {}", reaches.join(" and ")),
    };
    Finding {
        object: object.clone(),
        exposed: None,
        key: widened.role.name.to_string(),
        direction: Direction::Loosened,
        count: 1,
        message: format!("the rules of {role} widen {}{through}", widened.role),
        expected: "what Kubernetes itself puts there".to_owned(),
        actual: widened.rules.clone(),
        path: "rules".to_owned(),
        remedy: format!(
            "take the label by which it is gathered off {}, or these rules out of {role}",
            list(&widened.gathered)
        ),
        declaration: Some(Arc::clone(&baseline.declaration)),
    }
}
