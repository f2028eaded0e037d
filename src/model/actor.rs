//! Who changed an object, as far as the object itself says.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

/// Who wrote an object last, as its `managedFields` say. Whoever writes an object chooses that name, so it is a hint and
/// no proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The field manager, such as `kubectl-edit`.
    pub via: Arc<str>,
    pub operation: Operation,
    /// When it wrote, in whole seconds.
    pub time: Timestamp,
}

/// In which way a field manager wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// By server-side apply.
    Apply,
    /// By any other request.
    Update,
}

impl Operation {
    pub const ALL: [Self; 2] = [Self::Apply, Self::Update];

    /// As `managedFields` have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }

    /// The operation that is called so in `managedFields`; none where Kubernetes knows no such one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.as_str() == name)
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { via, operation, time } = self;
        write!(f, "last written by {via} ({}) at {time}", operation.as_str())
    }
}
