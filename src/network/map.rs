//! The map: namespaces with their policies and the classes of their pods, kept in step with every change.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use foldhash::quality::RandomState;
use slab::Slab;

use super::class::{Class, ClassId, Endpoint, SetId, Side};
use super::peers::{Labelled, Selections};
use super::policy::{Direction, Peer, Policy};
use super::space::{Keys, Space, cross_keys, own_keys, peers};
use super::{Block, Interest, NamedPort};
use crate::model::{Labels, ObjectKey};

/// Who could talk to whom in a cluster.
///
/// Every method that changes it appends to `touched` whose verdict may be another one: owners of endpoints, policies,
/// namespaces.
#[derive(Debug, Default)]
pub struct Map {
    pub(super) interest: Interest,
    pub(super) spaces: HashMap<Arc<str>, Space, RandomState>,
    /// The namespaces by their labels.
    pub(super) labelled_spaces: Labelled<Arc<str>>,
    pub(super) classes: Slab<Class>,
    /// The classes by their labels.
    pub(super) labelled_classes: Labelled<ClassId>,
    sets: Slab<Set>,
    /// The sets that each owner has endpoints in.
    by_owner: HashMap<ObjectKey, Vec<SetId>, RandomState>,
    /// By direction, the classes that let peers through without selecting them by their labels, by their namespace.
    pub(super) wide: [BTreeMap<Arc<str>, BTreeSet<ClassId>>; 2],
    pub(super) selections: Selections,
    /// The keys of labels by which pods of any namespace are told apart.
    keys: Keys,
    namespace_changes: u64,
}

/// Endpoints that are alike in all their labels.
#[derive(Debug)]
struct Set {
    class: ClassId,
    labels: Arc<Labels>,
    ports: Arc<[NamedPort]>,
    /// How many endpoints each owner has here.
    owners: HashMap<ObjectKey, u32, RandomState>,
    addresses: BTreeMap<IpAddr, u32>,
}

/// The label that every namespace carries, with its name as value.
const METADATA_NAME: &str = "kubernetes.io/metadata.name";

