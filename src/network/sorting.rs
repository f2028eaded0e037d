//! Endpoints are sorted into classes, by the labels that policies look at.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::class::{Class, ClassId, Reach, SetId, Side};
use super::counts::Counts;
use super::policy::{Direction, NamedPolicy};
use super::{Map, NamedPort};
use crate::model::{Labels, ObjectKey};

impl Map {
    /// The class of endpoints with these labels, and whether it is new.
    pub(super) fn class_of(
        &mut self,
        name: &Arc<str>,
        labels: &Labels,
        ports: &Arc<[NamedPort]>,
    ) -> (ClassId, bool) {
        let space = self.spaces.get_mut(name).expect("whoever calls this has entered it");
        let is_seen = |(key, _): &&(Arc<str>, Arc<str>)| space.keys.contains(key) || self.keys.contains(key);
        let mut labels: Labels = labels.iter().filter(is_seen).cloned().collect();
        labels.shrink_to_fit();
        let key = (Arc::new(labels), Arc::clone(ports));
        if let Some(id) = space.classes.get(&key) {
            return (*id, false);
        }
        let class = Class {
            namespace: Arc::clone(name),
            labels: Arc::clone(&key.0),
            ports: Arc::clone(ports),
            sides: [Side::Open, Side::Open],
            reaches: [Reach::default(); 2],
            sets: Vec::new(),
            addresses: Counts::default(),
        };
        let id = ClassId(self.classes.insert(class));
        self.labelled_classes.insert(&key.0, &id);
        space.classes.insert(key, id);
        self.judge(id);
        (id, true)
    }

    /// Lets the policies of its namespace say what becomes of a new class.
    fn judge(&mut self, id: ClassId) {
        let class = &mut self.classes[id.0];
        for it in self.spaces[&class.namespace].about(&class.labels) {
            for direction in Direction::ALL.into_iter().filter(|direction| it.policy.isolates(*direction)) {
                class.sides[direction as usize].exchange(&it.name, Some(it));
            }
        }
        for direction in Direction::ALL {
            let reach = self.class(id).side(direction).reach(direction);
            self.reaches(id, direction, reach);
        }
    }

    /// Lets the policy of this name be this one for a direction of the class; none where it does not isolate that.
    pub(super) fn amend(
        &mut self,
        id: ClassId,
        direction: Direction,
        name: &Arc<str>,
        policy: Option<&Arc<NamedPolicy>>,
    ) {
        let class = &mut self.classes[id.0];
        let (side, known) = (&mut class.sides[direction as usize], class.reaches[direction as usize]);
        let is_more = !side.has(name);
        side.exchange(name, policy);
        let reach = match policy {
            // Of many policies that come one by one, each is looked at once.
            Some(it) if is_more => known.with(Reach::of(it.policy.rules(direction).iter())),
            _ => side.reach(direction),
        };
        self.reaches(id, direction, reach);
    }

    fn reaches(&mut self, id: ClassId, direction: Direction, reach: Reach) {
        let at = direction as usize;
        let old = std::mem::replace(&mut self.classes[id.0].reaches[at], reach);
        let mark = |ids: &mut BTreeSet<ClassId>, was: bool, is: bool| match (was, is) {
            (false, true) => ids.insert(id),
            (true, false) => ids.remove(&id),
            _ => false,
        };
        mark(&mut self.open[at], old.is_open, reach.is_open);
        mark(&mut self.wide[at], old.is_wide, reach.is_wide);
        mark(&mut self.with_blocks[at], old.has_blocks, reach.has_blocks);
    }

    /// The set leaves the class, which goes with the last.
    pub(super) fn leave_class(&mut self, set: SetId, id: ClassId) {
        let sets = &mut self.classes[id.0].sets;
        sets.retain(|it| *it != set);
        if sets.is_empty() {
            for direction in Direction::ALL {
                self.reaches(id, direction, Reach::default());
            }
            let class = self.classes.remove(id.0);
            self.labelled_classes.remove(&class.labels, &id);
            self.enter(&class.namespace).classes.remove(&(class.labels, class.ports));
        }
    }

    /// Sorts the endpoints of all namespaces anew that have labels of these keys.
    pub(super) fn sort_all(&mut self, keys: &[Arc<str>], touched: &mut Vec<ObjectKey>) {
        if !keys.is_empty() {
            let names: Vec<Arc<str>> = self.spaces.keys().cloned().collect();
            for name in &names {
                self.sort(name, keys, touched);
            }
        }
    }

    /// Sorts the endpoints of the namespace anew that have labels of these keys, which are all new or all gone: so no
    /// class is left that another set goes to. Verdicts hang on how they are sorted by addresses alone, since those of
    /// some count for all of a class.
    pub(super) fn sort(&mut self, namespace: &Arc<str>, keys: &[Arc<str>], touched: &mut Vec<ObjectKey>) {
        if keys.is_empty() {
            return;
        }
        let is_about = |id: &SetId| self.sets[id.0].labels.iter().any(|(key, _)| keys.contains(key));
        let ids: Vec<SetId> = self.spaces[namespace].sets.values().copied().filter(is_about).collect();
        let mut moves = Vec::with_capacity(ids.len());
        for id in ids {
            let (labels, ports) = (Arc::clone(&self.sets[id.0].labels), Arc::clone(&self.sets[id.0].ports));
            let (old, (new, _)) = (self.sets[id.0].class, self.class_of(namespace, &labels, &ports));
            if new != old {
                moves.push((id, old, new));
            }
        }
        self.touch_addressed(moves.iter().map(|(_, old, _)| *old).collect(), touched);
        for (id, old, new) in &moves {
            self.move_set(*id, *old, *new);
        }
        self.touch_addressed(moves.iter().map(|(.., new)| *new).collect(), touched);
    }

    fn move_set(&mut self, id: SetId, old: ClassId, new: ClassId) {
        for (address, count) in self.sets[id.0].addresses.iter() {
            for _ in 0..count {
                self.classes[old.0].addresses.remove(address);
                self.classes[new.0].addresses.add(address);
            }
        }
        self.sets[id.0].class = new;
        self.classes[new.0].sets.push(id);
        self.leave_class(id, old);
    }
}
