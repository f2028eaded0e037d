//! Which `ClusterRoles` gather which others by their labels.
//!
//! An API server lets only those write a role that gathers others who may do everything. Files may hold any number of
//! them all the same, each of which gathers all: a search ends once it has found everyone there is to be found.

use std::collections::{BTreeSet, HashMap};

use foldhash::quality::RandomState;

use crate::model::ObjectKey;

type Index = HashMap<ObjectKey, BTreeSet<ObjectKey>, RandomState>;

#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// By each role that gathers, the others that its selectors find.
    gathered: Index,
    /// The same the other way round. What nobody gathers is left out.
    gatherers: Index,
}

impl Gathering {
    /// The roles whose own selectors find this one.
    pub(super) fn gatherers(&self, role: &ObjectKey) -> impl Iterator<Item = &ObjectKey> {
        self.gatherers.get(role).into_iter().flatten()
    }

    /// Everyone who gathers.
    pub(super) fn all_gatherers(&self) -> impl Iterator<Item = &ObjectKey> {
        self.gathered.keys()
    }

    /// The roles that gather this one, directly or through others.
    pub(super) fn above(&self, role: &ObjectKey) -> BTreeSet<ObjectKey> {
        spread(&self.gatherers, self.gathered.len(), role)
    }

    /// The roles that are gathered into this one, directly or through others.
    pub(super) fn below(&self, role: &ObjectKey) -> BTreeSet<ObjectKey> {
        spread(&self.gathered, self.gatherers.len(), role)
    }

    /// Notes whether `role` gathers `part`.
    pub(super) fn set(&mut self, role: &ObjectKey, part: &ObjectKey, is: bool) {
        for (index, from, to) in [(&mut self.gathered, role, part), (&mut self.gatherers, part, role)] {
            if is {
                index.entry(from.clone()).or_default().insert(to.clone());
            } else if let Some(known) = index.get_mut(from) {
                known.remove(to);
            }
        }
        if self.gatherers.get(part).is_some_and(BTreeSet::is_empty) {
            self.gatherers.remove(part);
        }
    }

    /// Notes that the role gathers these; none where it does not gather at all.
    pub(super) fn replace(&mut self, role: &ObjectKey, parts: Option<Vec<ObjectKey>>) {
        for old in self.gathered.get(role).cloned().unwrap_or_default() {
            self.set(role, &old, false);
        }
        self.gathered.remove(role);
        let Some(parts) = parts else { return };
        self.gathered.insert(role.clone(), BTreeSet::new());
        for part in parts {
            self.set(role, &part, true);
        }
    }
}

/// Whatever can be reached from `start` by way of the index, of which there are at most so many.
fn spread(index: &Index, most: usize, start: &ObjectKey) -> BTreeSet<ObjectKey> {
    let mut next = vec![start];
    let mut found = BTreeSet::new();
    while let Some(role) = next.pop() {
        if found.len() >= most {
            break;
        }
        next.extend(index.get(role).into_iter().flatten().filter(|it| found.insert(*it)));
    }
    found.into_iter().cloned().collect()
}
