//! Which `ClusterRoles` gather which others by their labels.
//!
//! An API server lets only those write a role that gathers others who may do everything. Files may hold any number of
//! them all the same, each of which gathers all. Roles that gather by the same selectors find the same: it is held
//! once for all of them, and a search goes through it once.

use std::collections::{BTreeSet, HashMap, HashSet};

use foldhash::quality::RandomState;
use slab::Slab;

use super::role::select;
use crate::model::{Labels, ObjectKey};
use crate::wire::LabelSelector;

type Index<V> = HashMap<ObjectKey, V, RandomState>;

/// Roles that a search has found, in no order.
pub(super) type Found<'a> = HashSet<&'a ObjectKey, RandomState>;

#[derive(Debug, Default)]
pub(super) struct Gathering {
    aggregations: Slab<Aggregation>,
    /// By each role that gathers, its aggregation.
    own: Index<usize>,
    /// By each role that is found, the aggregations that find it.
    finders: Index<BTreeSet<usize>>,
}

/// Roles that gather by the same selectors. None of them gathers itself, though it may be found.
#[derive(Debug)]
struct Aggregation {
    selectors: Vec<LabelSelector>,
    roles: BTreeSet<ObjectKey>,
    found: BTreeSet<ObjectKey>,
}

impl Gathering {
    /// The roles whose own selectors find this one.
    pub(super) fn gatherers(&self, role: &ObjectKey) -> impl Iterator<Item = &ObjectKey> {
        let roles = self.finders(role).flat_map(|at| &self.aggregations[at].roles);
        roles.filter(move |it| *it != role)
    }

    /// The roles that gather this one, directly or through others.
    pub(super) fn above(&self, role: &ObjectKey) -> BTreeSet<ObjectKey> {
        let roles = |at: usize| &self.aggregations[at].roles;
        let above = reached(self.finders(role).collect(), self.own.len(), roles, |it| self.finders(it));
        above.into_iter().filter(|it| *it != role).cloned().collect()
    }

    /// The roles that are gathered into this one, directly or through others.
    pub(super) fn below(&self, role: &ObjectKey) -> BTreeSet<ObjectKey> {
        self.found_from(role).into_iter().filter(|it| *it != role).cloned().collect()
    }

    /// Of the roles that are found from this one on, those that find it too.
    pub(super) fn circle(&self, role: &ObjectKey, found: &Found<'_>) -> BTreeSet<ObjectKey> {
        let mut circle = if found.contains(role) { self.above(role) } else { BTreeSet::new() };
        circle.retain(|it| found.contains(it));
        circle
    }

    /// The roles that are found from this one on, directly or through others; it may be one of them.
    pub(super) fn found_from(&self, role: &ObjectKey) -> Found<'_> {
        let start = self.own.get(role).copied().into_iter().collect();
        let found = |at: usize| &self.aggregations[at].found;
        reached(start, self.finders.len(), found, |it| self.own.get(it).copied())
    }

    fn finders(&self, role: &ObjectKey) -> impl Iterator<Item = usize> {
        self.finders.get(role).into_iter().flatten().copied()
    }

    /// Notes which labels the role has now; none if it is gone.
    pub(super) fn relabel(&mut self, role: &ObjectKey, labels: Option<&Labels>) {
        self.finders.remove(role);
        for (at, aggregation) in &mut self.aggregations {
            if labels.is_some_and(|labels| select(&aggregation.selectors, labels)) {
                aggregation.found.insert(role.clone());
                self.finders.entry(role.clone()).or_default().insert(at);
            } else {
                aggregation.found.remove(role);
            }
        }
    }

    /// Notes by which selectors the role gathers; none where it does not. Of `all` that are there, what new selectors
    /// find is looked up.
    pub(super) fn set<'a>(
        &mut self,
        role: &ObjectKey,
        selectors: Option<&[LabelSelector]>,
        all: impl Iterator<Item = (&'a ObjectKey, &'a Labels)>,
    ) {
        self.leave(role);
        let Some(selectors) = selectors else { return };
        let known = self.aggregations.iter().find(|(_, it)| it.selectors == selectors).map(|(at, _)| at);
        let at = known.unwrap_or_else(|| {
            let found = all.filter(|(_, labels)| select(selectors, labels)).map(|(key, _)| key.clone());
            self.begin(selectors.to_vec(), found.collect())
        });
        self.aggregations[at].roles.insert(role.clone());
        self.own.insert(role.clone(), at);
    }

    fn begin(&mut self, selectors: Vec<LabelSelector>, found: BTreeSet<ObjectKey>) -> usize {
        let entry = self.aggregations.vacant_entry();
        let at = entry.key();
        for role in &found {
            self.finders.entry(role.clone()).or_default().insert(at);
        }
        entry.insert(Aggregation { selectors, roles: BTreeSet::new(), found });
        at
    }

    /// Takes the role out of its aggregation, which ends with its last one.
    fn leave(&mut self, role: &ObjectKey) {
        let Some(at) = self.own.remove(role) else { return };
        self.aggregations[at].roles.remove(role);
        if !self.aggregations[at].roles.is_empty() {
            return;
        }
        for role in self.aggregations.remove(at).found {
            if let Some(finders) = self.finders.get_mut(&role) {
                finders.remove(&at);
                if finders.is_empty() {
                    self.finders.remove(&role);
                }
            }
        }
    }
}

