//! The map of the network, kept in step with pods, templates, namespaces and policies.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ipnet::IpNet;
use parking_lot::{Mutex, RwLock, RwLockReadGuard};

use super::field::changed_rule;
use super::given::{is_undecided, looked_at, numbered};
use super::membership::is_intermediate;
use super::store::{Name, Record};
use super::workload::object_ref;
use super::{Snapshot, Table};
use crate::model::{Kind, ObjectKey, ObjectKind, ObjectRef, Scope, Sight};
use crate::network::{
    AddressSet, Class, ClassId, Endpoint, Interest, Map, PLUGINS, Plugin, Policy, parse_net, plugin,
};

/// What is known of the network.
#[derive(Debug, Default)]
pub(super) struct Network {
    map: RwLock<Map>,
    /// The endpoints that templates of workloads stand for.
    templates: Table<ObjectKey, Vec<Endpoint>>,
    /// How many policies look at a label that is not known of pods to come, at those of a namespace or of any.
    unknown: Table<(Option<Arc<str>>, Arc<str>), usize>,
    /// The addresses that a node or a `ServiceCIDR` says to be of the cluster.
    ranges: Table<ObjectKey, AddressSet>,
    /// All of them; none until they are asked for.
    inside: Mutex<Option<Arc<AddressSet>>>,
    /// They changed while not all of them were seen.
    inside_moved: AtomicBool,
    /// How many policies of kinds that are not modelled there are for the cluster.
    foreign: Mutex<Kinds>,
    /// How many of them there are in each namespace.
    foreign_in: Table<Arc<str>, Kinds>,
    /// How many there are in all.
    foreign_count: AtomicUsize,
}

/// How many objects of each kind there are.
type Kinds = BTreeMap<Kind, u32>;

