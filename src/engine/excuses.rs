//! What waivers excuse: found, and not a deviation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use imbl::OrdMap;
use jiff::Timestamp;

use crate::baseline::Declared;
use crate::model::{CheckInfo, DeviationId, Finding, Scope, Waived, Waiver, WaiverCounts};

/// The waivers in force, and what they excuse.
#[derive(Debug, Default)]
pub(super) struct Excuses {
    /// Every waiver that is declared, by its check.
    waivers: HashMap<Arc<str>, Vec<Arc<Waiver>>>,
    waived: OrdMap<DeviationId, Arc<Waived>>,
    /// What is excused, by the check that found it and where. A check or scope without any is left out.
    places: HashMap<&'static str, HashMap<Scope, Vec<DeviationId>>>,
    /// How many findings each waiver excuses; never 0.
    uses: HashMap<Arc<Waiver>, usize>,
    /// The span of time in which no waiver expires, if it is known.
    steady: Option<(Timestamp, Timestamp)>,
}

/// What a check found in a scope, sorted out by whether it is excused.
pub(super) type SortedOut = (BTreeMap<DeviationId, Finding>, BTreeMap<DeviationId, Waived>);

impl Excuses {
    /// Takes the waivers that are declared in place of those before.
    pub(super) fn declare(&mut self, declared: &Declared) {
        self.waivers.clear();
        for waiver in declared.baselines.iter().flat_map(|baseline| &baseline.waivers) {
            self.waivers.entry(Arc::clone(&waiver.check)).or_default().push(Arc::clone(waiver));
        }
        self.steady = None;
    }

    /// Whether a waiver has expired since this was last asked, or expires anew because the clock was set back.
    pub(super) fn turned(&mut self, now: Timestamp) -> bool {
        if self.steady.is_some_and(|(from, until)| from <= now && now < until) {
            return false;
        }
        let expiries = || self.waivers.values().flatten().map(|waiver| waiver.expires);
        let from = expiries().filter(|at| *at <= now).max().unwrap_or(Timestamp::MIN);
        let until = expiries().filter(|at| *at > now).min().unwrap_or(Timestamp::MAX);
        self.steady.replace((from, until)).is_some()
    }

    /// Whether any waiver, expired or not, is about this check.
    pub(super) fn concern(&self, check: &str) -> bool {
        self.waivers.contains_key(check)
    }

    /// Findings of one identity made one, and told apart by whether waivers excuse them.
    ///
    /// Within a document their counts add up. Of several documents each judges alone: what one of them does not
    /// excuse is not excused, and all that do are in use.
    pub(super) fn sort_out(
        &self,
        check: &'static CheckInfo,
        findings: Vec<Finding>,
        now: Timestamp,
    ) -> SortedOut {
        let mut by_id: BTreeMap<DeviationId, (Finding, Vec<Arc<Waiver>>)> = BTreeMap::new();
        for finding in findings {
            let id = DeviationId::new(check.id, &finding.object.key, &finding.key);
            let waivers = self.waivers_of(check, &finding, now);
            match by_id.get_mut(&id) {
                Some((first, _)) if first.declaration == finding.declaration => first.count += finding.count,
                Some((_, before)) if before.is_empty() => {}
                Some((_, before)) if !waivers.is_empty() => before.extend(waivers),
                Some(_) | None => {
                    by_id.insert(id, (finding, waivers));
                }
            }
        }
        let (mut open, mut excused) = SortedOut::default();
        for (id, (finding, waivers)) in by_id {
            if waivers.is_empty() {
                open.insert(id, finding);
            } else {
                excused.insert(id, Waived { check, finding, waivers });
            }
        }
        (open, excused)
    }

    /// The waivers that excuse the finding now.
    fn waivers_of(&self, check: &CheckInfo, finding: &Finding, now: Timestamp) -> Vec<Arc<Waiver>> {
        let declared_beside = |waiver: &Waiver| {
            let (of, by) = (finding.declaration.as_deref(), &waiver.declaration);
            of.is_none_or(|it| it.name == by.name && it.file == by.file)
        };
        let excuses = |waiver: &&Arc<Waiver>| {
            now < waiver.expires && waiver.matches.covers(&finding.object.key) && declared_beside(waiver)
        };
        self.waivers.get(check.id).into_iter().flatten().filter(excuses).cloned().collect()
    }

    /// Enters what is excused in a scope in place of what was. Says whether a waiver has come into use or gone
    /// out of it.
    pub(super) fn settle(
        &mut self,
        check: &'static CheckInfo,
        scope: &Scope,
        waived: BTreeMap<DeviationId, Waived>,
    ) -> bool {
        let mut turned = false;
        for id in self.leave(check.id, scope) {
            let before = self.waived.remove(&id);
            for waiver in before.iter().flat_map(|it| &it.waivers) {
                turned |= self.let_go(waiver);
            }
        }
        if waived.is_empty() {
            return turned;
        }
        let ids = waived.keys().copied().collect();
        self.places.entry(check.id).or_default().insert(scope.clone(), ids);
        for (id, it) in waived {
            for waiver in &it.waivers {
                let uses = self.uses.entry(Arc::clone(waiver)).or_default();
                *uses += 1;
                turned |= *uses == 1;
            }
            self.waived.insert(id, Arc::new(it));
        }
        turned
    }

    /// Forgets that anything of the check is excused in the scope. Returns what was.
    fn leave(&mut self, check: &'static str, scope: &Scope) -> Vec<DeviationId> {
        let Some(scopes) = self.places.get_mut(check) else { return Vec::new() };
        let ids = scopes.remove(scope).unwrap_or_default();
        if scopes.is_empty() {
            self.places.remove(check);
        }
        ids
    }

    fn let_go(&mut self, waiver: &Arc<Waiver>) -> bool {
        let Some(uses) = self.uses.get_mut(waiver) else { return false };
        *uses -= 1;
        if *uses > 0 {
            return false;
        }
        self.uses.remove(waiver).is_some()
    }

    /// Where something is excused.
    pub(super) fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.places.values().flat_map(HashMap::keys)
    }

    /// Whether anything is excused in the scope.
    pub(super) fn excuse_any_in(&self, scope: &Scope) -> bool {
        self.places.values().any(|scopes| scopes.contains_key(scope))
    }

    /// Whether anything that the check finds in the scope is excused.
    pub(super) fn excuse_in(&self, check: &str, scope: &Scope) -> bool {
        self.places.get(check).is_some_and(|scopes| scopes.contains_key(scope))
    }

    /// The waivers that excuse something, with how many findings each excuses.
    pub(super) fn uses(&self) -> &HashMap<Arc<Waiver>, usize> {
        &self.uses
    }

    /// What is excused.
    pub(super) fn waived(&self) -> &OrdMap<DeviationId, Arc<Waived>> {
        &self.waived
    }

    pub(super) fn counts(&self, now: Timestamp) -> WaiverCounts {
        let mut counts = WaiverCounts::default();
        for waiver in self.waivers.values().flatten() {
            if waiver.expires <= now {
                counts.expired += 1;
            } else if self.uses.contains_key(waiver) {
                counts.used += 1;
            } else {
                counts.unused += 1;
            }
        }
        counts
    }
}
