//! What a subject can read beyond what it may, as findings.

use super::reader::Reader;
use super::verbs;
use crate::checks::pod_security::list;
use crate::checks::rights::{Said, evidence, name_of, paths, place, unlisted};
use crate::model::Finding;
use crate::rbac::{Path, Powers};

/// Which secrets a right to read is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Any of the scope.
    Any,
    /// Those that the rule names.
    Named,
}

/// What the reader can do beyond the list: with any secret, and, by themselves, with those that rules name. `why` ends
/// the sentence that tells it.
pub(super) fn beyond_listing(reader: &Reader<'_>, why: &str) -> Vec<Finding> {
    [Extent::Any, Extent::Named].into_iter().filter_map(|extent| beyond(reader, extent, why)).collect()
}

fn beyond(reader: &Reader<'_>, extent: Extent, why: &str) -> Option<Finding> {
    let held = reader.grants.iter().fold(Powers::NONE, |powers, grant| powers.or(grant.powers()));
    let allowed = reader.listing.powers();
    let excess = held.and(extent.powers()).without(allowed);
    if excess.is_empty() {
        return None;
    }
    let paths = paths(reader.grants, excess);
    let (scope, can, which) = (reader.scope, verbs(excess), extent.secrets(&paths));
    let said = Said {
        message: format!("{} can {can} {which} {}{why}", reader.subject(), place(scope)),
        expected: if allowed.is_empty() {
            "no verb on secrets".to_owned()
        } else {
            format!("{} on secrets", verbs(allowed))
        },
        actual: format!("{can} on {which} by {}", evidence(&paths)),
    };
    Some(unlisted(&reader.grantee.object(), scope, extent.key(scope), reader.baseline, said, &paths))
}

impl Extent {
    const fn powers(self) -> Powers {
        match self {
            Self::Any => Powers::READ_SECRETS,
            Self::Named => Powers::READ_NAMED_SECRETS,
        }
    }

    fn key(self, scope: &str) -> String {
        match self {
            Self::Any => name_of(scope).to_owned(),
            Self::Named => format!("{}/named", name_of(scope)),
        }
    }

    /// What is read by these ways, for a sentence.
    fn secrets(self, paths: &[Path]) -> String {
        match self {
            Self::Any => "secrets".to_owned(),
            Self::Named => {
                format!("secrets {}", list(paths.iter().flat_map(|path| &path.rule.rule.resource_names)))
            }
        }
    }
}
