//! Policies come to the map, change, and go.

use std::sync::Arc;

use super::Map;
use super::class::ClassId;
use super::policy::{Direction, NamedPolicy, Peer, Policy};
use super::space::{cross_keys, own_keys, peers};
use crate::model::ObjectKey;

impl Map {
    /// The policy of this key is there as this; none if it is not there.
    pub fn set_policy(&mut self, key: &ObjectKey, new: Option<&Arc<Policy>>, touched: &mut Vec<ObjectKey>) {
        let namespace = &key.namespace;
        let old = self.enter(namespace).policies.get(&key.name).map(|it| Arc::clone(&it.policy));
        let old = old.as_ref();
        if old != new {
            touched.push(key.clone());
            touched.push(ObjectKey::of_namespace(Arc::clone(namespace)));
            if let Some(new) = new {
                self.look_at(namespace, new, touched);
            }
            self.replace(key, old, new, touched);
            if let Some(old) = old {
                self.look_away(namespace, old, touched);
            }
        }
        self.leave_if_bare(namespace);
    }

    /// Lets the policy stand for the old one, in what becomes of classes as well.
    fn replace(
        &mut self,
        key: &ObjectKey,
        old: Option<&Arc<Policy>>,
        new: Option<&Arc<Policy>>,
        touched: &mut Vec<ObjectKey>,
    ) {
        let about = |it: &Arc<Policy>| self.selected_in(&key.namespace, &it.selector).collect::<Vec<_>>();
        let mut affected: Vec<ClassId> = old.into_iter().chain(new).flat_map(about).collect();
        affected.sort_unstable();
        affected.dedup();
        let directions = || Direction::ALL.into_iter().filter(|it| says_otherwise(*it, old, new));
        if self.is_followed() {
            self.touch_each(affected.iter().copied(), touched);
        }
        for direction in directions() {
            self.touch_by_policy(&affected, direction, old, touched);
        }
        self.exchange(key, old, new);
        let now = self.spaces[&key.namespace].policies.get(&key.name).cloned();
        for direction in directions() {
            for id in &affected {
                let labels = Arc::clone(&self.class(*id).labels);
                let is_about = |it: &Policy| it.isolates(direction) && it.selector.matches(&labels);
                let policy = now.as_ref().filter(|it| is_about(&it.policy));
                self.amend(*id, direction, &key.name, policy);
            }
            self.touch_by_policy(&affected, direction, new, touched);
        }
    }

    /// Lets the policy stand for the old one in every index.
    fn exchange(&mut self, key: &ObjectKey, old: Option<&Arc<Policy>>, new: Option<&Arc<Policy>>) {
        let space = self.spaces.get_mut(&key.namespace).expect("whoever calls this has entered it");
        // What both name stays, if the new one comes before the old one goes.
        if let Some(new) = new {
            let named = NamedPolicy { name: Arc::clone(&key.name), policy: Arc::clone(new) };
            space.policies.insert(Arc::clone(&key.name), Arc::new(named));
            space.selectors.add(&new.selector, Direction::Ingress, key);
            for (direction, peer) in peers(new) {
                match peer {
                    Peer::Own(pods) => space.own_peers.add(pods, direction, key),
                    Peer::Pods(selection) => self.selections.add(selection, direction, key),
                    Peer::Block(block) => self.blocks.add(block, direction, key),
                }
            }
        } else {
            space.policies.remove(&key.name);
        }
        if let Some(old) = old {
            space.selectors.remove(&old.selector, Direction::Ingress, key);
            for (direction, peer) in peers(old) {
                match peer {
                    Peer::Own(pods) => space.own_peers.remove(pods, direction, key),
                    Peer::Pods(selection) => self.selections.remove(selection, direction, key),
                    Peer::Block(block) => self.blocks.remove(block, direction, key),
                }
            }
        }
    }

    /// Tells pods apart by what a new policy looks at.
    fn look_at(&mut self, namespace: &Arc<str>, policy: &Policy, touched: &mut Vec<ObjectKey>) {
        let own = self.enter(namespace).keys.add(own_keys(policy));
        let cross = self.keys.add(cross_keys(policy));
        self.sort(namespace, &own, touched);
        self.sort_all(&cross, touched);
    }

    /// Tells pods apart no more by what only an old policy looked at.
    fn look_away(&mut self, namespace: &Arc<str>, policy: &Policy, touched: &mut Vec<ObjectKey>) {
        let own = self.enter(namespace).keys.remove(own_keys(policy));
        let cross = self.keys.remove(cross_keys(policy));
        self.sort(namespace, &own, touched);
        self.sort_all(&cross, touched);
    }
}

/// Whether one of the policies says in this direction what the other does not.
fn says_otherwise(direction: Direction, old: Option<&Arc<Policy>>, new: Option<&Arc<Policy>>) -> bool {
    match [old, new].map(|it| it.filter(|it| it.isolates(direction))) {
        [Some(old), Some(new)] => {
            old.selector != new.selector || old.rules(direction) != new.rules(direction)
        }
        [old, new] => old.is_some() || new.is_some(),
    }
}
