//! What a check says: findings, and the words that grade them.

use std::fmt;
use std::sync::Arc;

use super::{Declaration, ObjectRef};

/// How bad a deviation is. The order is from worst to mildest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

impl Severity {
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which way the cluster moved away from what is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// Less safe than declared. It pages.
    Loosened,
    /// Safer than declared. It informs.
    Tightened,
    /// Neither safer nor less safe.
    Changed,
}

impl Direction {
    pub const ALL: [Self; 3] = [Self::Loosened, Self::Tightened, Self::Changed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loosened => "loosened",
            Self::Tightened => "tightened",
            Self::Changed => "changed",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One difference between what is declared and what was seen.
///
/// Its identity is the check that found it, the object's key and `key`. `expected`, `actual`, `path` and
/// `direction` are its evidence: a finding of the same identity with other evidence has changed. Everything else
/// may move without that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub object: ObjectRef,
    /// The namespace that is exposed, where that is not the object's own: rights are held by a subject and lie open
    /// in a namespace. Empty for all of the cluster.
    pub exposed: Option<Arc<str>>,
    /// What tells this finding from others of the same check on the same object, such as `web/privileged`.
    pub key: String,
    pub direction: Direction,
    /// How many instances (pods of the workload, kinds that are not seen) show it now.
    pub count: u64,
    /// One sentence for people.
    pub message: String,
    /// What is declared.
    pub expected: String,
    /// What was seen.
    pub actual: String,
    /// The field that differs, such as `spec.containers[web].securityContext.privileged`.
    pub path: String,
    /// What to write instead; empty where the check says it once for all its findings.
    pub remedy: String,
    /// What is deviated from; none where that is not a matter of the baseline.
    pub declaration: Option<Arc<Declaration>>,
}

impl Finding {
    /// The namespace that it is about; empty where it is none, or all of them.
    pub fn namespace(&self) -> &Arc<str> {
        self.exposed.as_ref().unwrap_or(&self.object.key.namespace)
    }
}
