//! The authorizer: who may do what, and why.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::binding::group;
use super::request::{Request, allows};
use super::{Grants, Path, Rule};
use crate::model::ObjectKey;

/// The group that may do everything, whatever RBAC says.
pub const MASTERS: &str = "system:masters";

/// Why a request is allowed.
#[derive(Debug, Clone, PartialEq)]
pub enum Allowed {
    By(Path),
    /// The user is in [`MASTERS`].
    Masters,
}

impl Grants {
    /// Why this user (as [`super::user`] has it) in these groups may do this; none if not.
    pub fn can(&self, user: &ObjectKey, groups: &[ObjectKey], request: &Request<'_>) -> Option<Allowed> {
        if groups.contains(&group(MASTERS)) {
            return Some(Allowed::Masters);
        }
        let subjects = || std::iter::once(user).chain(groups);
        let within = |wide: bool| {
            let grants = subjects().flat_map(|subject| self.grants_of(subject));
            let here = move |namespace: &str| {
                if wide {
                    namespace.is_empty()
                } else {
                    !namespace.is_empty() && namespace == request.namespace
                }
            };
            grants.filter(move |grant| here(grant.binding.scope()))
        };
        within(true).chain(within(false)).find_map(|grant| {
            let rule = grant.role.rules.iter().find(|it| allows(&it.rule, request))?;
            Some(Allowed::By(grant.path(rule)))
        })
    }

    /// Everyone who may do this, with every way by which they may. Groups are not expanded.
    pub fn who_can(&self, request: &Request<'_>) -> BTreeMap<ObjectKey, Vec<Path>> {
        self.allowed(request, |scope| scope.is_empty() || scope == request.namespace)
    }

    /// Everyone who may do this in any namespace or in all of them, whichever the request names.
    pub fn who_can_anywhere(&self, request: &Request<'_>) -> BTreeMap<ObjectKey, Vec<Path>> {
        self.allowed(request, |_| true)
    }

    /// Everyone whom a binding in one of these scopes lets do this.
    fn allowed(&self, request: &Request<'_>, here: impl Fn(&str) -> bool) -> BTreeMap<ObjectKey, Vec<Path>> {
        let mut allowed: BTreeMap<ObjectKey, Vec<Path>> = BTreeMap::new();
        for (role, effective) in self.roles() {
            let rules: Vec<&Arc<Rule>> =
                effective.rules.iter().filter(|it| allows(&it.rule, request)).collect();
            if rules.is_empty() {
                continue;
            }
            for binding in self.links_of(role).filter(|it| here(it.scope())) {
                for subject in &binding.subjects {
                    let path = |rule: &&Arc<Rule>| Path {
                        binding: Arc::clone(binding),
                        role: role.clone(),
                        rule: Arc::clone(rule),
                    };
                    allowed.entry(subject.key.clone()).or_default().extend(rules.iter().map(path));
                }
            }
        }
        for paths in allowed.values_mut() {
            paths.sort_by(|a, b| {
                let place = |it: &Path| (it.binding.key.clone(), it.rule.role.clone(), it.rule.number);
                place(a).cmp(&place(b))
            });
        }
        allowed
    }
}
