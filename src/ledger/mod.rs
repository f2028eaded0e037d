//! The ledger: findings get a life.
//!
//! It holds what stands and what was lately resolved. Settling the same findings twice changes nothing.

mod book;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;
use imbl::OrdMap;
use jiff::{SignedDuration, Timestamp};

use crate::model::{Cause, CheckInfo, CountKey, Deviation, DeviationId, Event, Finding, Scope, Transition};
use book::Book;

/// Deviations with their lives.
#[derive(Debug)]
pub struct Ledger {
    book: Book,
    /// The ids that stand, by where they were found and by which check. What is without any is left out.
    found: HashMap<Scope, BTreeMap<&'static str, BTreeSet<DeviationId>>, RandomState>,
    seq: u64,
}

/// The circumstances of a verdict.
#[derive(Debug, Clone)]
pub struct Occasion {
    pub now: Timestamp,
    pub since: Since,
    pub cause: Option<Cause>,
    /// The causes that some have of their own.
    pub causes: BTreeMap<DeviationId, Cause>,
}

impl Occasion {
    fn cause_of(&self, id: DeviationId) -> Option<&Cause> {
        self.causes.get(&id).or(self.cause.as_ref())
    }
}

/// Since when what is found may have been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Since now: the change was watched.
    Now,
    /// It was there when the cluster was first seen.
    FirstSight,
    /// It came about while the daemon was not running.
    WhileDown,
}

impl Ledger {
    /// An empty ledger that remembers what was resolved for `retention`.
    pub fn new(retention: SignedDuration) -> Self {
        Self { book: Book::new(retention), found: HashMap::default(), seq: 0 }
    }

    /// Takes back what an earlier run has journalled. `scope_of` says where a deviation is looked for.
    ///
    /// Returns the scopes of what stands: each is owed an evaluation.
    pub fn restore(
        &mut self,
        seq: u64,
        deviations: Vec<Arc<Deviation>>,
        scope_of: impl Fn(&Deviation) -> Scope,
    ) -> Vec<Scope> {
        self.seq = self.seq.max(seq);
        let mut owed = Vec::new();
        for deviation in deviations {
            if deviation.resolved_at.is_none() {
                let scope = scope_of(&deviation);
                let checks = self.found.entry(scope.clone()).or_default();
                checks.entry(deviation.check.id).or_default().insert(deviation.id);
                owed.push(scope);
            }
            self.book.enter(deviation);
        }
        owed
    }

    /// Compares what a check found in a scope with what stands there.
    pub fn settle(
        &mut self,
        check: &'static CheckInfo,
        scope: &Scope,
        findings: BTreeMap<DeviationId, Finding>,
        occasion: &Occasion,
    ) -> Vec<Transition> {
        let before = self.found.get_mut(scope).and_then(|checks| checks.remove(check.id)).unwrap_or_default();
        if before.is_empty() && findings.is_empty() {
            return Vec::new();
        }
        let mut transitions = Vec::new();
        for id in before.iter().filter(|id| !findings.contains_key(id)) {
            transitions.extend(self.resolve(*id, occasion));
        }
        let after: BTreeSet<DeviationId> = findings.keys().copied().collect();
        for (id, finding) in findings {
            transitions.extend(self.hold(check, id, finding, occasion));
        }
        if !after.is_empty() {
            self.found.entry(scope.clone()).or_default().insert(check.id, after);
        } else if self.found.get(scope).is_some_and(BTreeMap::is_empty) {
            self.found.remove(scope);
        }
        transitions
    }

    /// What stands where the check found it.
    pub fn standing_in(&self, check: &'static str, scope: &Scope) -> Vec<Arc<Deviation>> {
        let ids = self.found.get(scope).and_then(|checks| checks.get(check));
        ids.into_iter().flatten().filter_map(|id| self.book.standing().get(id).cloned()).collect()
    }

    /// Whether anything stands in the scope.
    pub fn stands_in(&self, scope: &Scope) -> bool {
        self.found.contains_key(scope)
    }

    /// Where something stands, and which check found it there.
    pub fn places(&self) -> impl Iterator<Item = (&'static str, &Scope)> {
        self.found.iter().flat_map(|(scope, checks)| checks.keys().map(move |check| (*check, scope)))
    }

    /// Forgets what was resolved long enough ago.
    pub fn forget(&mut self, now: Timestamp) {
        self.book.forget(now);
    }

    /// The number of the last transition.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// What stands.
    pub fn standing(&self) -> &OrdMap<DeviationId, Arc<Deviation>> {
        self.book.standing()
    }

    /// What stands or was lately resolved, by the number of its last transition.
    pub fn by_seq(&self) -> &OrdMap<u64, Arc<Deviation>> {
        self.book.by_seq()
    }

    /// How many deviations stand.
    pub fn counts(&self) -> &OrdMap<CountKey, u64> {
        self.book.counts()
    }

    /// Opens a deviation, changes it, or leaves it as it is.
    fn hold(
        &mut self,
        check: &'static CheckInfo,
        id: DeviationId,
        finding: Finding,
        occasion: &Occasion,
    ) -> Option<Transition> {
        let Some(standing) = self.book.standing().get(&id).cloned() else {
            let deviation = Deviation {
                id,
                check,
                severity: check.severity,
                finding,
                seq: 0,
                since: occasion.now,
                opened_at: occasion.now,
                resolved_at: None,
                initial: occasion.since == Since::FirstSight,
                actor: None,
            };
            return Some(self.enter(Event::Opened, deviation, occasion));
        };
        if standing.finding == finding {
            return None;
        }
        let deviation = Deviation { finding, ..(*standing).clone() };
        if same_evidence(&standing.finding, &deviation.finding) {
            self.book.enter(Arc::new(deviation));
            return None;
        }
        // What has changed since the first look is news.
        let changed = Deviation { since: occasion.now, initial: false, ..deviation };
        Some(self.enter(Event::Changed, changed, occasion))
    }

    fn resolve(&mut self, id: DeviationId, occasion: &Occasion) -> Option<Transition> {
        let standing = self.book.standing().get(&id)?;
        let deviation = Deviation { resolved_at: Some(occasion.now), ..(**standing).clone() };
        Some(self.enter(Event::Resolved, deviation, occasion))
    }

    fn enter(&mut self, event: Event, deviation: Deviation, occasion: &Occasion) -> Transition {
        self.seq += 1;
        let cause = occasion.cause_of(deviation.id);
        let actor = cause.and_then(|cause| cause.actor.clone());
        let deviation = Arc::new(Deviation { seq: self.seq, actor, ..deviation });
        self.book.enter(Arc::clone(&deviation));
        Transition {
            seq: self.seq,
            event,
            time: occasion.now,
            deviation,
            cause: cause.cloned(),
            while_down: occasion.since == Since::WhileDown,
        }
    }
}

/// Whether two findings of one identity say the same. Their counts and wording, and the version of the
/// object, may differ.
fn same_evidence(a: &Finding, b: &Finding) -> bool {
    a.direction == b.direction && a.expected == b.expected && a.actual == b.actual && a.path == b.path
}

#[cfg(test)]
mod tests;
