//! A declared exception.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Declaration, ObjectKey, ObjectKind};

/// A declared exception, which excuses what a check finds until it expires.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Waiver {
    /// The id of the check whose findings it excuses.
    pub check: Arc<str>,
    pub matches: Matches,
    pub owner: Arc<str>,
    pub reason: Arc<str>,
    /// The first moment at which it excuses nothing any more.
    pub expires: Timestamp,
    /// The document that declares it, with the waiver's own line.
    pub declaration: Arc<Declaration>,
}

/// The objects that a waiver is about. What is none matches every object, but for a kind that is not watched.
///
/// Such a kind is known from owner references alone, and whoever makes a pod writes into them what he likes: by
/// the name of an owner that nobody has seen, any pod could get itself excused. It has to be named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Matches {
    pub namespace: Option<Arc<str>>,
    pub kind: Option<Arc<str>>,
    pub name: Option<Arc<str>>,
}

impl Matches {
    /// Whether the object is one of them.
    pub fn covers(&self, object: &ObjectKey) -> bool {
        let is = |wanted: &Option<Arc<str>>, text: &str| wanted.as_deref().is_none_or(|it| it == text);
        let is_kind = match (&self.kind, &object.kind) {
            (None, ObjectKind::Other(_)) => false,
            (kind, of) => is(kind, of.name()),
        };
        is_kind && is(&self.namespace, &object.namespace) && is(&self.name, &object.name)
    }
}

impl fmt::Display for Waiver {
    /// What tells it from the others of its document: `check kind/namespace/name`, with `*` for what matches all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |part: &Option<Arc<str>>| part.clone().unwrap_or_else(|| "*".into());
        let Matches { namespace, kind, name } = &self.matches;
        write!(f, "{} {}/{}/{}", self.check, text(kind), text(namespace), text(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(kind: Option<&str>, group: &str, of: &str) -> bool {
        let matches = Matches { kind: kind.map(Arc::from), name: Some("web".into()), namespace: None };
        let kind = ObjectKind::new(group, of);
        matches.covers(&ObjectKey { kind, namespace: "shop".into(), name: "web".into() })
    }

    #[test]
    fn without_a_kind_every_kind_that_is_watched_is_covered() {
        assert!(covers(None, "apps", "Deployment"));
        assert!(covers(None, "plimsoll.dev", "Cluster"));
        assert!(!covers(Some("Pod"), "apps", "Deployment"));
    }

    #[test]
    fn a_kind_that_is_not_watched_has_to_be_named() {
        assert!(!covers(None, "example.com", "Anything"), "whoever makes a pod chooses what it names");
        assert!(covers(Some("Anything"), "example.com", "Anything"));
    }
}
