//! What somebody holds together with the groups to which everybody of its kind belongs: rights that lead nowhere by
//! themselves may lead on together.

use super::binding::{implied_groups, is_authentication_group};
use super::reach::home;
use super::{Power, Powers, group};
use crate::model::{ObjectKey, ObjectKind};

/// The powers that lead further together than each alone: to everything, and by the ways to secrets that need more
/// than one right.
pub const TOGETHER: [Powers; 6] = [
    Powers::EVERYTHING,
    Powers::of(&[Power::BindRoles, Power::BindClusterRoles, Power::WriteRoleBindings]),
    Powers::of(&[Power::EscalateRoles, Power::WriteRoles]),
    Powers::of(&[Power::BindClusterRoles, Power::WriteClusterRoleBindings]),
    Powers::of(&[Power::EscalateClusterRoles, Power::WriteClusterRoles]),
    Powers::of(&[
        Power::CreateSigningRequests,
        Power::ApproveSigningRequests,
        Power::ApproveForSigners,
        Power::SignNodeCertificates,
    ]),
];

/// All of [`TOGETHER`].
const COMBINING: Powers = {
    let (mut all, mut at) = (Powers::NONE, 0);
    while at < TOGETHER.len() {
        all = all.or(TOGETHER[at]);
        at += 1;
    }
    all
};

impl Powers {
    /// Whether it may lead further together with what somebody else holds.
    pub const fn is_combining(self) -> bool {
        self.has_any(COMBINING)
    }

    /// Whether both have a part in what leads further together.
    pub fn combines_with(self, other: Self) -> bool {
        TOGETHER.iter().any(|it| self.has_any(*it) && other.has_any(*it))
    }
}

/// The groups to which everybody belongs who is the subject or, where it is a group itself, who is of it.
pub(super) fn groups_around(subject: &ObjectKey) -> Vec<ObjectKey> {
    if subject.kind != ObjectKind::Group {
        return implied_groups(subject);
    }
    // Nobody is of both of these.
    if is_authentication_group(subject) {
        return Vec::new();
    }
    let of_namespace = home(subject).is_some_and(|namespace| !namespace.is_empty());
    let names = of_namespace.then_some("system:serviceaccounts").into_iter().chain(["system:authenticated"]);
    names.map(group).collect()
}

/// Whether it is a group to which one belongs by what one is.
pub(super) fn is_around_others(key: &ObjectKey) -> bool {
    is_authentication_group(key) || (key.kind == ObjectKind::Group && home(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rbac::{service_account, user};

    fn around(subject: &ObjectKey) -> Vec<String> {
        groups_around(subject).iter().map(|it| it.name.to_string()).collect()
    }

    #[test]
    fn whoever_is_of_a_group_is_of_the_wider_ones() {
        let of_account = ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"];
        assert_eq!(around(&service_account("shop".into(), "ci")), of_account);
        assert_eq!(around(&user("jane")), ["system:authenticated"]);
        assert_eq!(around(&user("system:anonymous")), ["system:unauthenticated"]);
        let of_namespace = ["system:serviceaccounts", "system:authenticated"];
        assert_eq!(around(&group("system:serviceaccounts:shop")), of_namespace);
        assert_eq!(around(&group("system:serviceaccounts")), ["system:authenticated"]);
        assert_eq!(around(&group("dev")), ["system:authenticated"]);
        assert_eq!(around(&group("system:authenticated")), [""; 0]);
        assert_eq!(around(&group("system:unauthenticated")), [""; 0]);
    }

    #[test]
    fn every_group_around_somebody_is_known_as_one() {
        for subject in [service_account("shop".into(), "ci"), user("jane"), user("system:anonymous")] {
            assert!(groups_around(&subject).iter().all(is_around_others), "{subject}");
        }
        for other in [group("dev"), group("system:serviceaccountsx"), user("system:authenticated")] {
            assert!(!is_around_others(&other), "{other}");
        }
    }

    #[test]
    fn powers_combine_where_both_are_parts_of_the_same() {
        let of = |power| Powers::of(&[power]);
        assert!(of(Power::EscalateRoles).combines_with(of(Power::WriteRoles)));
        assert!(of(Power::GetAll).combines_with(of(Power::DeleteAll)));
        assert!(!of(Power::EscalateRoles).combines_with(of(Power::WriteClusterRoles)));
        assert!(!of(Power::EscalateRoles).combines_with(of(Power::GetSecrets)));
        assert!(of(Power::SignNodeCertificates).is_combining() && !of(Power::RunPods).is_combining());
    }
}