impl Snapshot {
    /// Who could talk to whom. The writer waits while it is read.
    pub fn network(&self) -> RwLockReadGuard<'_, Map> {
        self.network.map.read()
    }

    /// Tells what verdicts are drawn from the map of the network.
    pub fn take_interest(&self, interest: Interest) {
        self.network.map.write().take_interest(interest);
    }

    /// The addresses that the cluster says to be its own: those of its nodes, and the ranges of its pods and services.
    pub fn inside(&self) -> Arc<AddressSet> {
        let mut inside = self.network.inside.lock();
        let all = || {
            let ranges = self.network.ranges.iter();
            Arc::new(ranges.fold(AddressSet::default(), |all, it| all.union(it.value())))
        };
        Arc::clone(inside.get_or_insert_with(all))
    }

    /// The kind of a policy by which it is not known what is let through in the namespace; none if nothing hides that.
    pub fn hidden_by(&self, namespace: &str) -> Option<Kind> {
        let anywhere = || self.network.foreign.lock().keys().next().copied();
        let there = || self.network.foreign_in.get(namespace)?.keys().next().copied();
        // There are none in most clusters, and it is asked for everything that is judged.
        let any = self.network.foreign_count.load(Ordering::Relaxed) > 0;
        let foreign = any.then(|| anywhere().or_else(there)).flatten();
        let unread = || self.has_unreadable(Kind::NetworkPolicy, namespace).then_some(Kind::NetworkPolicy);
        foreign.or_else(unread)
    }

    /// The network policy of this key; none if it is not there.
    pub fn policy(&self, key: &ObjectKey) -> Option<(ObjectRef, Arc<Policy>)> {
        let policy = key.is_one_of(&[Kind::NetworkPolicy]).then(|| self.held_policy(key)).flatten()?;
        Some((object_ref(key, &self.record(key)?), policy))
    }

    pub(super) fn held_policy(&self, key: &ObjectKey) -> Option<Arc<Policy>> {
        self.network().policy(&key.namespace, &key.name).cloned()
    }

    /// The classes of the workload's pods and of its own template, each with how many pods. Of a template it is left out
    /// what hangs on labels that nobody knows yet.
    pub fn endpoints(&self, map: &Map, workload: &ObjectKey) -> BTreeMap<ClassId, u64> {
        let mut classes: BTreeMap<ClassId, u64> = BTreeMap::new();
        for owner in self.owners_of(workload) {
            for (class, endpoints) in map.classes_of(&owner) {
                *classes.entry(class).or_default() += endpoints;
            }
            // A template is no pod.
            let templates = self.network.templates.get(&owner);
            for class in templates.iter().flat_map(|it| it.iter()).filter_map(|it| map.class_of_endpoint(it))
            {
                classes.entry(class).and_modify(|endpoints| *endpoints -= 1);
            }
        }
        classes.retain(|class, _| !is_undecided(map.class(*class)));
        classes
    }

    /// The workloads with endpoints in the class.
    pub fn workloads_in(&self, map: &Map, class: &Class) -> BTreeSet<ObjectKey> {
        map.owners(class).flat_map(|owner| self.tops_of(owner)).collect()
    }

    /// Whose endpoints are those of the workload.
    fn owners_of(&self, workload: &ObjectKey) -> BTreeSet<ObjectKey> {
        let stand_ins =
            self.children_of(workload).into_iter().filter(|it| self.network.templates.contains_key(it));
        let parts = self.parts_of(workload).into_iter();
        parts
            .chain(stand_ins)
            .chain([workload.clone()])
            .filter(|it| self.tops_of(it).contains(workload))
            .collect()
    }

    /// What the endpoints of an owner roll up to.
    fn tops_of(&self, owner: &ObjectKey) -> BTreeSet<ObjectKey> {
        let mut tops = self.tops_of_members(owner);
        if self.network.templates.contains_key(owner) || tops.is_empty() {
            let controller =
                self.record(owner).filter(|_| is_intermediate(&owner.kind)).and_then(|it| it.controller);
            tops.insert(controller.map_or_else(|| owner.clone(), |it| it.key.clone()));
        }
        tops
    }

    pub(super) fn network_moved(
        &self,
        kind: Kind,
        name: &Name,
        old: Option<&Record>,
        new: Option<&Record>,
        touched: &mut Vec<Scope>,
    ) {
        let key = name.key(kind);
        let mut keys = Vec::new();
        match kind {
            Kind::Namespace => {
                let labels = new.map(|it| &*it.labels);
                self.network.map.write().set_namespace(&name.name, labels, &mut keys);
                // What is declared of them may depend on its labels.
                touched.extend(self.policy_keys(&name.name).into_iter().map(Scope::Object));
            }
            Kind::Pod => self.pod_endpoint_moved(name, old, new, &mut keys),
            kind if kind.has_pods() => {
                self.template_moved(&key, &mut keys);
                for child in self.children_of(&key) {
                    self.template_moved(&child, &mut keys);
                }
                if old.map(|it| &it.controller) != new.map(|it| &it.controller) {
                    self.network.map.read().renamed(&key, &mut keys);
                }
                if old.is_some() != new.is_some() {
                    self.plugin_moved(&key, touched);
                }
            }
            kind if kind.is_foreign_policy() => return self.foreign_moved(kind, name, old, new, touched),
            _ => return,
        }
        self.touch_tops(&keys, touched);
    }

    /// The policy of this key says this; none if it is not there. Returns the field in which it differs from what it said
    /// before, if that is one.
    pub(super) fn policy_moved(
        &self,
        key: &ObjectKey,
        policy: Option<&Arc<Policy>>,
        touched: &mut Vec<Scope>,
    ) -> Option<Arc<str>> {
        if !key.is_one_of(&[Kind::NetworkPolicy]) {
            return None;
        }
        let old = self.held_policy(key);
        let mut keys = Vec::new();
        self.network.map.write().set_policy(key, policy, &mut keys);
        self.touch_tops(&keys, touched);
        if self.unknown_moved(&key.namespace, old.as_deref(), policy.map(|it| &**it)) {
            self.touch_workloads(touched);
        }
        changed_rule(&*old?, policy?)
    }

    /// Whether this is what is held of the object already.
    pub(super) fn holds_network(
        &self,
        name: &Name,
        kind: Kind,
        policy: Option<&Arc<Policy>>,
        ranges: &[String],
    ) -> bool {
        match kind {
            Kind::NetworkPolicy => self.held_policy(&name.key(kind)).as_ref() == policy,
            Kind::Node | Kind::ServiceCidr => {
                let held = self.network.ranges.get(&name.key(kind)).map(|it| it.clone());
                held.unwrap_or_default() == read_ranges(ranges)
            }
            _ => true,
        }
    }

    /// The node or `ServiceCIDR` of this key says these addresses to be of the cluster.
    pub(super) fn ranges_moved(&self, key: &ObjectKey, written: &[String], touched: &mut Vec<Scope>) {
        if !key.is_one_of(&[Kind::Node, Kind::ServiceCidr]) {
            return;
        }
        let ranges = read_ranges(written);
        let old = if ranges.is_empty() {
            self.network.ranges.remove(key).map(|(_, it)| it)
        } else {
            self.network.ranges.insert(key.clone(), ranges.clone())
        };
        if old.unwrap_or_default() == ranges {
            return;
        }
        *self.network.inside.lock() = None;
        let ObjectKind::Watched(kind) = key.kind else { return };
        if self.sight(kind) == Sight::Synced {
            self.touch_workloads(touched);
        } else {
            self.network.inside_moved.store(true, Ordering::Relaxed);
        }
    }

    /// Every object of the kind is seen.
    pub(super) fn ranges_synced(&self, touched: &mut Vec<Scope>) {
        if self.network.inside_moved.swap(false, Ordering::Relaxed) {
            self.touch_workloads(touched);
        }
    }

    /// Once everything that the map is made of was seen, it is followed whom a change touches, from then on for good.
    /// Until then every check of flows is blind, so that it owes whatever came, and nobody need be touched by others.
    pub(super) fn follow_network(&self) {
        let is_part = |kind: &Kind| kind.has_pods() || matches!(kind, Kind::Namespace | Kind::NetworkPolicy);
        let mut parts = Kind::ALL.into_iter().filter(is_part);
        if !self.network().is_followed() && parts.all(|kind| self.sight(kind) == Sight::Synced) {
            self.network.map.write().follow();
        }
    }

    /// Whether what is let through in the namespace is known may have changed.
    pub(super) fn sight_moved_in(&self, namespace: &Arc<str>, touched: &mut Vec<Scope>) {
        touched.push(Scope::Object(ObjectKey::of_namespace(Arc::clone(namespace))));
        if let Some(workloads) = self.workloads.get(namespace) {
            touched.extend(workloads.iter().cloned().map(Scope::Object));
        }
        touched.extend(self.policy_keys(namespace).into_iter().map(Scope::Object));
    }

    /// A plugin of the network that came or went may change what is to be said of the others.
    pub(super) fn plugin_moved(&self, key: &ObjectKey, touched: &mut Vec<Scope>) {
        if plugin(key).is_some() {
            let others = PLUGINS.iter().map(Plugin::key).filter(|it| self.is_there(it));
            touched.extend(others.map(Scope::Object));
        }
    }

    /// The keys of the policies of a namespace.
    fn policy_keys(&self, namespace: &Arc<str>) -> Vec<ObjectKey> {
        let key = |name: &Arc<str>| ObjectKey {
            kind: ObjectKind::Watched(Kind::NetworkPolicy),
            namespace: Arc::clone(namespace),
            name: Arc::clone(name),
        };
        self.network().policies(namespace).map(|(name, _)| key(name)).collect()
    }

    fn pod_endpoint_moved(
        &self,
        name: &Name,
        old: Option<&Record>,
        new: Option<&Record>,
        keys: &mut Vec<ObjectKey>,
    ) {
        let endpoint = |record: &Record| {
            let owner = record.controller.as_ref().map_or_else(|| name.key(Kind::Pod), |it| it.key.clone());
            Some((owner, pod_endpoint(name, record)?))
        };
        let (old, new) = (old.and_then(endpoint), new.and_then(endpoint));
        if old == new {
            return;
        }
        let mut map = self.network.map.write();
        if let Some((owner, endpoint)) = &new {
            map.add(owner, endpoint, keys);
        }
        if let Some((owner, endpoint)) = &old {
            map.remove(owner, endpoint, keys);
        }
    }

    /// Keeps the endpoint that the template of a workload stands for in step.
    fn template_moved(&self, key: &ObjectKey, keys: &mut Vec<ObjectKey>) {
        let new = self.record(key).map(|record| self.template_endpoints(key, &record)).unwrap_or_default();
        let old = self.network.templates.get(key).map(|it| it.clone()).unwrap_or_default();
        if old == new {
            return;
        }
        let mut map = self.network.map.write();
        for endpoint in &new {
            map.add(key, endpoint, keys);
        }
        for endpoint in &old {
            map.remove(key, endpoint, keys);
        }
        if new.is_empty() {
            self.network.templates.remove(key);
        } else {
            self.network.templates.insert(key.clone(), new);
        }
    }

    /// The endpoints that the template stands for; none where it counts for nothing.
    fn template_endpoints(&self, key: &ObjectKey, record: &Record) -> Vec<Endpoint> {
        let endpoint =
            self.template_counts(key, record).then(|| endpoint(&key.namespace, record, Vec::new())).flatten();
        endpoint.map(|it| numbered(key, record, it)).unwrap_or_default()
    }

    /// Counts the labels not known yet that a policy looks at. Returns whether any is looked at for the first time, or no
    /// more: it may then be known no more, or again, what becomes of templates, and of flows with them.
    fn unknown_moved(&self, namespace: &Arc<str>, old: Option<&Policy>, new: Option<&Policy>) -> bool {
        let [old, new] = [old, new].map(|it| it.map(|it| looked_at(namespace, it)).unwrap_or_default());
        let mut moved = false;
        for label in new.difference(&old) {
            let mut count = self.network.unknown.entry(label.clone()).or_default();
            moved |= *count == 0;
            *count += 1;
        }
        for label in old.difference(&new) {
            if let Some(mut count) = self.network.unknown.get_mut(label) {
                *count -= 1;
            }
            moved |= self.network.unknown.remove_if(label, |_, count| *count == 0).is_some();
        }
        moved
    }

    fn foreign_moved(
        &self,
        kind: Kind,
        name: &Name,
        old: Option<&Record>,
        new: Option<&Record>,
        touched: &mut Vec<Scope>,
    ) {
        if old.is_some() == new.is_some() {
            return;
        }
        if !self.count_foreign(kind, &name.namespace, new.is_some()) {
            return;
        }
        touched.push(Scope::Cluster);
        if kind.is_namespaced() {
            self.sight_moved_in(&name.namespace, touched);
        } else {
            self.network_known_anew(touched);
        }
    }

    /// Counts one that came or went. Returns whether it is the first of its kind there, or was the last.
    fn count_foreign(&self, kind: Kind, namespace: &Arc<str>, came: bool) -> bool {
        let Network { foreign, foreign_in, foreign_count, .. } = &self.network;
        if came {
            foreign_count.fetch_add(1, Ordering::Relaxed);
        } else {
            foreign_count.fetch_sub(1, Ordering::Relaxed);
        }
        if !kind.is_namespaced() {
            return count(&mut foreign.lock(), kind, came);
        }
        let is_other = count(&mut foreign_in.entry(Arc::clone(namespace)).or_default(), kind, came);
        foreign_in.remove_if(namespace, |_, kinds| kinds.is_empty());
        is_other
    }

    /// Whether what is let through is known may have changed everywhere.
    fn network_known_anew(&self, touched: &mut Vec<Scope>) {
        let mut namespaces: BTreeSet<Arc<str>> = self.network().namespaces().cloned().collect();
        // Pods in the network of their host are not on the map.
        namespaces.extend(self.workloads.iter().map(|it| Arc::clone(it.key())));
        for namespace in &namespaces {
            self.sight_moved_in(namespace, touched);
        }
    }

    fn touch_workloads(&self, touched: &mut Vec<Scope>) {
        touched.extend(self.workloads.iter().flat_map(|it| it.value().clone()).map(Scope::Object));
    }

    fn touch_tops(&self, keys: &[ObjectKey], touched: &mut Vec<Scope>) {
        for key in keys {
            if key.is_one_of(&[Kind::Namespace, Kind::NetworkPolicy]) {
                touched.push(Scope::Object(key.clone()));
            } else {
                touched.extend(self.tops_of(key).into_iter().map(Scope::Object));
            }
        }
    }
}

