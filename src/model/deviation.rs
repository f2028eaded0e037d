//! A finding with a life: the deviation and its transitions.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Actor, CheckInfo, Finding, Kind, ObjectKey, Severity};

/// The id of a deviation: 128 bits of the SHA-256 of its identity, the same after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviationId([u8; 16]);

impl DeviationId {
    /// The id of what `check` found at `object` under `key`.
    pub fn new(check: &str, object: &ObjectKey, key: &str) -> Self {
        let mut hash = Sha256::new();
        let parts = [check, object.kind.group(), object.kind.name(), &object.namespace, &object.name, key];
        for part in parts {
            // The length goes first, so that no two identities run together into the same bytes.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }

    /// The id that [`fmt::Display`] wrote as `hex`: 32 lower-case hexadecimal digits.
    pub fn parse(hex: &str) -> Option<Self> {
        let canonical = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let value = u128::from_str_radix(hex, 16).ok()?;
        canonical.then_some(Self(value.to_be_bytes()))
    }
}

impl fmt::Display for DeviationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// What stands, or lately stood, against the baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    pub id: DeviationId,
    pub check: &'static CheckInfo,
    /// The check's severity, as it was when the deviation opened.
    pub severity: Severity,
    pub finding: Finding,
    /// The sequence number of its last transition.
    pub seq: u64,
    /// When it took its present form: the time of the last transition that opened or changed it.
    pub since: Timestamp,
    pub opened_at: Timestamp,
    /// When it was resolved; none while it stands.
    pub resolved_at: Option<Timestamp>,
    /// It was there when the cluster was first seen, and has not changed since.
    pub initial: bool,
    /// Who last wrote what led to its last transition, where that is known.
    pub actor: Option<Actor>,
}

impl Deviation {
    /// What to do about it: what to write instead, where the finding says so, else what the check says of all.
    pub fn remedy(&self) -> &str {
        if self.finding.remedy.is_empty() { self.check.mend } else { &self.finding.remedy }
    }
}

/// What happened to a deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    Opened,
    Changed,
    Resolved,
}

impl Event {
    pub const ALL: [Self; 3] = [Self::Opened, Self::Changed, Self::Resolved];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Changed => "changed",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What made the engine look: the change that came last before the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The object that changed, the document with the waiver that did, or the cluster
    /// where it is the daemon itself; none where a whole kind was listed, or the
    /// baseline changed.
    pub object: Option<ObjectKey>,
    /// The kind of the object or of the list; none where it is not one that is watched.
    pub kind: Option<Kind>,
    pub change: ChangeType,
    /// The field of the object that changed, such as `metadata.labels[app]` or `spec.ingress`, where verdicts may hang on
    /// that one alone and it is known; or the waiver that excuses or excused.
    pub field: Option<Arc<str>>,
    /// Who wrote the object last; none where it names no object, or the object does not say.
    pub actor: Option<Actor>,
    /// When the change was received.
    pub seen: Timestamp,
}

/// In which way the cause changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeType {
    Updated,
    Deleted,
    /// The whole kind was listed, so that more than one object may have changed.
    Listed,
    /// The kind can no longer be seen.
    Lost,
    /// The baseline declares something else.
    Declared,
    /// The daemon observed it of itself.
    Observed,
    /// A waiver of the baseline excuses it from now on.
    Waived,
    /// The waiver that excused it does so no more: it has expired, matches no longer, or is gone.
    Unwaived,
}

impl ChangeType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Listed => "listed",
            Self::Lost => "lost",
            Self::Declared => "declared",
            Self::Observed => "observed",
            Self::Waived => "waived",
            Self::Unwaived => "unwaived",
        }
    }
}

/// An event in a deviation's life: what the journal keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// Starts at 1 and grows by 1, also across restarts.
    pub seq: u64,
    pub event: Event,
    pub time: Timestamp,
    /// The deviation as it is after the transition.
    pub deviation: Arc<Deviation>,
    pub cause: Option<Cause>,
    /// It happened while the daemon was not running, and was noticed at its start.
    pub while_down: bool,
}
