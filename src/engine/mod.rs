//! The diff engine: it owns the ledger and the evaluations that are owed.
//!
//! Changes are absorbed as they come; `settle` then evaluates what they touched, each check in each scope
//! once, however many changes there were.

mod blindness;
mod evaluate;
mod excuses;
mod owed;
mod waivers;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::baseline::{Declared, interest};
use crate::checks::{Check, Facts, PANICKED, Panics, Reads, Remembered};
use crate::ledger::{Ledger, Occasion, Since};
use crate::model::{
    Cause, ChangeType, Declaration, Deviation, Finding, Kind, KindView, ObjectKey, Scope, Transition, View,
};
use crate::network::Interest;
use crate::snapshot::{Batch, Snapshot};
use evaluate::{evaluate, stands_in};
use excuses::Excuses;
use owed::{CheckSet, Due, Owed};

/// How often the checks of the cluster as a whole are gone through at most. A waiver of what one of them finds is in use
/// after the first round, and judged in the second.
const CLUSTER_ROUNDS: usize = 3;

/// Holds the baseline against the snapshot.
#[derive(Debug)]
pub struct Engine {
    checks: Arc<[&'static Check]>,
    /// The kinds that are watched.
    kinds: Arc<[Kind]>,
    declared: Arc<Declared>,
    declarations: Arc<[Arc<Declaration>]>,
    snapshot: Arc<Snapshot>,
    ledger: Ledger,
    excuses: Excuses,
    remembered: Remembered,
    owed: Owed,
    /// What is declared has never been complete, and is waited for.
    awaits_declared: bool,
    /// The checks that could see all they need at an earlier `settle`.
    settled: CheckSet,
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
    /// An engine of these checks that has seen nothing yet, where every kind is watched. What was resolved stays in the
    /// view for `retention`.
    pub fn new(
        checks: &[&'static Check],
        declared: Arc<Declared>,
        snapshot: Arc<Snapshot>,
        retention: SignedDuration,
    ) -> Self {
        assert!(checks.len() <= CheckSet::MAX, "the table of checks is longer than a set of them can hold");
        let mut engine = Self {
            checks: checks.into(),
            kinds: Kind::ALL.into(),
            declarations: declarations(&declared),
            declared,
            snapshot,
            ledger: Ledger::new(retention),
            excuses: Excuses::default(),
            remembered: Remembered::default(),
            owed: Owed::default(),
            awaits_declared: false,
            settled: CheckSet::default(),
            panics: Panics::new(),
            first_sight: Since::FirstSight,
            restored_seq: 0,
            touched: Vec::new(),
            moved: true,
        };
        engine.excuses.declare(&engine.declared);
        engine.snapshot.take_interest(interest_in(&engine.declared));
        // What the cluster as a whole is like is owed from the start.
        engine.owe(Scope::Cluster, None);
        for scope in granted(&engine.declared) {
            engine.owe(scope, None);
        }
        engine
    }

    /// Lets these kinds be all that is watched. Nothing is blind for want of another.
    #[must_use]
    pub fn watching(mut self, kinds: &[Kind]) -> Self {
        self.kinds = kinds.into();
        self
    }

    /// Holds the snapshot against another baseline from here on. `seen` is when it was read.
    pub fn declare(&mut self, declared: Arc<Declared>, seen: Timestamp) {
        self.declarations = declarations(&declared);
        self.awaits_declared &= declared.incomplete;
        self.declared = declared;
        self.excuses.declare(&self.declared);
        self.remembered = Remembered::default();
        self.snapshot.take_interest(interest_in(&self.declared));
        self.moved = true;
        let cause = Arc::new(Cause {
            object: None,
            kind: None,
            change: ChangeType::Declared,
            field: None,
            actor: None,
            seen,
        });
        let mut scopes = self.snapshot.scopes();
        scopes.extend(self.ledger.places().map(|(_, scope)| scope.clone()));
        scopes.extend(self.excuses.scopes().cloned());
        scopes.extend(granted(&self.declared));
        scopes.push(Scope::Cluster);
        for scope in scopes {
            self.owe(scope, Some(Arc::clone(&cause)));
        }
    }

    /// Judges nothing of the cluster while what is declared is incomplete and has been so from the start: what an
    /// earlier run found by a document that cannot be read now is not gone.
    pub fn await_declared(&mut self) {
        self.awaits_declared = self.declared.incomplete;
    }

    /// Takes back the ledger of an earlier run: what differs from it at first sight came about while the
    /// daemon was down. What checks found that are not in force any more is forgotten.
    pub fn restore(&mut self, seq: u64, mut deviations: Vec<Arc<Deviation>>) {
        self.first_sight = Since::WhileDown;
        self.restored_seq = seq;
        let checks = Arc::clone(&self.checks);
        let check = |id: &str| checks.iter().position(|check| check.info.id == id);
        deviations.retain(|it| check(it.check.id).is_some());
        let scope_of = |deviation: &Deviation| {
            let rule = check(deviation.check.id).map(|at| checks[at].rule);
            rule.map_or(Scope::Cluster, |rule| rule.scope_of(&deviation.finding.object.key))
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
        for scope in self.ledger.restore(seq, deviations, scope_of) {
            self.owe(scope, None);
        }
    }

    /// Takes changes in, and notes what they make owed.
    pub fn absorb(&mut self, batch: Batch) {
        // A first list makes everything owed for one and the same cause.
        let mut shared: Option<Arc<Cause>> = None;
        for change in batch.changes {
            let mut cause = owed::cause(&change, &self.snapshot, batch.seen);
            let field = self.snapshot.apply(change, &mut self.touched);
            if self.touched.is_empty() {
                continue;
            }
            cause.field = field.filter(|_| cause.object.is_some());
            let cause = shared.take().filter(|it| **it == cause).unwrap_or_else(|| Arc::new(cause));
            for scope in self.touched.drain(..) {
                self.moved |= scope == Scope::Cluster;
                let mut owe = |scope: Scope| {
                    let checks = covering(&self.checks, &scope);
                    self.owed.owe(scope, checks, Some(Arc::clone(&cause)));
                };
                if let Scope::Object(key) = &scope {
                    let hanging = self.declared.rights.hanging_on(key);
                    hanging.iter().cloned().map(Scope::Object).for_each(&mut owe);
                }
                owe(scope);
            }
            shared = Some(cause);
        }
    }

    /// Evaluates what is owed and can be seen, and says what came of it. What is blind stays owed.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Transition> {
        if self.excuses.turned(now) {
            self.owe_waived();
        }
        let sighted = self.sighted();
        let first = sighted.without(self.settled);
        self.settled = self.settled.or(sighted);
        let mut transitions = Vec::new();
        for (scope, due) in self.owed.take_objects(sighted) {
            self.settle_scope(&scope, &due, first, now, &mut transitions);
        }
        for at in (0..self.checks.len()).filter(|at| first.contains(*at)) {
            // A panic of the run before, which has no scope of its own.
            self.clear_panic(self.checks[at], &Scope::Cluster);
        }
        // Each by itself, because the one may make others owed, also such as stand before it.
        let count = self.checks.len();
        for at in (0..CLUSTER_ROUNDS).flat_map(|_| 0..count) {
            let due = self.owed.take_cluster(sighted.and(CheckSet::one(at)));
            // How the monitor itself fares is never older than its start.
            let monitor = self.checks[at].info.id.starts_with("monitor/");
            let first = if monitor { CheckSet::default() } else { first };
            self.settle_scope(&Scope::Cluster, &due, first, now, &mut transitions);
        }
        self.remembered.forget();
        transitions
    }

    /// Evaluates what is due in the scope. What the checks of `first` find may have been there before.
    fn settle_scope(
        &mut self,
        scope: &Scope,
        due: &Due,
        first: CheckSet,
        now: Timestamp,
        transitions: &mut Vec<Transition>,
    ) {
        let quiet = !self.ledger.stands_in(scope) && !self.excuses.excuse_any_in(scope);
        for (at, outcome) in self.evaluate_all(scope, due.checks, now) {
            self.moved = true;
            let check = self.checks[at];
            let mut findings = match outcome {
                Ok(findings) if quiet && findings.is_empty() => {
                    // Most scopes are clean, and were before.
                    self.clear_panic(check, scope);
                    continue;
                }
                Ok(findings) => findings,
                Err(panic) => {
                    // Its deviations there stand as they are.
                    self.panics.entry(check.info.id).or_default().insert(scope.clone(), panic);
                    self.owe_cluster();
                    continue;
                }
            };
            self.clear_panic(check, scope);
            self.keep_unseen(check, scope, &mut findings);
            let (open, waived) = self.excuses.sort_out(&check.info, findings, now, &self.snapshot);
            let causes = self.excuses.causes(check.info.id, scope, &waived, now);
            if self.excuses.settle(&check.info, scope, waived) {
                self.owe_cluster();
            }
            let since = if first.contains(at) { self.first_sight } else { Since::Now };
            let occasion = Occasion { now, since, cause: due.cause.as_deref().cloned(), causes };
            transitions.extend(self.ledger.settle(&check.info, scope, open, &occasion));
        }
    }

    /// What each of these checks finds in the scope, by its position.
    fn evaluate_all(
        &self,
        scope: &Scope,
        checks: CheckSet,
        now: Timestamp,
    ) -> Vec<(usize, Result<Vec<Finding>, String>)> {
        if checks.is_empty() {
            return Vec::new();
        }
        let facts = self.facts(now);
        let stands = stands_in(scope, &facts);
        let is_hidden = || namespace_of(scope).is_some_and(|it| self.snapshot.hidden_by(it).is_some());
        // What is gone has no flow, whatever hides those of others.
        let is_hidden = stands.has_flows() && is_hidden();
        let judges = |at: usize| !(is_hidden && matches!(self.checks[at].reads, Reads::Flows(_)));
        let due = (0..self.checks.len()).filter(|at| checks.contains(*at) && judges(*at));
        due.map(|at| (at, evaluate(self.checks[at], scope, &stands, &facts))).collect()
    }

    /// What every rule may look at.
    fn facts(&self, now: Timestamp) -> Facts<'_> {
        Facts {
            declared: &self.declared,
            snapshot: &self.snapshot,
            panics: &self.panics,
            waiver_uses: self.excuses.uses(),
            remembered: &self.remembered,
            now,
        }
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
        let (checks, snapshot, ledger, excuses) = (&self.checks, &self.snapshot, &self.ledger, &self.excuses);
        let declared = &self.declared;
        self.owed.retain(|scope, due| {
            let Scope::Object(key) = scope else { return true };
            let stands = |at: usize| {
                let check = checks[at].info.id;
                !ledger.standing_in(check, scope).is_empty() || excuses.excuse_in(check, scope)
            };
            snapshot.is_there(key)
                || declared.rights.names(key)
                || (0..checks.len()).any(|at| due.contains(at) && stands(at))
        });
    }

    /// Whether a new view would show more than new counts of objects.
    pub fn moved(&self) -> bool {
        self.moved
    }

    /// Everything that is known at this moment. It costs in proportion to the kinds, checks and waivers alone.
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
            kinds: self.kinds.iter().copied().map(kind).collect(),
            checks: self.checks.iter().map(|check| self.check_view(check, &sights)).collect(),
            baselines: Arc::clone(&self.declarations),
            incomplete: self.declared.incomplete,
            waived: self.excuses.waived().clone(),
            waivers: self.excuses.counts(now),
        }
    }

    /// Adds what an earlier run found in the scope of an object that is there and that this run could never
    /// read: what is not seen is not gone.
    fn keep_unseen(&self, check: &Check, scope: &Scope, findings: &mut Vec<Finding>) {
        let Scope::Object(key) = scope else { return };
        if self.restored_seq == 0 {
            return;
        }
        // What governs a workload hangs on its namespace.
        let namespace = ObjectKey::of_namespace(Arc::clone(&key.namespace));
        if !self.snapshot.unseen(key) && !self.snapshot.unseen(&namespace) {
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

    /// Makes every check owed that is evaluated for the scope.
    fn owe(&mut self, scope: Scope, cause: Option<Arc<Cause>>) {
        let checks = covering(&self.checks, &scope);
        self.owed.owe(scope, checks, cause);
    }

    /// Makes the checks of the cluster as a whole owed. They are evaluated after the others, so that the same
    /// `settle` gets to them.
    fn owe_cluster(&mut self) {
        self.owed.owe_cluster(covering(&self.checks, &Scope::Cluster));
    }

    /// Makes owed whatever a waiver that has come of another age may excuse or have excused.
    fn owe_waived(&mut self) {
        let concerned = self.ledger.places().filter(|(check, _)| self.excuses.waivers.concern(check));
        let mut scopes: Vec<Scope> = concerned.map(|(_, scope)| scope.clone()).collect();
        scopes.extend(self.excuses.scopes().cloned());
        for scope in scopes {
            self.owe(scope, None);
        }
        self.owe_cluster();
    }
}

/// The namespace that the scope is, or is in.
fn namespace_of(scope: &Scope) -> Option<&str> {
    match scope {
        Scope::Object(key) if key.is_namespace() => Some(&key.name),
        Scope::Object(key) => Some(&key.namespace).filter(|it| !it.is_empty()).map(|it| &**it),
        Scope::Cluster => None,
    }
}

/// The checks that are evaluated for the scope.
fn covering(checks: &[&Check], scope: &Scope) -> CheckSet {
    CheckSet::of(checks.len(), |at| checks[at].rule.covers(scope))
}

/// The scopes of those to whom something is declared to be granted. Nothing of them need be there.
fn granted(declared: &Declared) -> Vec<Scope> {
    declared.rights.subjects().cloned().map(Scope::Object).collect()
}

/// What the map of the network has to know of what is declared.
fn interest_in(declared: &Declared) -> Interest {
    interest(declared.baselines.iter().filter_map(|it| it.network.as_ref()))
}

fn declarations(declared: &Declared) -> Arc<[Arc<Declaration>]> {
    declared.baselines.iter().map(|baseline| Arc::clone(&baseline.declaration)).collect()
}

#[cfg(test)]
mod tests;
