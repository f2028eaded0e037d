//! Nobody may let everybody read secrets.
//!
//! Reads the roles and bindings, and `spec.secrets`. The groups `system:authenticated`, `system:unauthenticated` and
//! `system:serviceaccounts` and the user `system:anonymous` may have no verb that reads secrets, beyond what
//! Kubernetes itself grants and what `spec.secrets.readers` declares. The service accounts of one namespace
//! (`system:serviceaccounts:NAMESPACE`) are a group like others, which `secrets/unlisted-reader` judges.
//! <https://kubernetes.io/docs/concepts/security/secrets-good-practices/#least-privilege-secrets>

use super::excess::beyond_listing;
use super::reader::{Reader, findings};
use super::{GOOD_PRACTICES, LISTING_SECRETS, everybody};
use crate::checks::{Check, RIGHTS, Rule};
use crate::model::{CheckInfo, Finding, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "secrets/broad-grant",
        severity: Severity::Critical,
        title: "secrets that everybody can read",
        why: "A right of everybody who is authenticated, of everybody who is not, or of every service account is \
              one that nobody was chosen for: one pod that is taken over, or the network alone, is enough to read \
              the secrets.",
        mend: "Take the group or user out of the binding that is named, and bind those who need the right by their \
               own names.",
        references: &[GOOD_PRACTICES, LISTING_SECRETS],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(|facts, grantee| {
        let who = everybody(grantee.key);
        who.map(|who| findings(facts, grantee, |reader| judge(reader, who))).unwrap_or_default()
    }),
};

fn judge(reader: &Reader<'_>, who: &str) -> Vec<Finding> {
    beyond_listing(reader, &format!(", which is to say {who}"))
}
