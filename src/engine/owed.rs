//! The evaluations that are owed.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;
use jiff::Timestamp;

use crate::model::{Cause, ChangeType, Kind, ObjectKey, ObjectKind, Scope, Sight};
use crate::snapshot::{Change, Snapshot};

/// A set of checks, by their positions in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct CheckSet(u128);

impl CheckSet {
    /// How many checks a table can have.
    pub(super) const MAX: usize = 128;

    /// The positions, below `count`, for which `is` holds.
    pub(super) fn of(count: usize, is: impl Fn(usize) -> bool) -> Self {
        Self((0..count).filter(|at| is(*at)).fold(0, |set, at| set | 1 << at))
    }

    /// The check at this position alone.
    pub(super) const fn one(at: usize) -> Self {
        Self(1 << at)
    }

    pub(super) const fn contains(self, at: usize) -> bool {
        self.0 & (1 << at) != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// What is owed in one scope: by which checks, and what made them owed last.
#[derive(Debug, Clone, Default)]
pub(super) struct Due {
    pub(super) checks: CheckSet,
    pub(super) cause: Option<Arc<Cause>>,
}

impl Due {
    /// A cause that is known stays where none is given.
    fn add(&mut self, checks: CheckSet, cause: Option<Arc<Cause>>) {
        self.checks = self.checks.or(checks);
        self.cause = cause.or_else(|| self.cause.take());
    }

    /// Takes these checks out.
    fn take(&mut self, checks: CheckSet) -> Self {
        let taken = Self { checks: self.checks.and(checks), cause: self.cause.clone() };
        self.checks = self.checks.without(checks);
        taken
    }
}

/// Everything that is owed.
#[derive(Debug, Default)]
pub(super) struct Owed {
    /// What was owed since it was last taken.
    fresh: HashMap<Scope, Due, RandomState>,
    /// What checks owe that were blind when it was last taken. It is not looked through before one of them sees.
    held: HashMap<Scope, Due, RandomState>,
    cluster: Due,
    /// The checks that could see when it was last taken.
    sighted: CheckSet,
}

impl Owed {
    /// Owes these checks in the scope, for this cause.
    pub(super) fn owe(&mut self, scope: Scope, checks: CheckSet, cause: Option<Arc<Cause>>) {
        if checks.is_empty() {
            return;
        }
        match scope {
            Scope::Cluster => self.cluster.add(checks, cause),
            Scope::Object(_) => self.fresh.entry(scope).or_default().add(checks, cause),
        }
    }

    /// Owes these checks of the cluster as a whole, and leaves the cause where one is known.
    pub(super) fn owe_cluster(&mut self, checks: CheckSet) {
        self.cluster.checks = self.cluster.checks.or(checks);
    }

    /// Keeps what blind checks owe in these scopes alone.
    pub(super) fn retain(&mut self, keep: impl Fn(&Scope, CheckSet) -> bool) {
        self.held.retain(|scope, due| keep(scope, due.checks));
        self.fresh.retain(|scope, due| keep(scope, due.checks));
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.held.len() + self.fresh.len()
    }

    /// What these checks owe of objects, in an order that does not depend on hashing.
    pub(super) fn take_objects(&mut self, sighted: CheckSet) -> Vec<(Scope, Due)> {
        if !sighted.without(self.sighted).is_empty() {
            for (scope, due) in std::mem::take(&mut self.held) {
                let Due { checks, cause } = due;
                let fresh = self.fresh.entry(scope).or_insert_with(|| Due { checks, cause });
                fresh.checks = fresh.checks.or(checks);
            }
        }
        self.sighted = sighted;
        let mut taken = Vec::new();
        for (scope, mut due) in std::mem::take(&mut self.fresh) {
            let now = due.take(sighted);
            if !due.checks.is_empty() {
                self.held.entry(scope.clone()).or_default().add(due.checks, due.cause);
            }
            if !now.checks.is_empty() {
                taken.push((scope, now));
            }
        }
        taken.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        taken
    }

    /// What these checks owe of the cluster as a whole.
    pub(super) fn take_cluster(&mut self, checks: CheckSet) -> Due {
        self.cluster.take(checks)
    }
}

/// What a change is called as a cause. While a kind is listed, its objects came with the list. Who deleted an object is
/// not who wrote it last, so that nobody is named.
pub(super) fn cause(change: &Change, snapshot: &Snapshot, seen: Timestamp) -> Cause {
    let named = |kind: Kind, namespace: &Arc<str>, name: &Arc<str>| ObjectKey {
        kind: ObjectKind::Watched(kind),
        namespace: Arc::clone(namespace),
        name: Arc::clone(name),
    };
    let (kind, object, way) = match change {
        Change::Listing(kind) | Change::Synced(kind) | Change::Resumed(kind) => {
            (Some(*kind), None, ChangeType::Listed)
        }
        Change::Lost(kind, _) => (Some(*kind), None, ChangeType::Lost),
        Change::Seen(facts) if snapshot.sight(facts.kind) == Sight::Syncing => {
            (Some(facts.kind), None, ChangeType::Listed)
        }
        Change::Seen(facts) => {
            (Some(facts.kind), Some(named(facts.kind, &facts.namespace, &facts.name)), ChangeType::Updated)
        }
        Change::Unreadable { kind, namespace, name, .. } => {
            (Some(*kind), Some(named(*kind, namespace, name)), ChangeType::Updated)
        }
        Change::Deleted { kind, namespace, name } => {
            (Some(*kind), Some(named(*kind, namespace, name)), ChangeType::Deleted)
        }
        Change::Own(_) => (None, Some(ObjectKey::cluster()), ChangeType::Observed),
    };
    let actor = match change {
        Change::Seen(facts) if object.is_some() => facts.actor.clone(),
        _ => None,
    };
    Cause { object, kind, change: way, field: None, actor, seen }
}
