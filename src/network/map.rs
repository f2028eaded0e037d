//! The map: namespaces with their policies and the classes of their pods, kept in step with every change.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use foldhash::quality::RandomState;
use slab::Slab;

use super::blocks::Blocks;
use super::class::{Class, ClassId, Endpoint, SetId};
use super::counts::Keys;
use super::endpoints::Set;
use super::labelled::Labelled;
use super::policy::{Direction, Policy};
use super::selections::Selections;
use super::space::Space;
use super::{Block, Interest};
use crate::model::{Kind, Labels, ObjectKey};

/// Who could talk to whom in a cluster.
///
/// Every method that changes it appends to `touched` whose verdict may be another one: owners of endpoints, policies,
/// namespaces. Before [`Map::follow`] these are only what changes itself.
#[derive(Debug, Default)]
pub struct Map {
    pub(super) interest: Interest,
    pub(super) is_followed: bool,
    pub(super) spaces: HashMap<Arc<str>, Space, RandomState>,
    /// The namespaces by their labels.
    pub(super) labelled_spaces: Labelled<Arc<str>>,
    pub(super) classes: Slab<Class>,
    /// The classes by their labels.
    pub(super) labelled_classes: Labelled<ClassId>,
    pub(super) sets: Slab<Set>,
    /// The sets that each owner has endpoints in.
    pub(super) by_owner: HashMap<ObjectKey, Vec<SetId>, RandomState>,
    /// By direction, the classes that nothing isolates.
    pub(super) open: [BTreeSet<ClassId>; 2],
    /// By direction, the isolated classes that let everyone, or every pod, through.
    pub(super) wide: [BTreeSet<ClassId>; 2],
    /// By direction, the isolated classes that let addresses through.
    pub(super) with_blocks: [BTreeSet<ClassId>; 2],
    pub(super) selections: Selections,
    pub(super) blocks: Blocks,
    /// The keys of labels by which pods of any namespace are told apart.
    pub(super) keys: Keys,
    namespace_changes: u64,
}

/// The label that every namespace carries, with its name as value.
static METADATA_NAME: LazyLock<Arc<str>> = LazyLock::new(|| "kubernetes.io/metadata.name".into());

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
            *classes.entry(set.class).or_default() += u64::from(set.owners.count(owner));
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

    /// Whether the class is one pod that nothing makes more of.
    pub fn is_one_pod(&self, class: &Class) -> bool {
        let mut owners = self.owners(class);
        owners.next().is_some_and(|it| it.is_one_of(&[Kind::Pod])) && owners.next().is_none()
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
        self.spaces
            .get(namespace)
            .into_iter()
            .flat_map(|it| it.policies.iter().map(|(name, it)| (name, &it.policy)))
    }

    /// The policy of this name.
    pub fn policy(&self, namespace: &str, name: &str) -> Option<&Arc<Policy>> {
        self.spaces.get(namespace)?.policies.get(name).map(|it| &it.policy)
    }

    /// Every block of addresses that rules name, once.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter()
    }

    /// The labels of the endpoints in the namespace, all of them, each set of labels once or more.
    pub fn labels_in(&self, namespace: &str) -> impl Iterator<Item = &Labels> {
        self.spaces.get(namespace).into_iter().flat_map(|it| it.sets.keys().map(|(labels, _)| &**labels))
    }

    /// The labels of a namespace, with the one that all carry.
    pub fn labels_of(&self, namespace: &str) -> &Labels {
        static NONE: LazyLock<Labels> = LazyLock::new(Labels::new);
        self.spaces.get(namespace).map_or(&NONE, |it| &it.labels)
    }

    /// Whether a new pod of the namespace would be isolated in this direction whatever its labels are.
    pub fn isolates_any(&self, namespace: &str, direction: Direction) -> bool {
        self.policies(namespace).any(|(_, it)| it.isolates(direction) && it.selector.is_empty())
    }

    /// Tells what verdicts are drawn from the map.
    pub fn take_interest(&mut self, interest: Interest) {
        let old = std::mem::replace(&mut self.interest, interest);
        // Whoever changes what is declared judges everything anew.
        let touched = &mut Vec::new();
        let new_keys = self.keys.add(self.interest.keys());
        self.sort_all(&new_keys, touched);
        let gone_keys = self.keys.remove(old.keys());
        self.sort_all(&gone_keys, touched);
    }

    /// The namespace is there with these labels; none if it is not there.
    pub fn set_namespace(&mut self, name: &Arc<str>, labels: Option<&Labels>, touched: &mut Vec<ObjectKey>) {
        let space = self.enter(name);
        let new = labels.map_or_else(|| named(name), |it| with_name(it, name));
        let is_same = *space.labels == new;
        let was_there = std::mem::replace(&mut space.is_there, labels.is_some());
        let old = Arc::clone(&space.labels);
        let ids: Vec<ClassId> = space.classes.values().copied().collect();
        self.namespace_changes += 1;
        if !is_same || was_there != labels.is_some() {
            touched.push(ObjectKey::of_namespace(Arc::clone(name)));
            let naming = [&*old, &new].into_iter().flat_map(|it| self.selections.naming(it));
            touched.extend(naming.cloned());
        }
        if was_there != labels.is_some() {
            self.touch_looking_into(name, touched);
        }
        if !is_same {
            self.touch_relabelled(&ids, touched);
            self.relabel(name, new);
            self.touch_relabelled(&ids, touched);
        }
        self.leave_if_bare(name);
    }

    fn relabel(&mut self, name: &Arc<str>, labels: Labels) {
        let space = self.enter(name);
        let new = Arc::new(labels);
        let old = std::mem::replace(&mut space.labels, Arc::clone(&new));
        self.labelled_spaces.remove(&old, name);
        self.labelled_spaces.insert(&new, name);
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
            && [&self.open, &self.wide, &self.with_blocks].into_iter().flatten().all(BTreeSet::is_empty)
            && self.selections.is_empty()
            && self.blocks.is_empty()
            && self.keys.is_empty()
    }

    /// What is known of the namespace, which is on the map from now on.
    pub(super) fn enter(&mut self, name: &Arc<str>) -> &mut Space {
        self.spaces.entry(Arc::clone(name)).or_insert_with(|| {
            let labels = Arc::new(named(name));
            self.namespace_changes += 1;
            self.labelled_spaces.insert(&labels, name);
            Space { labels, ..Space::default() }
        })
    }

    pub(super) fn leave_if_bare(&mut self, name: &Arc<str>) {
        if self.spaces.get(name).is_some_and(Space::is_bare)
            && let Some(space) = self.spaces.remove(name)
        {
            self.namespace_changes += 1;
            self.labelled_spaces.remove(&space.labels, name);
        }
    }
}

/// The labels of a namespace that has no others.
fn named(name: &Arc<str>) -> Labels {
    vec![(Arc::clone(&METADATA_NAME), Arc::clone(name))]
}

/// The labels of a namespace with the one that every namespace carries.
fn with_name(labels: &Labels, name: &Arc<str>) -> Labels {
    let others = labels.iter().filter(|(key, _)| *key != *METADATA_NAME).cloned();
    let mut all: Labels = others.chain(named(name)).collect();
    all.sort_unstable();
    all
}
