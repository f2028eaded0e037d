//! The profiles of seccomp and `AppArmor`, which are declared in the same words.

use crate::checks::pod_security::violation::shown;

/// A profile of a pod or container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Confinement<'a> {
    /// `RuntimeDefault`, `Localhost` or `Unconfined`, or whatever else was written.
    pub(super) kind: &'a str,
    /// The name of the profile on the node; empty where there is none.
    pub(super) name: &'a str,
}

impl<'a> Confinement<'a> {
    /// The profile that a field sets.
    pub(super) fn of(profile: &'a crate::snapshot::Profile) -> Self {
        Self { kind: &profile.kind, name: &profile.localhost }
    }

    /// As it is declared: `RuntimeDefault`, `Localhost/NAME`.
    pub(super) fn rendered(self) -> String {
        match self.name {
            "" => shown(self.kind),
            name => shown(&format!("{}/{name}", self.kind)),
        }
    }
}

/// Whether one of the allowed profiles is this one. A profile that is not set is allowed where none may be
/// set.
pub(super) fn allows(allowed: &[String], profile: Option<Confinement<'_>>) -> bool {
    let Some(Confinement { kind, name }) = profile else { return allowed.is_empty() };
    allowed.iter().any(|it| match it.split_once('/') {
        Some((of_kind, "*")) => of_kind == kind,
        Some(both) => both == (kind, name),
        None => it == kind && name.is_empty(),
    })
}
