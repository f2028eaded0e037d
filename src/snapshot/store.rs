//! The store: objects by kind and name, and what a change to one of them touches.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::exposure::Exposures;
use super::field::changed_label;
use super::membership::Membership;
use super::network::Network;
use super::own::OwnState;
use super::workload::object_ref;
use super::{Addresses, Change, Controller, Facts, PodTemplate, Table, Uid};
use crate::model::{Kind, Labels, Loss, ObjectKey, ObjectKind, ObjectRef, Scope, Sight};
use crate::rbac::Grants;

/// What is known of the cluster. [`Snapshot::apply`] is called by one writer; everyone else only reads.
#[derive(Debug)]
pub struct Snapshot {
    kinds: [Collection; Kind::ALL.len()],
    pub(super) membership: Membership,
    /// The workloads that are there, by their namespace.
    pub(super) workloads: Table<Arc<str>, HashSet<ObjectKey>>,
    pub(super) grants: RwLock<Grants>,
    pub(super) exposures: Exposures,
    pub(super) network: Network,
    pub(super) own: OwnState,
}

/// The objects of one kind.
#[derive(Debug)]
struct Collection {
    objects: Table<Name, Record>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    sight: Sight,
    /// Which list of the kind is under way or was the last. A record of an earlier one is gone once the
    /// list is complete.
    generation: u32,
    /// The list is complete.
    complete: bool,
    /// The objects that are there and cannot be read, and why.
    unreadable: BTreeMap<Name, Unread>,
}

#[derive(Debug)]
struct Unread {
    generation: u32,
    error: String,
}

/// The name of an object of a known kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) namespace: Arc<str>,
    pub(super) name: Arc<str>,
}

impl Name {
    pub(super) fn of(key: &ObjectKey) -> Self {
        Self { namespace: Arc::clone(&key.namespace), name: Arc::clone(&key.name) }
    }

    pub(super) fn key(&self, kind: Kind) -> ObjectKey {
        ObjectKey {
            kind: ObjectKind::Watched(kind),
            namespace: Arc::clone(&self.namespace),
            name: Arc::clone(&self.name),
        }
    }
}

/// What is held of an object.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) uid: Uid,
    pub(super) resource_version: u64,
    pub(super) labels: Arc<Labels>,
    pub(super) controller: Option<Arc<Controller>>,
    pub(super) template: Option<Arc<PodTemplate>>,
    pub(super) pod_labels: Option<Arc<Labels>>,
    pub(super) addresses: Addresses,
    pub(super) replicas: u8,
    pub(super) first_ordinal: u16,
    pub(super) finished: bool,
    pub(super) fingerprint: u64,
    generation: u32,
}

impl Record {
    /// Whether it is declared to have no pods.
    pub(super) fn is_scaled_down(&self) -> bool {
        self.replicas == 0
    }

    /// Whether nothing differs that a verdict may hang on.
    fn is_like(&self, other: &Self, kind: Kind) -> bool {
        self.uid == other.uid
            && self.controller == other.controller
            && self.template == other.template
            && self.pod_labels == other.pod_labels
            && self.addresses == other.addresses
            && self.replicas == other.replicas
            && self.first_ordinal == other.first_ordinal
            && self.finished == other.finished
            && (!matches!(kind, Kind::Namespace | Kind::ClusterRole) || self.labels == other.labels)
    }
}

impl Default for Snapshot {
    fn default() -> Self {
        let state =
            || State { sight: Sight::Syncing, generation: 0, complete: false, unreadable: BTreeMap::new() };
        let collection = |_| Collection { objects: Table::default(), state: Mutex::new(state()) };
        Self {
            kinds: Kind::ALL.map(collection),
            membership: Membership::default(),
            workloads: Table::default(),
            grants: RwLock::default(),
            exposures: Exposures::default(),
            network: Network::default(),
            own: OwnState::default(),
        }
    }
}

