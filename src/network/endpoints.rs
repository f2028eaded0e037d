//! Pods come to the map, and go.

use std::net::IpAddr;
use std::sync::Arc;

use super::class::{ClassId, Endpoint, SetId};
use super::counts::Counts;
use super::policy::Direction;
use super::{Map, NamedPort};
use crate::model::{Labels, ObjectKey};

/// Endpoints that are alike in all their labels.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) class: ClassId,
    pub(super) labels: Arc<Labels>,
    pub(super) ports: Arc<[NamedPort]>,
    /// How many endpoints each owner has here.
    pub(super) owners: Counts<ObjectKey>,
    /// How many endpoints have each address.
    pub(super) addresses: Counts<IpAddr>,
}

impl Map {
    /// An endpoint more of this owner.
    pub fn add(&mut self, owner: &ObjectKey, endpoint: &Endpoint, touched: &mut Vec<ObjectKey>) {
        let id = self.set_of(endpoint, touched);
        let is_new = self.sets[id.0].owners.add(owner);
        let class = self.sets[id.0].class;
        for address in &endpoint.addresses {
            self.sets[id.0].addresses.add(address);
            if self.classes[class.0].addresses.add(address) {
                self.touch_by_address(class, *address, touched);
            }
        }
        if is_new {
            self.by_owner.entry(owner.clone()).or_default().push(id);
            touched.push(owner.clone());
            self.touch_by_name(class, touched);
        }
    }

    /// An endpoint less of this owner; it was added as this.
    pub fn remove(&mut self, owner: &ObjectKey, endpoint: &Endpoint, touched: &mut Vec<ObjectKey>) {
        let known = self.spaces.get(&endpoint.namespace);
        let key = (Arc::clone(&endpoint.labels), Arc::clone(&endpoint.ports));
        let Some(id) = known.and_then(|it| it.sets.get(&key).copied()) else { return };
        if self.sets[id.0].owners.count(owner) == 0 {
            return;
        }
        let class = self.sets[id.0].class;
        for address in &endpoint.addresses {
            if self.classes[class.0].addresses.count(address) == 1 {
                self.touch_by_address(class, *address, touched);
            }
            self.sets[id.0].addresses.remove(address);
            self.classes[class.0].addresses.remove(address);
        }
        if !self.sets[id.0].owners.remove(owner) {
            return;
        }
        touched.push(owner.clone());
        self.touch_by_name(class, touched);
        self.forget_set_of(owner, id);
        if self.sets[id.0].owners.is_empty() {
            self.drop_set(id, &endpoint.namespace, touched);
        }
    }

    /// What owners are called has changed: the pods of this one roll up to another workload.
    pub fn renamed(&self, owner: &ObjectKey, touched: &mut Vec<ObjectKey>) {
        for class in self.classes_of(owner).into_keys() {
            self.touch_by_name(class, touched);
        }
    }

    fn forget_set_of(&mut self, owner: &ObjectKey, id: SetId) {
        if let Some(sets) = self.by_owner.get_mut(owner) {
            sets.retain(|it| *it != id);
            if sets.is_empty() {
                self.by_owner.remove(owner);
            }
        }
    }

    /// The set of such endpoints, which is made if there is none.
    fn set_of(&mut self, endpoint: &Endpoint, touched: &mut Vec<ObjectKey>) -> SetId {
        let key = (Arc::clone(&endpoint.labels), Arc::clone(&endpoint.ports));
        if let Some(id) = self.enter(&endpoint.namespace).sets.get(&key) {
            return *id;
        }
        let (class, is_new) = self.class_of(&endpoint.namespace, &endpoint.labels, &endpoint.ports);
        let (labels, ports) = key.clone();
        let set = Set { class, labels, ports, owners: Counts::default(), addresses: Counts::default() };
        let id = SetId(self.sets.insert(set));
        self.enter(&endpoint.namespace).sets.insert(key, id);
        self.classes[class.0].sets.push(id);
        if is_new {
            self.touch_coming_or_going(class, touched);
        }
        id
    }

    fn drop_set(&mut self, id: SetId, namespace: &Arc<str>, touched: &mut Vec<ObjectKey>) {
        let class = self.sets[id.0].class;
        if self.classes[class.0].sets == [id] {
            self.touch_coming_or_going(class, touched);
        }
        let set = self.sets.remove(id.0);
        self.enter(namespace).sets.remove(&(set.labels, set.ports));
        self.leave_class(id, class);
        self.leave_if_bare(namespace);
    }

    /// Touches whoever could have a flow with the class, and the policies that select it and nothing else.
    fn touch_coming_or_going(&self, id: ClassId, touched: &mut Vec<ObjectKey>) {
        self.touch_policies_about(id, touched);
        for direction in Direction::ALL {
            self.touch_about(id, direction, touched);
        }
    }
}