impl Map {
    /// The class of this id.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0]
    }

    /// The classes in which the owner has endpoints, each once, with how many.
    pub fn classes_of(&self, owner: &ObjectKey) -> BTreeMap<ClassId, u64> {
        let mut classes = BTreeMap::new();
        for id in self.by_owner.get(owner).into_iter().flatten() {
            let set = &self.sets[id.0];
            let endpoints = set.owners.get(owner).copied().unwrap_or(0);
            *classes.entry(set.class).or_default() += u64::from(endpoints);
        }
        classes
    }

    /// The class of an endpoint that is there.
    pub fn class_of_endpoint(&self, endpoint: &Endpoint) -> Option<ClassId> {
        let key = (Arc::clone(&endpoint.labels), Arc::clone(&endpoint.ports));
        let set = self.spaces.get(&endpoint.namespace)?.sets.get(&key)?;
        Some(self.sets[set.0].class)
    }

    /// The owners of the endpoints of a class.
    pub fn owners(&self, class: &Class) -> impl Iterator<Item = &ObjectKey> {
        class.sets.iter().flat_map(|id| self.sets[id.0].owners.keys())
    }

    /// The classes of the namespace.
    pub fn classes_in(&self, namespace: &str) -> impl Iterator<Item = ClassId> {
        self.spaces.get(namespace).into_iter().flat_map(|it| it.classes.values().copied())
    }

    /// The namespaces that anything is known of.
    pub fn namespaces(&self) -> impl Iterator<Item = &Arc<str>> {
        self.spaces.keys()
    }

    /// Every class there is.
    pub fn classes(&self) -> impl Iterator<Item = (ClassId, &Class)> {
        self.classes.iter().map(|(id, class)| (ClassId(id), class))
    }

    /// A number that moves whenever a namespace comes to be known, is forgotten, or carries other labels.
    pub fn namespace_changes(&self) -> u64 {
        self.namespace_changes
    }

    /// The policies of the namespace, in the order of their names.
    pub fn policies(&self, namespace: &str) -> impl Iterator<Item = (&Arc<str>, &Arc<Policy>)> {
        self.spaces.get(namespace).into_iter().flat_map(|it| it.policies.iter())
    }

    pub fn policy(&self, namespace: &str, name: &str) -> Option<&Arc<Policy>> {
        self.spaces.get(namespace)?.policies.get(name)
    }

    /// Every block of addresses that rules name, once.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.selections.blocks()
    }

    /// The labels of a namespace, with the one that all carry.
    pub fn labels_of(&self, namespace: &str) -> &Labels {
        static NONE: LazyLock<Labels> = LazyLock::new(Labels::new);
        self.spaces.get(namespace).map_or(&NONE, |it| &it.labels)
    }

    /// The labels of the endpoints in the namespace, all of them, each set of labels once or more.
    pub fn labels_in(&self, namespace: &str) -> impl Iterator<Item = &Labels> {
        self.spaces.get(namespace).into_iter().flat_map(|it| it.sets.keys().map(|(labels, _)| &**labels))
    }

    /// Whether a new pod of the namespace would be isolated in this direction whatever its labels are.
    pub fn isolates_any(&self, namespace: &str, direction: Direction) -> bool {
        self.policies(namespace).any(|(_, it)| it.isolates(direction) && it.selector.is_empty())
    }

    /// Tells what verdicts are drawn from the map.
    pub fn take_interest(&mut self, interest: Interest) {
        let old = std::mem::replace(&mut self.interest, interest);
        let is_new = self.keys.add(self.interest.keys());
        let is_gone = self.keys.remove(old.keys());
        if is_new || is_gone {
            self.project_all(&mut Vec::new());
        }
    }

    /// The namespace is there with these labels; none if it is not there.
    pub fn set_namespace(&mut self, name: &Arc<str>, labels: Option<&Labels>, touched: &mut Vec<ObjectKey>) {
        self.enter(name);
        self.namespace_changes += 1;
        let new = Arc::new(with_name(labels.unwrap_or(&Labels::new()), name));
        let space = &self.spaces[name];
        let is_same = space.labels == new;
        let ids: Vec<ClassId> = space.classes.values().copied().collect();
        if !is_same {
            self.touch_all_about(&ids, touched);
        }
        let space = self.spaces.get_mut(name).expect("it was entered above");
        let was_there = std::mem::replace(&mut space.is_there, labels.is_some());
        let old = std::mem::replace(&mut space.labels, Arc::clone(&new));
        if !is_same || was_there != labels.is_some() {
            touched.push(ObjectKey::of_namespace(Arc::clone(name)));
            let naming = [&old, &new].into_iter().flat_map(|it| self.selections.naming(it));
            touched.extend(naming.cloned());
        }
        if !is_same {
            self.labelled_spaces.remove(&old, name);
            self.labelled_spaces.insert(&new, name);
            self.touch_all_about(&ids, touched);
        }
        self.leave_if_bare(name);
    }

    /// The policy of this key is there as this; none if it is not there.
    pub fn set_policy(&mut self, key: &ObjectKey, new: Option<&Arc<Policy>>, touched: &mut Vec<ObjectKey>) {
        let namespace = &key.namespace;
        self.enter(namespace);
        let old = self.policy(namespace, &key.name).cloned();
        if old.as_ref() == new {
            return self.leave_if_bare(namespace);
        }
        touched.push(key.clone());
        touched.push(ObjectKey::of_namespace(Arc::clone(namespace)));
        if let Some(new) = new {
            self.look_at(namespace, new, touched);
        }
        let both = || old.iter().chain(new);
        let is_about = |id: &ClassId| both().any(|it| it.selector.matches(&self.classes[id.0].labels));
        let affected: Vec<ClassId> = self.classes_in(namespace).filter(is_about).collect();
        let directions: Vec<Direction> =
            Direction::ALL.into_iter().filter(|it| both().any(|policy| policy.isolates(*it))).collect();
        for id in &affected {
            touched.extend(self.owners(&self.classes[id.0]).cloned());
            directions.iter().for_each(|it| self.touch_about(*id, *it, touched));
        }
        self.exchange(key, old.as_ref(), new);
        for id in &affected {
            self.judge(*id);
            directions.iter().for_each(|it| self.touch_about(*id, *it, touched));
        }
        if let Some(old) = old {
            self.look_away(namespace, &old, touched);
        }
        self.leave_if_bare(namespace);
    }

    /// An endpoint more of this owner.
    pub fn add(&mut self, owner: &ObjectKey, endpoint: &Endpoint, touched: &mut Vec<ObjectKey>) {
        self.enter(&endpoint.namespace);
        let set = self.set_of(endpoint, touched);
        let held = &mut self.sets[set.0];
        let endpoints = held.owners.entry(owner.clone()).or_default();
        *endpoints += 1;
        let is_new = *endpoints == 1;
        let class = held.class;
        if is_new {
            self.by_owner.entry(owner.clone()).or_default().push(set);
            touched.push(owner.clone());
            self.touch_by_name(class, touched);
        }
        for address in &endpoint.addresses {
            *self.sets[set.0].addresses.entry(*address).or_default() += 1;
            let known = self.classes[class.0].addresses.entry(*address).or_default();
            *known += 1;
            if *known == 1 {
                self.touch_by_address(class, *address, touched);
            }
        }
    }

    /// An endpoint less of this owner; it was added as this.
    pub fn remove(&mut self, owner: &ObjectKey, endpoint: &Endpoint, touched: &mut Vec<ObjectKey>) {
        let known = self.spaces.get(&endpoint.namespace);
        let key = (Arc::clone(&endpoint.labels), Arc::clone(&endpoint.ports));
        let Some(id) = known.and_then(|it| it.sets.get(&key).copied()) else { return };
        let class = self.sets[id.0].class;
        for address in &endpoint.addresses {
            if let Some(count) = self.classes[class.0].addresses.get(address)
                && *count == 1
            {
                self.touch_by_address(class, *address, touched);
            }
            count_down(&mut self.sets[id.0].addresses, address);
            count_down(&mut self.classes[class.0].addresses, address);
        }
        let set = &mut self.sets[id.0];
        let Some(endpoints) = set.owners.get_mut(owner) else { return };
        *endpoints -= 1;
        if *endpoints > 0 {
            return;
        }
        set.owners.remove(owner);
        let is_empty = set.owners.is_empty();
        touched.push(owner.clone());
        self.touch_by_name(class, touched);
        if let Some(sets) = self.by_owner.get_mut(owner) {
            sets.retain(|it| *it != id);
            if sets.is_empty() {
                self.by_owner.remove(owner);
            }
        }
        if is_empty {
            self.drop_set(id, &endpoint.namespace, touched);
        }
        self.leave_if_bare(&endpoint.namespace);
    }

    /// What owners are called has changed: the pods of this one roll up to another workload.
    pub fn renamed(&self, owner: &ObjectKey, touched: &mut Vec<ObjectKey>) {
        for class in self.classes_of(owner).into_keys() {
            self.touch_by_name(class, touched);
        }
    }

    /// Whether nothing is kept any more, of all that was there.
    #[cfg(test)]
    pub(super) fn is_bare(&self) -> bool {
        self.spaces.is_empty()
            && self.labelled_spaces.is_empty()
            && self.classes.is_empty()
            && self.labelled_classes.is_empty()
            && self.sets.is_empty()
            && self.by_owner.is_empty()
            && self.wide.iter().all(BTreeMap::is_empty)
            && self.selections.is_empty()
            && self.keys.is_empty()
    }

    fn enter(&mut self, name: &Arc<str>) {
        if !self.spaces.contains_key(name) {
            self.namespace_changes += 1;
            let labels = Arc::new(with_name(&Labels::new(), name));
            self.labelled_spaces.insert(&labels, name);
            self.spaces.insert(Arc::clone(name), Space { labels, ..Space::default() });
        }
    }

    fn leave_if_bare(&mut self, name: &Arc<str>) {
        if self.spaces.get(name).is_some_and(Space::is_bare)
            && let Some(space) = self.spaces.remove(name)
        {
            self.namespace_changes += 1;
            self.labelled_spaces.remove(&space.labels, name);
        }
    }

    /// Lets the policy stand for the old one in every index.
    fn exchange(&mut self, key: &ObjectKey, old: Option<&Arc<Policy>>, new: Option<&Arc<Policy>>) {
        let space = self.spaces.get_mut(&key.namespace).expect("whoever calls this has entered it");
        if let Some(old) = old {
            space.policies.remove(&key.name);
            space.selectors.remove(&old.selector, key);
            for (direction, peer) in peers(old) {
                match peer {
                    Peer::Own(pods) => space.own_peers.remove(pods, key),
                    Peer::Pods(selection) => self.selections.remove(selection, direction, key),
                    Peer::Block(block) => self.selections.remove_block(block, direction, key),
                }
            }
        }
        if let Some(new) = new {
            space.policies.insert(Arc::clone(&key.name), Arc::clone(new));
            space.selectors.insert(&new.selector, key);
            for (direction, peer) in peers(new) {
                match peer {
                    Peer::Own(pods) => space.own_peers.insert(pods, key),
                    Peer::Pods(selection) => self.selections.add(selection, direction, key),
                    Peer::Block(block) => self.selections.add_block(block, direction, key),
                }
            }
        }
    }

    /// Tells pods apart by what a new policy looks at.
    fn look_at(&mut self, namespace: &Arc<str>, policy: &Policy, touched: &mut Vec<ObjectKey>) {
        let space = self.spaces.get_mut(namespace).expect("whoever calls this has entered it");
        let own = space.keys.add(own_keys(policy));
        if self.keys.add(cross_keys(policy)) {
            self.project_all(touched);
        } else if own {
            self.project(namespace, touched);
        }
    }

    fn look_away(&mut self, namespace: &Arc<str>, policy: &Policy, touched: &mut Vec<ObjectKey>) {
        let space = self.spaces.get_mut(namespace).expect("whoever calls this has entered it");
        let own = space.keys.remove(own_keys(policy));
        if self.keys.remove(cross_keys(policy)) {
            self.project_all(touched);
        } else if own {
            self.project(namespace, touched);
        }
    }

    fn project_all(&mut self, touched: &mut Vec<ObjectKey>) {
        let names: Vec<Arc<str>> = self.spaces.keys().cloned().collect();
        names.iter().for_each(|name| self.project(name, touched));
    }

    /// Sorts the sets of the namespace into classes anew. Verdicts hang on how they are sorted by addresses alone: those
    /// of a class count for all of it.
    fn project(&mut self, name: &Arc<str>, touched: &mut Vec<ObjectKey>) {
        let ids: Vec<ClassId> = self.classes_in(name).collect();
        for id in ids {
            let addresses: Vec<IpAddr> = self.class(id).addresses().collect();
            addresses.iter().for_each(|it| self.touch_addressed(id, *it, touched));
        }
        let Some(space) = self.spaces.get_mut(name) else { return };
        let sets: Vec<SetId> = space.sets.values().copied().collect();
        let classes = std::mem::take(&mut space.classes);
        classes.into_values().for_each(|class| self.drop_class(class, name));
        for id in sets {
            let (labels, ports) = (Arc::clone(&self.sets[id.0].labels), Arc::clone(&self.sets[id.0].ports));
            let (class, _) = self.class_of(name, &labels, &ports);
            self.sets[id.0].class = class;
            self.classes[class.0].sets.push(id);
            for (address, count) in &self.sets[id.0].addresses {
                *self.classes[class.0].addresses.entry(*address).or_default() += count;
            }
        }
    }

    /// The set of such endpoints, which is made if there is none.
    fn set_of(&mut self, endpoint: &Endpoint, touched: &mut Vec<ObjectKey>) -> SetId {
        let key = (Arc::clone(&endpoint.labels), Arc::clone(&endpoint.ports));
        let space = &self.spaces[&endpoint.namespace];
        if let Some(id) = space.sets.get(&key) {
            return *id;
        }
        let (class, is_new) = self.class_of(&endpoint.namespace, &endpoint.labels, &endpoint.ports);
        let (labels, ports) = key.clone();
        let set = Set { class, labels, ports, owners: HashMap::default(), addresses: BTreeMap::new() };
        let id = SetId(self.sets.insert(set));
        let space = self.spaces.get_mut(&endpoint.namespace).expect("whoever calls this has entered it");
        space.sets.insert(key, id);
        self.classes[class.0].sets.push(id);
        if is_new {
            self.touch_policies_about(class, touched);
            Direction::ALL.iter().for_each(|it| self.touch_about(class, *it, touched));
        }
        id
    }

    fn drop_set(&mut self, id: SetId, namespace: &Arc<str>, touched: &mut Vec<ObjectKey>) {
        let set = self.sets.remove(id.0);
        let class = &mut self.classes[set.class.0];
        class.sets.retain(|it| *it != id);
        let is_empty = class.sets.is_empty();
        if let Some(space) = self.spaces.get_mut(namespace) {
            space.sets.remove(&(set.labels, set.ports));
        }
        if is_empty {
            self.touch_policies_about(set.class, touched);
            Direction::ALL.iter().for_each(|it| self.touch_about(set.class, *it, touched));
            let class = &self.classes[set.class.0];
            let key = (class.labels.clone(), Arc::clone(&class.ports));
            if let Some(space) = self.spaces.get_mut(namespace) {
                space.classes.remove(&key);
            }
            self.drop_class(set.class, namespace);
        }
    }

    /// The class of endpoints with these labels, and whether it is new.
    fn class_of(&mut self, name: &Arc<str>, labels: &Labels, ports: &Arc<[NamedPort]>) -> (ClassId, bool) {
        let space = self.spaces.get_mut(name).expect("whoever calls this has entered it");
        let is_seen = |(key, _): &&(Arc<str>, Arc<str>)| space.keys.contains(key) || self.keys.contains(key);
        let key = (labels.iter().filter(is_seen).cloned().collect::<Labels>(), Arc::clone(ports));
        if let Some(id) = space.classes.get(&key) {
            return (*id, false);
        }
        let class = Class {
            namespace: Arc::clone(name),
            labels: key.0.clone(),
            ports: Arc::clone(ports),
            sides: [Side::Open, Side::Open],
            sets: Vec::new(),
            addresses: BTreeMap::new(),
        };
        let id = ClassId(self.classes.insert(class));
        self.labelled_classes.insert(&self.classes[id.0].labels, &id);
        self.spaces.get_mut(name).expect("whoever calls this has entered it").classes.insert(key, id);
        self.judge(id);
        (id, true)
    }

    fn drop_class(&mut self, id: ClassId, namespace: &Arc<str>) {
        let class = self.classes.remove(id.0);
        self.labelled_classes.remove(&class.labels, &id);
        for direction in Direction::ALL {
            self.mark_wide(id, namespace, direction, false);
        }
    }

    /// Lets the policies of its namespace say anew what becomes of the class.
    fn judge(&mut self, id: ClassId) {
        let class = &self.classes[id.0];
        let namespace = Arc::clone(&class.namespace);
        let selecting = self.spaces[&namespace].selecting(&class.labels);
        for direction in Direction::ALL {
            let side = Side::of(direction, &selecting);
            self.mark_wide(id, &namespace, direction, side.is_wide(direction));
            self.classes[id.0].sides[direction as usize] = side;
        }
    }

    fn mark_wide(&mut self, id: ClassId, namespace: &Arc<str>, direction: Direction, is_wide: bool) {
        let wide = &mut self.wide[direction as usize];
        if is_wide {
            wide.entry(Arc::clone(namespace)).or_default().insert(id);
        } else if let Some(classes) = wide.get_mut(namespace) {
            classes.remove(&id);
            if classes.is_empty() {
                wide.remove(namespace);
            }
        }
    }
}

/// Counts one less, and forgets what is counted no more.
pub(super) fn count_down<K: Ord>(counts: &mut BTreeMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// The labels of a namespace with the one that every namespace carries.
fn with_name(labels: &Labels, name: &Arc<str>) -> Labels {
    let others = labels.iter().filter(|(key, _)| **key != *METADATA_NAME).cloned();
    let mut all: Labels = others.chain([(METADATA_NAME.into(), Arc::clone(name))]).collect();
    all.sort();
    all
}