impl Snapshot {
    /// Takes a change in, and appends to `touched` the scopes whose verdict it may alter.
    ///
    /// It costs the same however many objects there are, but for [`Change::Synced`], which looks through
    /// the objects of its kind for those that the list did not show, and for other labels of a namespace, which
    /// touch every workload in it.
    ///
    /// Returns the field of the object that changed, if verdicts may hang on that one alone.
    pub fn apply(&self, change: Change, touched: &mut Vec<Scope>) -> Option<Arc<str>> {
        match change {
            Change::Listing(kind) => {
                let mut state = self.collection(kind).state.lock();
                state.generation += 1;
                state.complete = false;
                drop(state);
                self.see(kind, Sight::Syncing, touched);
            }
            Change::Synced(kind) => {
                self.sweep(kind, touched);
                self.ranges_synced(touched);
                self.collection(kind).state.lock().complete = true;
                self.see(kind, Sight::Synced, touched);
            }
            Change::Resumed(kind) => {
                // A list that broke off has not shown everything.
                let complete = self.collection(kind).state.lock().complete;
                self.see(kind, if complete { Sight::Synced } else { Sight::Syncing }, touched);
            }
            Change::Lost(kind, loss) => self.see(kind, Sight::Lost(loss), touched),
            Change::Seen(facts) => return self.put(facts, touched),
            Change::Unreadable { kind, namespace, name, error } => {
                self.mark_unreadable(kind, Name { namespace, name }, error, touched);
            }
            Change::Deleted { kind, namespace, name } => {
                self.remove(kind, &Name { namespace, name }, touched);
            }
            Change::Own(own) => self.note(own, touched),
        }
        None
    }

    /// How well the kind is seen.
    pub fn sight(&self, kind: Kind) -> Sight {
        self.collection(kind).state.lock().sight.clone()
    }

    /// How many objects of the kind are held.
    pub fn objects(&self, kind: Kind) -> usize {
        self.collection(kind).objects.len()
    }

    /// The kinds that cannot be seen, with the reason.
    pub fn lost(&self) -> Vec<(Kind, Loss)> {
        let loss = |kind| match self.sight(kind) {
            Sight::Lost(loss) => Some((kind, loss)),
            Sight::Syncing | Sight::Synced => None,
        };
        Kind::ALL.into_iter().filter_map(loss).collect()
    }

    /// Why the object of this key cannot be read, if it is there and cannot.
    pub fn unreadable(&self, key: &ObjectKey) -> Option<String> {
        let ObjectKind::Watched(kind) = key.kind else { return None };
        let state = self.collection(kind).state.lock();
        state.unreadable.get(&Name::of(key)).map(|unread| unread.error.clone())
    }

    /// The objects of the kind that are there and cannot be read, and why, in order.
    pub fn unreadable_of(&self, kind: Kind) -> Vec<(ObjectKey, String)> {
        let state = self.collection(kind).state.lock();
        state.unreadable.iter().map(|(name, it)| (name.key(kind), it.error.clone())).collect()
    }

    /// Whether an object of this key was told of and is not gone, whether it can be read or not.
    pub fn holds_object(&self, key: &ObjectKey) -> bool {
        self.record(key).is_some() || self.unreadable(key).is_some()
    }

    /// Whether an object of the kind is there in the namespace that cannot be read.
    pub(super) fn has_unreadable(&self, kind: Kind, namespace: &str) -> bool {
        let state = self.collection(kind).state.lock();
        if state.unreadable.is_empty() {
            return false;
        }
        let first = Name { namespace: namespace.into(), name: "".into() };
        state.unreadable.range(first..).next().is_some_and(|(name, _)| *name.namespace == *namespace)
    }

    /// The kinds of policies by which it is somewhere not known what is let through.
    pub fn hiding_kinds(&self) -> Vec<Kind> {
        let is_unread = |kind: Kind| !self.collection(kind).state.lock().unreadable.is_empty();
        let hides = |kind: &Kind| match kind {
            Kind::NetworkPolicy => is_unread(*kind),
            kind => kind.is_foreign_policy() && self.objects(*kind) > 0,
        };
        Kind::ALL.into_iter().filter(hides).collect()
    }

    /// Whether the object of this key is there and nothing is known of it, not even from before.
    pub fn unseen(&self, key: &ObjectKey) -> bool {
        self.unreadable(key).is_some() && self.record(key).is_none()
    }

