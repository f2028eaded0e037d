//! What the daemon needs, and what it may do beyond that.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::checks::Facts;
use crate::checks::words::words;
use crate::model::{Kind, ObjectKey};
use crate::rbac::{Path, TooLarge, allows_any, bootstrap, excess, group};
use crate::snapshot::Review;
use crate::wire::PolicyRule;

/// The groups of every service account, and of whoever else is authenticated.
const EVERYBODY: [&str; 2] = ["system:authenticated", "system:serviceaccounts"];

/// How many namespaces are named in a sentence.
const NAMED_MAX: usize = 3;

/// What the daemon may need: to see every kind that it watches and, where it serves beyond loopback, to ask who somebody
/// is and what he may. The shipped roles grant no more.
pub(super) fn needed() -> Vec<PolicyRule> {
    let seen = Kind::ALL.into_iter().map(|kind| rule(&["get", "list", "watch"], kind.group(), kind.plural()));
    let asked = [
        rule(&["create"], "authentication.k8s.io", "tokenreviews"),
        rule(&["create"], "authorization.k8s.io", "subjectaccessreviews"),
    ];
    seen.chain(asked).collect()
}

fn rule(verbs: &[&str], group: &str, resource: &str) -> PolicyRule {
    PolicyRule {
        verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
        api_groups: vec![group.to_owned()],
        resources: vec![resource.to_owned()],
        ..PolicyRule::default()
    }
}

/// What everybody who is authenticated may do in the namespace.
fn everybody(facts: &Facts<'_>, namespace: &str) -> Vec<PolicyRule> {
    let groups = EVERYBODY.map(group);
    let is_theirs = |it: &crate::rbac::Binding| {
        it.key.namespace.is_empty() && it.subjects.iter().any(|bound| groups.contains(&bound.key))
    };
    let kubernetes = bootstrap().bindings().filter(is_theirs).filter_map(|it| it.role);
    let mut rules: Vec<PolicyRule> = kubernetes.flat_map(|role| bootstrap().rules(&role).to_vec()).collect();
    let grants = facts.snapshot.grants();
    for grant in groups.iter().flat_map(|it| grants.holding(it, namespace)) {
        rules.extend(grant.role.rules.iter().map(|it| it.rule.clone()));
    }
    rules
}

/// Rights of the daemon, and where it has them.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// None where they cannot be compared.
    pub(super) rules: Option<Vec<PolicyRule>>,
    pub(super) namespaces: Vec<Arc<str>>,
}

/// What the daemon may do in any namespace that `pick` picks of what it may do there. None where that is nothing.
fn held(
    reviews: &BTreeMap<Arc<str>, Arc<Review>>,
    mut pick: impl FnMut(&str, &Review) -> Result<Vec<PolicyRule>, TooLarge>,
) -> Option<Held> {
    let mut held = Held { rules: Some(Vec::new()), namespaces: Vec::new() };
    // Most namespaces have the same answer.
    let mut last: Option<(&Arc<Review>, bool)> = None;
    for (namespace, review) in reviews {
        let known = last.filter(|(it, _)| Arc::ptr_eq(it, review)).map(|(_, any)| any);
        let any = known.unwrap_or_else(|| match pick(namespace, review) {
            Err(TooLarge) => {
                held.rules = None;
                true
            }
            Ok(rules) => {
                let any = !rules.is_empty();
                held.rules.iter_mut().for_each(|it| it.extend(rules.iter().cloned()));
                any
            }
        });
        last = Some((review, any));
        if any {
            held.namespaces.push(Arc::clone(namespace));
        }
    }
    (!held.namespaces.is_empty()).then_some(held)
}

/// Every rule by which it may do anything with secrets.
pub(super) fn on_secrets(reviews: &BTreeMap<Arc<str>, Arc<Review>>) -> Option<Held> {
    held(reviews, |_, review| Ok(review.rules.iter().filter(|it| is_of_secrets(it)).cloned().collect()))
}

/// Whatever it needs for nothing, secrets aside.
pub(super) fn unneeded(facts: &Facts<'_>, reviews: &BTreeMap<Arc<str>, Arc<Review>>) -> Option<Held> {
    held(reviews, |namespace, review| {
        let told_apart = rule(&["*"], "", "secrets");
        let allowed = [needed(), everybody(facts, namespace), vec![told_apart]].concat();
        Ok(excess(&allowed, review.rules.iter())?.rules)
    })
}

/// Whether the rule allows anything of secrets.
pub(super) fn is_of_secrets(rule: &PolicyRule) -> bool {
    allows_any(rule, Kind::Namespace.group(), "secrets")
}

/// The ways by which the daemon came to rights on secrets, as far as its bindings can be seen.
pub(super) fn ways_to_secrets(facts: &Facts<'_>, subject: &ObjectKey, namespaces: &[Arc<str>]) -> Vec<Path> {
    let grants = facts.snapshot.grants();
    let held = namespaces.iter().flat_map(|namespace| grants.holding(subject, namespace));
    let paths = held.flat_map(|grant| {
        let rules = grant.role.rules.iter().filter(|it| is_of_secrets(&it.rule));
        rules.map(|rule| grant.path(rule)).collect::<Vec<_>>()
    });
    paths.collect()
}

impl Held {
    /// In few words, whatever the form.
    pub(super) fn words(&self) -> String {
        self.rules.as_ref().map_or_else(|| "more than can be compared".to_owned(), |it| words(it.iter()))
    }

    /// Where it has them, of so many namespaces that were asked about.
    pub(super) fn place(&self, asked: usize) -> String {
        if self.namespaces.len() == asked && asked > 1 {
            return "in every namespace".to_owned();
        }
        let named: Vec<&str> = self.namespaces.iter().take(NAMED_MAX).map(|it| &**it).collect();
        match self.namespaces.len() - named.len() {
            0 => format!("in namespace {}", named.join(", ")),
            others => format!("in namespace {} and {others} more", named.join(", ")),
        }
    }
}
