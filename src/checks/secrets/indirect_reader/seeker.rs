//! The subject that is judged, and where it reads secrets without any way round.

use crate::rbac::Powers;
use crate::snapshot::Grantee;

/// Who is judged.
pub(super) struct Seeker<'a> {
    pub(super) grantee: &'a Grantee<'a>,
    /// Whether it may have no way round to what it reads itself either.
    pub(super) is_forbidden: bool,
}

impl Seeker<'_> {
    /// Whether no baseline asks for its ways to the secrets of the scope, because it reads them itself.
    pub(super) fn is_passed_over(&self, scope: &str) -> bool {
        !self.is_forbidden && reads(self.grantee, scope)
    }
}

/// Whether the subject itself may read any secret of the scope, which is told of it as a reader.
pub(super) fn reads(grantee: &Grantee, scope: &str) -> bool {
    let covers = |it: &str| it.is_empty() || it == scope;
    let grants = grantee.grants().iter().filter(|grant| covers(grant.scope()));
    grants.fold(Powers::NONE, |powers, grant| powers.or(grant.role.powers)).has_any(Powers::READ_SECRETS)
}