    /// Every scope that is there to be judged, but for the cluster.
    pub fn scopes(&self) -> Vec<Scope> {
        let mut keys: Vec<ObjectKey> = self.workloads.iter().flat_map(|it| it.value().clone()).collect();
        for kind in [Kind::Namespace, Kind::NetworkPolicy] {
            keys.extend(self.collection(kind).objects.iter().map(|it| it.key().key(kind)));
        }
        keys.extend(self.holders_of_rights());
        keys.extend(self.accounts_on_nodes());
        for kind in Kind::ALL {
            let state = self.collection(kind).state.lock();
            keys.extend(state.unreadable.keys().map(|name| name.key(kind)));
        }
        keys.into_iter().map(Scope::Object).collect()
    }

    /// The namespace of this name as evidence; none if it is not there.
    pub fn namespace(&self, key: &ObjectKey) -> Option<(ObjectRef, Arc<Labels>)> {
        let record = self.record(key)?;
        Some((object_ref(key, &record), record.labels))
    }

    /// The labels of the object of this key.
    pub fn labels(&self, key: &ObjectKey) -> Option<Arc<Labels>> {
        self.record(key).map(|record| record.labels)
    }

    /// Every object of the kind, in no order.
    pub(super) fn records(&self, kind: Kind) -> Vec<(Name, Record)> {
        let objects = &self.collection(kind).objects;
        objects.iter().map(|it| (it.key().clone(), it.value().clone())).collect()
    }

    pub(super) fn record(&self, key: &ObjectKey) -> Option<Record> {
        let ObjectKind::Watched(kind) = key.kind else { return None };
        self.collection(kind).objects.get(&Name::of(key)).map(|record| record.clone())
    }

    /// The facts of the pod of this name, if it was last decoded from bytes of this fingerprint.
    pub(super) fn recall(&self, name: Name, fingerprint: u64, resource_version: u64) -> Option<Facts> {
        let known = self.collection(Kind::Pod).objects.get(&name)?;
        let Record { uid, labels, controller, template, pod_labels, addresses, finished, .. } = &*known;
        (known.fingerprint == fingerprint).then(|| Facts {
            kind: Kind::Pod,
            uid: uid.clone(),
            resource_version,
            labels: Arc::clone(labels),
            controller: controller.clone(),
            template: template.clone(),
            replicas: 1,
            first_ordinal: 0,
            pod_labels: pod_labels.clone(),
            finished: *finished,
            addresses: addresses.clone(),
            rights: None,
            policy: None,
            ranges: Vec::new(),
            actor: None,
            fingerprint,
            namespace: name.namespace,
            name: name.name,
        })
    }

    fn collection(&self, kind: Kind) -> &Collection {
        &self.kinds[kind as usize]
    }

    fn see(&self, kind: Kind, sight: Sight, touched: &mut Vec<Scope>) {
        let is_whole = sight == Sight::Synced;
        self.collection(kind).state.lock().sight = sight;
        touched.push(Scope::Cluster);
        if is_whole {
            self.follow_network();
        }
    }

    fn put(&self, facts: Facts, touched: &mut Vec<Scope>) -> Option<Arc<str>> {
        let kind = facts.kind;
        let name = Name { namespace: facts.namespace, name: facts.name };
        let Facts { rights, policy, ranges, .. } = facts;
        let new = Record {
            uid: facts.uid,
            resource_version: facts.resource_version,
            labels: facts.labels,
            controller: facts.controller,
            template: facts.template,
            pod_labels: facts.pod_labels,
            addresses: facts.addresses,
            replicas: facts.replicas,
            first_ordinal: facts.first_ordinal,
            finished: facts.finished,
            fingerprint: facts.fingerprint,
            generation: self.clear_unreadable(kind, &name, touched),
        };
        let key = name.key(kind);
        let objects = &self.collection(kind).objects;
        let old = if let Some(mut known) = objects.get_mut(&name) {
            let is_news = !known.is_like(&new, kind)
                || !self.holds(&key, rights.as_ref())
                || !self.holds_network(&name, kind, policy.as_ref(), &ranges);
            let old = std::mem::replace(&mut *known, new.clone());
            if !is_news {
                // Most updates change the status alone.
                return None;
            }
            Some(old)
        } else {
            objects.insert(name.clone(), new.clone())
        };
        self.moved(kind, &name, old.as_ref(), Some(&new), touched);
        self.rights_moved(&key, rights, &new.labels, touched);
        self.network_moved(kind, &name, old.as_ref(), Some(&new), touched);
        self.ranges_moved(&key, &ranges, touched);
        let rule = policy.and_then(|policy| self.policy_moved(&key, Some(&policy), touched));
        rule.or_else(|| changed_label(kind, &old?, &new))
    }

