//! Nobody may read secrets but the listed readers.
//!
//! Reads the roles and bindings, and `spec.secrets.readers`. For each scope of a subject's rights (a namespace, or all
//! of the cluster), the verbs `get`, `list` and `watch` on secrets that it has there and that no entry of the list
//! gives it there are a finding, with every way by which they came. What rules limit to secrets by their names is a
//! finding of its own. What Kubernetes itself grants is not judged, nor are the subjects of `secrets/broad-grant`.
//! <https://kubernetes.io/docs/concepts/security/secrets-good-practices/#least-privilege-secrets>

use super::excess::beyond_listing;
use super::reader::{Reader, findings};
use super::{GOOD_PRACTICES, LISTING_SECRETS, everybody};
use crate::checks::{Check, RIGHTS, Rule};
use crate::model::{CheckInfo, Finding, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "secrets/unlisted-reader",
        severity: Severity::High,
        title: "subject that can read secrets and is not listed",
        why: "Whoever can get a secret has the credential in it, and whoever can list or watch secrets has all of \
              them. This is who could read, by the rights; whether anybody did, only an audit log says. A group is \
              judged as it stands: who its members are is known to the authenticator alone, as are people whom the \
              IAM of a cloud maps into groups or lets in by itself.",
        mend: "Take the subject out of the binding that is named, or narrow the role to what it needs: verbs, \
               namespace, names of secrets. Where it has to read, add it to `spec.secrets.readers`.",
        references: &[GOOD_PRACTICES, LISTING_SECRETS],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(|facts, grantee| findings(facts, grantee, judge)),
};

fn judge(reader: &Reader<'_>) -> Vec<Finding> {
    if reader.secrets.readers.is_none() || everybody(reader.subject()).is_some() {
        return Vec::new();
    }
    beyond_listing(reader, " and is not listed for it")
}