/// Counts one of the kind that came or went. Returns whether it is the first, or was the last.
fn count(kinds: &mut Kinds, kind: Kind, came: bool) -> bool {
    let count = kinds.entry(kind).or_default();
    if came {
        *count += 1;
        return *count == 1;
    }
    *count -= 1;
    let is_last = *count == 0;
    if is_last {
        kinds.remove(&kind);
    }
    is_last
}

fn pod_endpoint(name: &Name, pod: &Record) -> Option<Endpoint> {
    if pod.finished {
        return None;
    }
    endpoint(&name.namespace, pod, pod.addresses.iter().collect())
}

/// The endpoint that a record stands for; none if it has no pods, or policies do not see them: in the network of the
/// host, it is not defined what becomes of them.
pub(super) fn endpoint(namespace: &Arc<str>, record: &Record, addresses: Vec<IpAddr>) -> Option<Endpoint> {
    let template = record.template.as_ref().filter(|it| !it.host_network)?;
    Some(Endpoint {
        namespace: Arc::clone(namespace),
        labels: Arc::clone(record.pod_labels.as_ref()?),
        ports: Arc::clone(&template.named_ports),
        addresses,
    })
}

/// The addresses of these ranges and single addresses. What is neither is left out.
fn read_ranges(written: &[String]) -> AddressSet {
    let net = |text: &String| parse_net(text).or_else(|| text.parse().ok().map(|it: IpAddr| IpNet::from(it)));
    written.iter().filter_map(net).fold(AddressSet::default(), |all, net| all.union(&AddressSet::of(net)))
}
