//! The diff engine: it owns the ledger and the evaluations that are owed.
//!
//! Changes are absorbed as they come; `settle` then evaluates what they touched, each check in each scope
//! once, however many changes there were.

mod blindness;
mod owed;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::baseline::Baseline;
use crate::checks::{Check, Facts, Judges, PANICKED, Panics};
use crate::ledger::{Ledger, Occasion, Since};
use crate::model::{BaselineView, Cause, Deviation, Finding, Kind, KindView, Scope, Transition, View};
use crate::snapshot::{Batch, Snapshot};
use owed::Owed;

/// Holds the baseline against the snapshot.
#[derive(Debug)]
pub struct Engine {
    checks: &'static [&'static Check],
    baseline: Baseline,
    baseline_view: Arc<BaselineView>,
    snapshot: Arc<Snapshot>,
    ledger: Ledger,
    /// What is owed, by the position of the check.
    owed: Vec<Owed>,
    panics: Panics,
    /// Since when what a check finds at its first evaluation may have been there.
    first_sight: Since,
    /// The number of the last transition of the run before.
    restored_seq: u64,
    touched: Vec<Scope>,
    /// Something that the view shows may have changed since the last view.
    moved: bool,
}

impl Engine {
    /// An engine that has seen nothing yet. What was resolved stays in the view for `retention`.
    pub fn new(
        checks: &'static [&'static Check],
        baseline: Baseline,
        snapshot: Arc<Snapshot>,
        retention: SignedDuration,
    ) -> Self {
        let baseline_view = Arc::new(baseline.view());
        let ledger = Ledger::new(retention);
        let owed = checks.iter().map(|check| Owed::new(check.judges)).collect();
        Self {
            checks,
            baseline,
            baseline_view,
            snapshot,
            ledger,
            owed,
            panics: Panics::new(),
            first_sight: Since::FirstSight,
            restored_seq: 0,
            touched: Vec::new(),
            moved: true,
        }
    }

    /// Takes back the ledger of an earlier run: what differs from it at first sight came about while the
    /// daemon was down.
    pub fn restore(&mut self, seq: u64, deviations: Vec<Arc<Deviation>>) {
        self.first_sight = Since::WhileDown;
        self.restored_seq = seq;
        let checks = self.checks;
        let check = |id: &str| checks.iter().position(|check| check.info.id == id);
        let scope_of = |deviation: &Deviation| {
            let judges = check(deviation.check.id).map(|at| checks[at].judges);
            judges.map_or(Scope::Cluster, |judges| judges.scope_of(&deviation.finding.object.key))
        };
        for deviation in deviations.iter().filter(|it| it.resolved_at.is_none()) {
            if deviation.check.id == PANICKED.info.id
                && let Some(at) = check(&deviation.finding.key)
            {
                // It stands until the check has had its say, wherever that was.
                let message = deviation.finding.message.clone();
                self.panics.entry(checks[at].info.id).or_default().insert(Scope::Cluster, message);
            }
        }
        for (id, scope) in self.ledger.restore(seq, deviations, scope_of) {
            if let Some(at) = check(id) {
                self.owed[at].owe(scope, None);
            }
        }
    }

    /// Takes changes in, and notes what they make owed.
    pub fn absorb(&mut self, batch: Batch) {
        // A first list makes everything owed for one and the same cause.
        let mut shared: Option<Arc<Cause>> = None;
        for change in batch.changes {
            let cause = owed::cause(&change, &self.snapshot, batch.seen);
            self.snapshot.apply(change, &mut self.touched);
            if self.touched.is_empty() {
                continue;
            }
            let cause = shared.take().filter(|it| **it == cause).unwrap_or_else(|| Arc::new(cause));
            for scope in self.touched.drain(..) {
                self.moved |= scope == Scope::Cluster;
                for owed in self.owed.iter_mut().filter(|owed| owed.covers(&scope)) {
                    owed.owe(scope.clone(), Some(Arc::clone(&cause)));
                }
            }
            shared = Some(cause);
        }
    }

    /// Evaluates what is owed and can be seen, and says what came of it. What is blind stays owed.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Transition> {
        let sights = self.sights();
        let mut transitions = Vec::new();
        for at in 0..self.checks.len() {
            if !blindness::sighted(self.checks[at].reads, &sights) {
                continue;
            }
            let before = std::mem::replace(&mut self.owed[at].settled_before, true);
            // How the monitor itself fares is never older than its start.
            let first = !before && self.checks[at].judges == Judges::Workload;
            let since = if first { self.first_sight } else { Since::Now };
            for (scope, cause) in self.owed[at].take() {
                self.moved = true;
                if let Some(mut findings) = self.evaluate(self.checks[at], &scope) {
                    self.keep_unseen(self.checks[at], &scope, &mut findings);
                    let occasion = Occasion { now, since, cause: cause.as_deref().cloned() };
                    let check = &self.checks[at].info;
                    transitions.extend(self.ledger.settle(check, &scope, findings, &occasion));
                }
            }
            if !before && self.checks[at].judges != Judges::Cluster {
                // A panic of the run before, which has no scope of its own.
                self.clear_panic(self.checks[at], &Scope::Cluster);
            }
        }
        transitions
    }

    /// Forgets what was resolved longer ago than the retention.
    pub fn forget(&mut self, now: Timestamp) {
        let before = self.ledger.by_seq().len();
        self.ledger.forget(now);
        self.moved |= self.ledger.by_seq().len() != before;
    }

    /// Lets go of what is owed for objects that are gone and of which nothing stands: a check may be blind for
    /// very long. It costs in proportion to what blind checks owe.
    pub fn forgive(&mut self) {
        for (check, owed) in self.checks.iter().zip(&mut self.owed) {
            let (snapshot, ledger) = (&self.snapshot, &self.ledger);
            owed.retain(|scope| match scope {
                Scope::Cluster => true,
                Scope::Workload(key) => {
                    let there = snapshot.workload(key).is_some() || snapshot.unreadable(key).is_some();
                    there || !ledger.standing_in(check.info.id, scope).is_empty()
                }
            });
        }
    }

    /// Whether a new view would show more than new counts of objects.
    pub fn moved(&self) -> bool {
        self.moved
    }

    /// Everything that is known at this moment. It costs in proportion to the kinds and checks alone.
    pub fn view(&mut self, now: Timestamp) -> View {
        self.moved = false;
        let sights = self.sights();
        let kind = |kind: Kind| KindView {
            kind,
            sight: sights[kind as usize].clone(),
            objects: self.snapshot.objects(kind),
        };
        View {
            time: now,
            seq: self.ledger.seq(),
            standing: self.ledger.standing().clone(),
            by_seq: self.ledger.by_seq().clone(),
            counts: self.ledger.counts().clone(),
            kinds: Kind::ALL.into_iter().map(kind).collect(),
            checks: self.checks.iter().map(|check| Self::check_view(check, &sights)).collect(),
            baseline: Arc::clone(&self.baseline_view),
        }
    }

    /// What the check finds in the scope; none if it panicked, so that its deviations there stand as they
    /// are.
    fn evaluate(&mut self, check: &'static Check, scope: &Scope) -> Option<Vec<Finding>> {
        let facts = Facts { baseline: &self.baseline, snapshot: &self.snapshot, panics: &self.panics };
        // A check only reads, so that nothing is left half done by its panic.
        let outcome = catch_unwind(AssertUnwindSafe(|| (check.evaluate)(&facts, scope)));
        let panic = match outcome {
            Ok(findings) => {
                self.clear_panic(check, scope);
                return Some(findings);
            }
            Err(panic) => panic,
        };
        let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        let message = message.unwrap_or_else(|| "without a message".to_owned());
        self.panics.entry(check.info.id).or_default().insert(scope.clone(), message);
        self.owe_cluster();
        None
    }

    /// Adds what an earlier run found in the scope of an object that is there and that this run could never
    /// read: what is not seen is not gone.
    fn keep_unseen(&self, check: &Check, scope: &Scope, findings: &mut Vec<Finding>) {
        let Scope::Workload(key) = scope else { return };
        if self.restored_seq == 0 || !self.snapshot.unseen(key) {
            return;
        }
        for deviation in self.ledger.standing_in(check.info.id, scope) {
            let known = &deviation.finding;
            let found = findings.iter().any(|it| it.key == known.key && it.object.key == known.object.key);
            if !found && deviation.seq <= self.restored_seq {
                findings.push(known.clone());
            }
        }
    }

    fn clear_panic(&mut self, check: &'static Check, scope: &Scope) {
        let Some(scopes) = self.panics.get_mut(check.info.id) else { return };
        if scopes.remove(scope).is_none() {
            return;
        }
        if scopes.is_empty() {
            self.panics.remove(check.info.id);
        }
        self.owe_cluster();
    }

    /// Makes the checks of the cluster as a whole owed. They stand after the others in the table, so that
    /// the same `settle` gets to them.
    fn owe_cluster(&mut self) {
        for owed in self.owed.iter_mut().filter(|owed| owed.covers(&Scope::Cluster)) {
            owed.owe_if_not(Scope::Cluster);
        }
    }
}

#[cfg(test)]
mod tests;
