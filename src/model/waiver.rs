//! A declared exception.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Declaration, ObjectKey};

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

/// The objects that a waiver is about. What is none matches every object.
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
        is(&self.namespace, &object.namespace)
            && is(&self.kind, object.kind.name())
            && is(&self.name, &object.name)
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