    fn remove(&self, kind: Kind, name: &Name, touched: &mut Vec<Scope>) {
        self.clear_unreadable(kind, name, touched);
        if let Some((_, old)) = self.collection(kind).objects.remove(name) {
            self.moved(kind, name, Some(&old), None, touched);
            let key = name.key(kind);
            self.rights_gone(&key, touched);
            self.network_moved(kind, name, Some(&old), None, touched);
            self.ranges_moved(&key, &[], touched);
            self.policy_moved(&key, None, touched);
        }
    }

    /// Updates what hangs together with an object that came, changed or went.
    fn moved(
        &self,
        kind: Kind,
        name: &Name,
        old: Option<&Record>,
        new: Option<&Record>,
        touched: &mut Vec<Scope>,
    ) {
        let before = touched.len();
        match kind {
            Kind::Namespace => return self.namespace_moved(name, touched),
            Kind::Pod => self.pod_moved(name, old, new, touched),
            // No workload is made of these, but a pod may name one as its controller: what that exposes may hang on
            // whether the controller is there, and on nothing else of it.
            _ if !kind.has_pods() => {
                touched.push(Scope::Object(name.key(kind)));
                if old.is_some() && new.is_some() {
                    return;
                }
            }
            _ => self.workload_moved(kind, name, old, new, touched),
        }
        for at in before..touched.len() {
            if let Scope::Object(key) = touched[at].clone() {
                self.index(&key, touched);
            }
        }
    }

    /// What is declared of a namespace, and what it enforces, may depend on its labels.
    fn namespace_moved(&self, name: &Name, touched: &mut Vec<Scope>) {
        touched.push(Scope::Object(name.key(Kind::Namespace)));
        if let Some(workloads) = self.workloads.get(&name.name) {
            touched.extend(workloads.iter().cloned().map(Scope::Object));
        }
    }

    /// Keeps the workloads of a namespace, and what they expose, in step with what was touched.
    fn index(&self, key: &ObjectKey, touched: &mut Vec<Scope>) {
        if key.namespace.is_empty() {
            return;
        }
        let exposure = self.exposure(key);
        let is_workload = exposure.is_some();
        self.expose(key, exposure.unwrap_or_default(), touched);
        if is_workload {
            self.workloads.entry(Arc::clone(&key.namespace)).or_default().insert(key.clone());
        } else if let Some(mut workloads) = self.workloads.get_mut(&key.namespace) {
            workloads.remove(key);
            let empty = workloads.is_empty();
            drop(workloads);
            if empty {
                self.workloads.remove(&key.namespace);
            }
        }
    }

    fn mark_unreadable(&self, kind: Kind, name: Name, error: String, touched: &mut Vec<Scope>) {
        self.readability_moved(name.key(kind), touched);
        let collection = self.collection(kind);
        let mut state = collection.state.lock();
        let generation = state.generation;
        if let Some(mut record) = collection.objects.get_mut(&name) {
            // It is there: what was last known of it stands.
            record.generation = generation;
        }
        state.unreadable.insert(name, Unread { generation, error });
    }

    /// Notes that the object is readable or gone. Returns the kind's generation.
    fn clear_unreadable(&self, kind: Kind, name: &Name, touched: &mut Vec<Scope>) -> u32 {
        let mut state = self.collection(kind).state.lock();
        let cleared = !state.unreadable.is_empty() && state.unreadable.remove(name).is_some();
        let generation = state.generation;
        drop(state);
        if cleared {
            self.readability_moved(name.key(kind), touched);
        }
        generation
    }

    /// Removes what the list that just ended did not show.
    fn sweep(&self, kind: Kind, touched: &mut Vec<Scope>) {
        let collection = self.collection(kind);
        let mut gone: Vec<Name> = Vec::new();
        {
            let state = collection.state.lock();
            let outdated = |generation: u32| generation != state.generation;
            gone.extend(
                state
                    .unreadable
                    .iter()
                    .filter(|(_, it)| outdated(it.generation))
                    .map(|(name, _)| name.clone()),
            );
            gone.extend(
                collection.objects.iter().filter(|it| outdated(it.generation)).map(|it| it.key().clone()),
            );
        }
        for name in gone {
            self.remove(kind, &name, touched);
        }
    }
}
