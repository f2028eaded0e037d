//! The ways that a rule opens by what it names: users and groups to impersonate, and namespaces to change.

use std::slice::from_ref;
use std::sync::Arc;

use super::held::Held;
use super::others::{may, reading};
use super::reached::Reached;
use super::seeker::Seeker;
use crate::checks::rights::paths;
use crate::model::{ObjectKey, ObjectKind};
use crate::rbac::{Grants, MASTERS, Path, Power, Powers, group, user};

/// How one comes to act as the users or groups that a rule names.
struct Naming {
    power: Power,
    says: &'static str,
    key: fn(&str) -> ObjectKey,
}

static NAMINGS: [Naming; 2] = [
    Naming { power: Power::ImpersonateUsers, says: "impersonate users", key: user },
    Naming { power: Power::ImpersonateGroups, says: "impersonate groups", key: group },
];

/// Adds where the users and groups read secrets that one may impersonate by their names.
pub(super) fn add_impersonated(held: &Held<'_>, seeker: &Seeker<'_>, reached: &mut Reached) {
    for naming in &NAMINGS {
        for path in paths(&held.grants, Powers::of(&[naming.power])) {
            for name in &path.rule.rule.resource_names {
                impersonate(held, seeker, naming, &path, &(naming.key)(name), reached);
            }
        }
    }
}

/// Adds where this user or group reads secrets, whom one may impersonate in this way.
fn impersonate(
    held: &Held<'_>,
    seeker: &Seeker<'_>,
    naming: &Naming,
    path: &Path,
    key: &ObjectKey,
    reached: &mut Reached,
) {
    let may = || format!("{} > impersonate {key}", may(naming.says, held.scope, from_ref(path)));
    if *key == group(MASTERS) {
        reached.add(held.scope, from_ref(path), || format!("{} > read any secret", may()));
    }
    let grants = held.facts.snapshot.grants();
    for scope in scopes(&grants, key).filter(|scope| !seeker.is_passed_over(scope)) {
        let chain = || format!("{} > {}", may(), reading(&grants, key, &scope));
        reached.add(&scope, from_ref(path), chain);
    }
}

/// Adds the namespaces that one may change by their names.
pub(super) fn add_namespaces(held: &Held<'_>, seeker: &Seeker<'_>, reached: &mut Reached) {
    for path in paths(&held.grants, Powers::of(&[Power::ChangeNamespaces])) {
        for name in &path.rule.rule.resource_names {
            let namespace = ObjectKey::of_namespace(name.as_str().into());
            if held.facts.snapshot.labels(&namespace).is_none() || seeker.is_passed_over(name) {
                continue;
            }
            let may = || may("change namespaces", held.scope, from_ref(&path));
            let chain = || format!("{} > take the labels off that hold the pods of {name}", may());
            reached.add(&namespace.name, from_ref(&path), chain);
        }
    }
}

/// Where a user or group reads secrets, each scope once. A service account is not impersonated as a user.
fn scopes(grants: &Grants, key: &ObjectKey) -> impl Iterator<Item = Arc<str>> {
    let is_named = matches!(key.kind, ObjectKind::User | ObjectKind::Group);
    let of = grants
        .grants_of(key)
        .into_iter()
        .filter(move |it| is_named && it.role.powers.has_any(Powers::READ_SOME_SECRETS));
    let mut scopes: Vec<Arc<str>> = of.map(|grant| Arc::clone(grant.scope())).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes.into_iter()
}
