//! The profiles of seccomp and `AppArmor` that the standards allow: they use the same words for both.

use super::violation::{Remedy, Wrong, shown};
use crate::snapshot::Profile;

pub(super) const ALLOWED: &str = "RuntimeDefault or Localhost";

pub(super) fn is_allowed(profile: &Profile) -> bool {
    matches!(&*profile.kind, "RuntimeDefault" | "Localhost")
}

/// What is wrong with a profile of `system` that is not allowed.
pub(super) fn wrong(system: &str, profile: &Profile) -> Wrong {
    Wrong {
        what: format!("has the {system} profile {}", shown(&profile.kind)),
        expected: format!("undefined, {ALLOWED}").into(),
        actual: shown(&profile.kind),
        remedy: Remedy::Set("RuntimeDefault".into()),
    }
}
