//! The evaluations that a check owes.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::checks::Judges;
use crate::model::{Cause, ChangeType, Kind, ObjectKey, ObjectKind, Scope, Sight};
use crate::snapshot::{Change, Snapshot};

/// The scopes that one check has yet to evaluate, each with what made it owed last.
#[derive(Debug)]
pub(super) struct Owed {
    judges: Judges,
    scopes: HashMap<Scope, Option<Arc<Cause>>>,
    /// The check could see all it needs at an earlier `settle`.
    pub(super) settled_before: bool,
}

impl Owed {
    pub(super) fn new(judges: Judges) -> Self {
        // What the cluster as a whole is like is owed from the start.
        let first = (judges == Judges::Cluster).then_some((Scope::Cluster, None));
        Self { judges, scopes: first.into_iter().collect(), settled_before: false }
    }

    pub(super) fn covers(&self, scope: &Scope) -> bool {
        self.judges.covers(scope)
    }

    pub(super) fn owe(&mut self, scope: Scope, cause: Option<Arc<Cause>>) {
        self.scopes.insert(scope, cause);
    }

    /// Owes the scope, and leaves the cause where one is known.
    pub(super) fn owe_if_not(&mut self, scope: Scope) {
        self.scopes.entry(scope).or_insert(None);
    }

    /// Keeps what is owed in these scopes alone.
    pub(super) fn retain(&mut self, keep: impl Fn(&Scope) -> bool) {
        self.scopes.retain(|scope, _| keep(scope));
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.scopes.len()
    }

    /// Everything owed, in an order that does not depend on hashing.
    pub(super) fn take(&mut self) -> Vec<(Scope, Option<Arc<Cause>>)> {
        let mut scopes: Vec<_> = std::mem::take(&mut self.scopes).into_iter().collect();
        scopes.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        scopes
    }
}

/// What a change is called as a cause. While a kind is listed, its objects came with the list.
pub(super) fn cause(change: &Change, snapshot: &Snapshot, seen: Timestamp) -> Cause {
    let named = |kind: Kind, namespace: &Arc<str>, name: &Arc<str>| ObjectKey {
        kind: ObjectKind::Watched(kind),
        namespace: Arc::clone(namespace),
        name: Arc::clone(name),
    };
    let (kind, object, change) = match change {
        Change::Listing(kind) | Change::Synced(kind) | Change::Resumed(kind) => {
            (*kind, None, ChangeType::Listed)
        }
        Change::Lost(kind, _) => (*kind, None, ChangeType::Lost),
        Change::Seen(facts) if snapshot.sight(facts.kind) == Sight::Syncing => {
            (facts.kind, None, ChangeType::Listed)
        }
        Change::Seen(facts) => {
            (facts.kind, Some(named(facts.kind, &facts.namespace, &facts.name)), ChangeType::Updated)
        }
        Change::Unreadable { kind, namespace, name, .. } => {
            (*kind, Some(named(*kind, namespace, name)), ChangeType::Updated)
        }
        Change::Deleted { kind, namespace, name } => {
            (*kind, Some(named(*kind, namespace, name)), ChangeType::Deleted)
        }
    };
    Cause { object, kind, change, seen }
}
