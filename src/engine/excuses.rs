//! What waivers excuse: found, and not a deviation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use imbl::OrdMap;
use jiff::Timestamp;

use super::waivers::Waivers;
use crate::baseline::Declared;
use crate::checks::{EXCUSED_MAX, WaiverUses};
use crate::model::{
    Cause, ChangeType, CheckInfo, DeviationId, Finding, ObjectKey, Scope, Waived, Waiver, WaiverCounts,
};
use crate::snapshot::Snapshot;

/// What waivers excuse.
#[derive(Debug, Default)]
pub(super) struct Excuses {
    pub(super) waivers: Waivers,
    waived: OrdMap<DeviationId, Arc<Waived>>,
    /// What is excused, by the check that found it and where. A check or scope without any is left out.
    places: HashMap<&'static str, HashMap<Scope, Vec<DeviationId>>>,
    uses: WaiverUses,
    /// How many waivers there are of each state, as far as nothing has moved since they were counted.
    counted: Option<WaiverCounts>,
}

/// What a check found in a scope, sorted out by whether it is excused.
pub(super) type SortedOut = (BTreeMap<DeviationId, Finding>, BTreeMap<DeviationId, Waived>);

impl Excuses {
    /// Takes the waivers that are declared in place of those before.
    pub(super) fn declare(&mut self, declared: &Declared) {
        self.waivers = Waivers::of(declared);
        self.counted = None;
    }

    /// Whether time alone has made that other things are excused.
    pub(super) fn turned(&mut self, now: Timestamp) -> bool {
        let turned = self.waivers.turned(now);
        if turned {
            self.counted = None;
        }
        turned
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
        snapshot: &Snapshot,
    ) -> SortedOut {
        let mut by_id: BTreeMap<DeviationId, (Finding, Vec<Arc<Waiver>>)> = BTreeMap::new();
        for finding in findings {
            let id = DeviationId::new(check.id, &finding.object.key, &finding.key);
            let waivers = self.waivers.excusing(check.id, &finding, now, |key| snapshot.pod_labels(key));
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

    /// Enters what is excused in a scope in place of what was. Says whether a waiver has come into use or gone
    /// out of it, or excuses more objects than it may or no longer so many.
    pub(super) fn settle(
        &mut self,
        check: &'static CheckInfo,
        scope: &Scope,
        waived: BTreeMap<DeviationId, Waived>,
    ) -> bool {
        let mut turned = false;
        for id in self.leave(check.id, scope) {
            let Some(before) = self.waived.remove(&id) else { continue };
            for waiver in &before.waivers {
                turned |= self.let_go(waiver, &before.finding.object.key);
            }
        }
        if !waived.is_empty() {
            let ids = waived.keys().copied().collect();
            self.places.entry(check.id).or_default().insert(scope.clone(), ids);
        }
        for (id, it) in waived {
            for waiver in &it.waivers {
                turned |= self.put_to_use(waiver, &it.finding.object.key);
            }
            self.waived.insert(id, Arc::new(it));
        }
        if turned {
            self.counted = None;
        }
        turned
    }

    /// The causes of what a waiver will excuse from now on, with what is `waived` in the scope, and of what none does any
    /// more.
    pub(super) fn causes(
        &self,
        check: &str,
        scope: &Scope,
        waived: &BTreeMap<DeviationId, Waived>,
        now: Timestamp,
    ) -> BTreeMap<DeviationId, Cause> {
        let before = self.places.get(check).and_then(|scopes| scopes.get(scope)).into_iter().flatten();
        let before =
            before.filter(|id| !waived.contains_key(id)).filter_map(|id| Some((*id, self.waived.get(id)?)));
        let unwaived = before.map(|(id, it)| (id, cause(it.waiver(), ChangeType::Unwaived, now)));
        let waived = waived.iter().map(|(id, it)| (*id, cause(it.waiver(), ChangeType::Waived, now)));
        unwaived.chain(waived).collect()
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

    fn put_to_use(&mut self, waiver: &Arc<Waiver>, object: &ObjectKey) -> bool {
        let objects = self.uses.entry(Arc::clone(waiver)).or_default();
        let before = objects.len();
        *objects.entry(object.clone()).or_default() += 1;
        before != objects.len() && (before == 0 || before == EXCUSED_MAX)
    }

    fn let_go(&mut self, waiver: &Arc<Waiver>, object: &ObjectKey) -> bool {
        let Some(objects) = self.uses.get_mut(waiver) else { return false };
        let Some(findings) = objects.get_mut(object) else { return false };
        *findings -= 1;
        if *findings > 0 {
            return false;
        }
        objects.remove(object);
        let left = objects.len();
        if left == 0 {
            self.uses.remove(waiver);
        }
        left == 0 || left == EXCUSED_MAX
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

    pub(super) fn uses(&self) -> &WaiverUses {
        &self.uses
    }

    /// What is excused.
    pub(super) fn waived(&self) -> &OrdMap<DeviationId, Arc<Waived>> {
        &self.waived
    }

    /// How many waivers there are of each state. It costs in proportion to them only after something has moved.
    pub(super) fn counts(&mut self, now: Timestamp) -> WaiverCounts {
        let count = || self.waivers.counts(now, |waiver| self.uses.contains_key(waiver));
        let counts = self.counted.take().unwrap_or_else(count);
        self.counted.insert(counts).clone()
    }
}

/// The waiver as what made it so.
fn cause(waiver: &Waiver, change: ChangeType, seen: Timestamp) -> Cause {
    Cause {
        object: Some(waiver.document()),
        kind: None,
        change,
        field: Some(format!("spec.waivers[{waiver}]").into()),
        actor: None,
        seen,
    }
}
