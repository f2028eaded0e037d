//! The families of checks, which can be turned off one by one.

use super::{CHECKS, Check, Reads};
use crate::model::Kind;

/// Checks that belong together. What is said of the baseline, the waivers and the monitor itself belongs to none of
/// them, because nobody could tell the silence of a monitor from a clean cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    PodSecurity,
    Secrets,
    Rbac,
    Network,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 4] = [Self::PodSecurity, Self::Secrets, Self::Rbac, Self::Network];

    /// What stands before the slash in the ids of its checks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PodSecurity => "pod-security",
            Self::Secrets => "secrets",
            Self::Rbac => "rbac",
            Self::Network => "network",
        }
    }

    /// The family of a check with this id; none for one that is always in force.
    pub fn of(id: &str) -> Option<Self> {
        let name = id.split('/').next()?;
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// The checks of these families, and those that are always in force.
pub fn in_force(families: &[Family]) -> Vec<&'static Check> {
    let is_on = |check: &&Check| Family::of(check.info.id).is_none_or(|it| families.contains(&it));
    CHECKS.iter().copied().filter(is_on).collect()
}

/// The kinds that checks of these families read, each once: what has to be watched. How their objects could be seen is
/// what the others look at.
pub fn watched(families: &[Family]) -> Vec<Kind> {
    let checks = in_force(families).into_iter().filter(|it| Family::of(it.info.id).is_some());
    let read = checks.flat_map(|check| match check.reads {
        Reads::Kinds(kinds) | Reads::Flows(kinds) => kinds,
        Reads::Sight | Reads::OwnRights => &[],
    });
    let read: Vec<Kind> = read.copied().collect();
    // Namespaces are what baselines govern, whatever they ask for.
    Kind::ALL.into_iter().filter(|it| *it == Kind::Namespace || read.contains(it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_families_are_all_checks_and_all_kinds() {
        assert_eq!(in_force(&Family::ALL).len(), CHECKS.len());
        assert_eq!(watched(&Family::ALL), Kind::ALL);
    }

    #[test]
    fn a_family_that_is_off_has_no_check_and_its_kinds_are_not_watched() {
        let families = [Family::PodSecurity, Family::Network];
        let ids: Vec<&str> = in_force(&families).iter().map(|it| it.info.id).collect();
        assert!(ids.contains(&"pod-security/privileged") && ids.contains(&"network/lost-flow"), "{ids:?}");
        assert!(!ids.iter().any(|it| it.starts_with("rbac/") || it.starts_with("secrets/")), "{ids:?}");
        let kinds = watched(&families);
        assert!(kinds.contains(&Kind::NetworkPolicy) && !kinds.contains(&Kind::ClusterRole), "{kinds:?}");
    }

    #[test]
    fn without_any_family_the_monitor_is_left() {
        let ids: Vec<&str> = in_force(&[]).iter().map(|it| it.info.id).collect();
        assert!(ids.contains(&"monitor/blind") && ids.contains(&"baseline/problem"), "{ids:?}");
        assert!(ids.iter().all(|it| Family::of(it).is_none()), "{ids:?}");
        assert_eq!(watched(&[]), [Kind::Namespace]);
    }
}
