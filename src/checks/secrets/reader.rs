//! Who can read secrets: a subject, in one scope, under one baseline.

use std::sync::Arc;

use super::listing::Listing;
use crate::baseline::{Baseline, Secrets};
use crate::checks::Facts;
use crate::model::{Finding, ObjectKey};
use crate::rbac::{Grant, Powers};
use crate::snapshot::Grantee;

/// A subject that can read secrets in a scope, and what a baseline says of it.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) grantee: &'a Grantee<'a>,
    pub(super) scope: &'a Arc<str>,
    /// What it is granted in the scope.
    pub(super) grants: &'a [&'a Grant],
    pub(super) baseline: &'a Baseline,
    pub(super) secrets: &'a Secrets,
    pub(super) listing: Listing<'a>,
}

impl Reader<'_> {
    pub(super) fn subject(&self) -> &ObjectKey {
        self.grantee.key
    }
}

/// What `judge` finds in each scope in which the subject can read secrets, for each baseline that protects it and
/// declares anything of secrets.
pub(super) fn findings(
    facts: &Facts<'_>,
    grantee: &Grantee,
    judge: impl Fn(&Reader<'_>) -> Vec<Finding>,
) -> Vec<Finding> {
    if !grantee.powers.has_any(Powers::READ_SOME_SECRETS) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (scope, grants) in &grantee.scopes() {
        if !grants.iter().any(|grant| grant.powers().has_any(Powers::READ_SOME_SECRETS)) {
            continue;
        }
        for baseline in facts.protecting(scope) {
            let Some(secrets) = &baseline.secrets else { continue };
            let listing = Listing::new(baseline, secrets, grantee.key, scope);
            findings.extend(judge(&Reader { grantee, scope, grants, baseline, secrets, listing }));
        }
    }
    findings
}
