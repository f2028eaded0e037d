//! Who can read secrets, held against who may. No secret is ever looked at: the rights alone say it.
//!
//! <https://kubernetes.io/docs/concepts/security/secrets-good-practices/>

mod excess;
mod listing;
mod reader;

pub(super) mod broad_grant;
pub(super) mod in_environment;
pub(super) mod indirect_reader;
pub(super) mod unlisted_path;
pub(super) mod unlisted_reader;

use crate::model::{ObjectKey, ObjectKind};
use crate::rbac::{Powers, SECRET_READS, is_unauthenticated};

const GOOD_PRACTICES: &str = "https://kubernetes.io/docs/concepts/security/secrets-good-practices/";

const LISTING_SECRETS: &str =
    "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets";

/// The verbs by which these powers read.
fn verbs(powers: Powers) -> String {
    let held = SECRET_READS.iter().filter(|(_, any, named)| powers.has_any(Powers::of(&[*any, *named])));
    held.map(|(verb, ..)| *verb).collect::<Vec<_>>().join(", ")
}

/// Who the subject is, where that is no circle of people or programs that anybody chose; none for all others.
fn everybody(subject: &ObjectKey) -> Option<&'static str> {
    match (&subject.kind, &*subject.name) {
        (ObjectKind::Group, "system:authenticated") => Some("everybody who is authenticated"),
        (ObjectKind::Group, "system:serviceaccounts") => Some("every service account"),
        _ if is_unauthenticated(subject) => Some("everybody who is not authenticated"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