/// The roles of these aggregations, of those to which they lead, and so on; there are at most so many.
fn reached<'a, I: IntoIterator<Item = usize>>(
    mut next: Vec<usize>,
    most: usize,
    roles: impl Fn(usize) -> &'a BTreeSet<ObjectKey>,
    lead: impl Fn(&'a ObjectKey) -> I,
) -> Found<'a> {
    let (mut searched, mut reached) = (HashSet::<_, RandomState>::default(), Found::default());
    while let Some(at) = next.pop() {
        if reached.len() < most && searched.insert(at) {
            let news = roles(at).iter().filter(|it| reached.insert(it));
            next.extend(news.flat_map(&lead));
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use super::*;
    use crate::model::{Kind, ObjectKind};
    use crate::rbac::{Grants, Role};
    use crate::wire::{self, PolicyRule};

    fn key(number: usize) -> ObjectKey {
        let name = format!("role-{number:03}").into();
        ObjectKey { kind: ObjectKind::Watched(Kind::ClusterRole), namespace: Arc::default(), name }
    }

    /// Roles in as many circles as are asked for: each gathers all others of its own.
    fn in_circles(roles: usize, circles: usize) -> Grants {
        let mut grants = Grants::default();
        for number in 0..roles {
            set(&mut grants, number, &format!("circle-{}", number % circles));
        }
        grants
    }

    /// A role with a rule of its own and this label, which gathers what has it too.
    fn set(grants: &mut Grants, number: usize, label: &str) {
        set_with(grants, number, label, &[label]);
    }

    fn set_with(grants: &mut Grants, number: usize, label: &str, gathers: &[&str]) {
        let right = PolicyRule {
            verbs: vec!["get".to_owned()],
            api_groups: vec![String::new()],
            resources: vec![format!("things-{number}")],
            ..PolicyRule::default()
        };
        let selector = |label: &&str| LabelSelector {
            match_labels: [((*label).to_owned(), String::new())].into(),
            ..LabelSelector::default()
        };
        let selectors = gathers.iter().map(selector).collect();
        let aggregation = Some(wire::AggregationRule { cluster_role_selectors: selectors });
        let role = Role::new(&key(number), wire::Role { rules: vec![right], aggregation });
        let labels = Labels::from_iter([(label.into(), "".into())]);
        grants.set_role(&key(number), Some((Arc::new(role), Arc::new(labels))), &mut Vec::new());
    }

    /// How many aggregations a search from the role on looks into, and how many roles it finds.
    fn search(gathering: &Gathering, start: usize) -> (usize, usize) {
        let lookups = Cell::new(0);
        let roles = |at: usize| {
            lookups.set(lookups.get() + 1);
            &gathering.aggregations[at].found
        };
        let lead = |it: &ObjectKey| gathering.own.get(it).copied();
        let found = reached(vec![gathering.own[&key(start)]], gathering.finders.len(), roles, lead);
        (lookups.get(), found.len())
    }

    /// What each of the roles comes to, by where it is held, and how many rules that is.
    fn held(grants: &Grants) -> BTreeSet<(usize, usize)> {
        grants.roles().map(|(_, role)| (Arc::as_ptr(role).addr(), role.rules.len())).collect()
    }

    fn sizes(grants: &Grants) -> Vec<usize> {
        let mut sizes: Vec<usize> = held(grants).into_iter().map(|(_, rules)| rules).collect();
        sizes.sort_unstable();
        sizes
    }

    #[test]
    fn what_roles_come_to_that_gather_each_other_is_computed_once_for_all() {
        let mut grants = in_circles(200, 2);
        assert_eq!(sizes(&grants), [100, 100]);
        // Those that stay behind are computed once as well.
        set(&mut grants, 0, "circle-1");
        assert_eq!(sizes(&grants), [99, 101]);
        grants.set_role(&key(1), None, &mut Vec::new());
        assert_eq!(sizes(&grants), [99, 100]);
    }

    #[test]
    fn what_the_same_selectors_find_is_searched_once() {
        let grants = in_circles(200, 2);
        assert_eq!(grants.gathering().aggregations.len(), 2);
        assert_eq!(search(grants.gathering(), 0), (1, 100));
    }

    #[test]
    fn a_search_ends_once_everybody_is_found() {
        let mut grants = Grants::default();
        for number in 0..20 {
            set_with(&mut grants, number, "all", &["all", &format!("other-{number}")]);
        }
        assert_eq!(grants.gathering().aggregations.len(), 20);
        assert_eq!(search(grants.gathering(), 0), (1, 20));
        assert_eq!(sizes(&grants), [20]);
    }

    #[test]
    fn selectors_are_forgotten_with_the_last_role_that_gathers_by_them() {
        let mut grants = in_circles(4, 2);
        for number in [0, 2] {
            grants.set_role(&key(number), None, &mut Vec::new());
        }
        assert_eq!(grants.gathering().aggregations.len(), 1);
        assert_eq!(grants.gathering().finders.len(), 2);
        assert_eq!(grants.gathering().above(&key(1)), BTreeSet::from([key(3)]));
    }
}
