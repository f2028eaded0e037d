//! What policies name, each thing once, with the policies that name it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::policy::Direction;
use crate::model::ObjectKey;

/// A policy, and the direction in which it names something.
pub(super) type Use = (Direction, ObjectKey);

/// Things with how often each policy names them.
#[derive(Debug)]
pub(super) struct Uses<T>(HashMap<Arc<T>, HashMap<Use, u32, RandomState>, RandomState>);

impl<T> Default for Uses<T> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<T: Eq + Hash> Uses<T> {
    /// Notes that a policy names it once more. Returns whether none did before.
    pub(super) fn add(&mut self, thing: &Arc<T>, direction: Direction, policy: &ObjectKey) -> bool {
        let uses = self.0.entry(Arc::clone(thing)).or_default();
        let is_new = uses.is_empty();
        *uses.entry((direction, policy.clone())).or_default() += 1;
        is_new
    }

    /// Notes that a policy names it once less. Returns whether none does any more.
    pub(super) fn remove(&mut self, thing: &Arc<T>, direction: Direction, policy: &ObjectKey) -> bool {
        let Some(uses) = self.0.get_mut(thing) else { return false };
        let key = (direction, policy.clone());
        if let Some(count) = uses.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                uses.remove(&key);
            }
        }
        let is_gone = uses.is_empty();
        if is_gone {
            self.0.remove(thing);
        }
        is_gone
    }

    /// Who names it, in which direction.
    pub(super) fn of(&self, thing: &T) -> impl Iterator<Item = &Use> {
        self.0.get(thing).into_iter().flat_map(HashMap::keys)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
