//! Whose verdict hangs on whom: those that a class could have flows with.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use super::Map;
use super::class::{Class, ClassId};
use super::index::is_anchored;
use super::interest::Pods;
use super::policy::{Direction, Peer, Peers, Selection};
use super::selector::Selector;
use super::space::Space;
use crate::model::{Kind, ObjectKey, ObjectKind};

impl Map {
    /// The classes whose rules of this direction select the class by its labels: those of other namespaces and, where
    /// flows within a namespace are looked at, of its own.
    pub fn selecting(&self, class: &Class, direction: Direction) -> BTreeSet<ClassId> {
        let namespace = self.labels_of(&class.namespace);
        let across = self.selections.selecting(namespace, &class.labels);
        let across = across.filter(|(of, policy)| *of == direction && policy.namespace != class.namespace);
        let mut found = BTreeSet::new();
        for (_, policy) in across {
            found.extend(self.ruled_by(policy, direction));
        }
        if self.interest.within
            && let Some(space) = self.spaces.get(&class.namespace)
        {
            for policy in space.own_peers.matching(&class.labels) {
                found.extend(self.ruled_by(policy, direction));
            }
            for (_, policy) in self.selections.selecting(namespace, &class.labels) {
                if policy.namespace == class.namespace {
                    found.extend(self.ruled_by(policy, direction));
                }
            }
        }
        found
    }

    /// The classes that an entry of a rule in the namespace of `class` selects by their labels: none where it is about
    /// addresses, or about everyone.
    pub fn selected(&self, class: &Class, entry: &Peer) -> Vec<ClassId> {
        match entry {
            Peer::Own(pods) => {
                let own = self.classes_in(&class.namespace);
                own.filter(|id| pods.matches(&self.class(*id).labels)).collect()
            }
            Peer::Pods(selection) if selection.is_everyone() => Vec::new(),
            Peer::Pods(selection) => self.resolve(selection),
            Peer::Block(_) => Vec::new(),
        }
    }

    /// The classes that let peers through in this direction without selecting them by their labels: whoever nothing
    /// isolates, and whoever has a rule for everyone or for addresses.
    pub fn wide(&self, direction: Direction) -> impl Iterator<Item = ClassId> {
        self.wide[direction as usize].values().flatten().copied()
    }

    /// Those of [`Map::wide`] in any of these namespaces.
    pub fn wide_among(
        &self,
        direction: Direction,
        namespaces: &BTreeSet<Arc<str>>,
    ) -> impl Iterator<Item = ClassId> {
        let wide = &self.wide[direction as usize];
        // Whichever are fewer are looked up among the others.
        let is_fewer = namespaces.len() < wide.len();
        let few = is_fewer.then_some(namespaces);
        let many = (!is_fewer).then(|| wide.iter().filter(|(name, _)| namespaces.contains(*name)));
        let of_few = few.into_iter().flatten().filter_map(|name| wide.get(name));
        let of_many = many.into_iter().flatten().map(|(_, classes)| classes);
        of_few.chain(of_many).flatten().copied()
    }

    /// The classes of these pods.
    pub fn classes_of_pods(&self, pods: &Pods) -> Vec<ClassId> {
        let ids: Vec<ClassId> = match (&pods.namespace, self.labelled_classes.candidates(&pods.labels)) {
            (Some(namespace), _) => self.classes_in(namespace).collect(),
            (None, Some(candidates)) => candidates.copied().collect(),
            (None, None) => self.classes().map(|(id, _)| id).collect(),
        };
        ids.into_iter().filter(|id| pods.select(self.class(*id))).collect()
    }

    /// The classes that a selection of namespaces and pods selects.
    pub fn resolve(&self, selection: &Selection) -> Vec<ClassId> {
        self.candidates(selection).filter(|id| self.is_in(selection, *id)).collect()
    }

    /// Whether a selection of namespaces and pods selects any class.
    pub fn resolves(&self, selection: &Selection) -> bool {
        self.candidates(selection).any(|id| self.is_in(selection, id))
    }

    /// Whether a namespace is there with labels that the selector asks for. One that asks for none to be there is not
    /// held against them.
    pub fn has_namespace(&self, selector: &Selector) -> bool {
        let is = |space: &Space| space.is_there && selector.matches(&space.labels);
        match self.labelled_spaces.candidates(selector) {
            Some(mut candidates) => candidates.any(|name| self.spaces.get(name).is_some_and(is)),
            None => !is_anchored(selector) || self.spaces.values().any(is),
        }
    }

    fn is_in(&self, selection: &Selection, id: ClassId) -> bool {
        let class = self.class(id);
        selection.pods.matches(&class.labels)
            && selection.namespaces.matches(self.labels_of(&class.namespace))
    }

    /// Those among which are the classes that the selection selects.
    fn candidates<'a>(&'a self, selection: &'a Selection) -> Box<dyn Iterator<Item = ClassId> + 'a> {
        if let Some(names) = self.labelled_spaces.candidates(&selection.namespaces) {
            return Box::new(names.flat_map(|it| self.classes_in(it)));
        }
        match self.labelled_classes.candidates(&selection.pods) {
            Some(candidates) => Box::new(candidates.copied()),
            None => Box::new(self.classes().map(|(id, _)| id)),
        }
    }

    /// The classes that the policy isolates in this direction.
    fn ruled_by(&self, policy: &ObjectKey, direction: Direction) -> impl Iterator<Item = ClassId> {
        let known = self.policy(&policy.namespace, &policy.name);
        let known = known.filter(|it| it.isolates(direction)).cloned();
        let classes = self.classes_in(&policy.namespace);
        classes
            .filter(move |id| known.as_ref().is_some_and(|it| it.selector.matches(&self.class(*id).labels)))
    }

    /// Touches the classes, and whoever could have a flow with them.
    pub(super) fn touch_all_about(&self, ids: &[ClassId], touched: &mut Vec<ObjectKey>) {
        self.touch_each(ids.iter().copied(), touched);
        for id in ids {
            self.touch_policies_about(*id, touched);
            Direction::ALL.iter().for_each(|it| self.touch_about(*id, *it, touched));
        }
    }

    /// Touches whoever could have a flow with the class, in the direction as the class sees it.
    pub(super) fn touch_about(&self, id: ClassId, direction: Direction, touched: &mut Vec<ObjectKey>) {
        let class = self.class(id);
        self.touch_judged(class, touched);
        if !self.interest.across {
            return;
        }
        let opposite = direction.opposite();
        if class.side(direction).is_wide(direction) {
            for other in self.wide(opposite) {
                let other = self.class(other);
                let is_near = other.namespace == class.namespace;
                if (self.interest.within || !is_near) && self.is_told(other, opposite) {
                    touched.extend(self.owners(other).cloned());
                }
            }
            self.touch_each(self.selecting(class, opposite), touched);
        }
        for through in class.side(direction).rules(direction) {
            let Peers::Listed(peers) = &through.rule.peers else { continue };
            for peer in peers.iter().filter(|it| self.interest.within || !matches!(it, Peer::Own(_))) {
                self.touch_each(self.selected(class, peer), touched);
            }
        }
    }

    /// Touches whoever tells of the class by its name: who selects it, or looks for flows with it.
    pub(super) fn touch_by_name(&self, id: ClassId, touched: &mut Vec<ObjectKey>) {
        let class = self.class(id);
        self.touch_judged(class, touched);
        if !self.interest.across {
            return;
        }
        Direction::ALL.iter().for_each(|it| self.touch_each(self.selecting(class, *it), touched));
    }

    /// Touches whoever lets the class through by this address and by none that another of its endpoints has.
    pub(super) fn touch_by_address(&self, id: ClassId, address: IpAddr, touched: &mut Vec<ObjectKey>) {
        if !self.interest.across {
            return;
        }
        let class = self.class(id);
        let mut is_let = false;
        for (block, direction, policy) in self.selections.blocks_with(address) {
            let mut others = class.addresses().filter(|it| *it != address);
            if !others.any(|it| block.addresses.contains(it)) {
                is_let = true;
                self.touch_each(self.ruled_by(policy, direction), touched);
            }
        }
        if is_let {
            self.touch_each([id], touched);
        }
    }

    /// Touches the class and whoever lets it through by this address.
    pub(super) fn touch_addressed(&self, id: ClassId, address: IpAddr, touched: &mut Vec<ObjectKey>) {
        let mut is_let = false;
        for (_, direction, policy) in self.selections.blocks_with(address) {
            is_let = true;
            self.touch_each(self.ruled_by(policy, direction), touched);
        }
        if is_let {
            self.touch_each([id], touched);
        }
    }

    /// Touches the policies by which the class is selected or let through, and its namespace; all policies of that, if
    /// nothing else is in it.
    pub(super) fn touch_policies_about(&self, id: ClassId, touched: &mut Vec<ObjectKey>) {
        let class = self.class(id);
        touched.push(ObjectKey::of_namespace(class.namespace.clone()));
        if let Some(space) = self.spaces.get(&class.namespace) {
            if space.classes.len() == 1 {
                let key = |name: &Arc<str>| ObjectKey {
                    kind: ObjectKind::Watched(Kind::NetworkPolicy),
                    namespace: Arc::clone(&class.namespace),
                    name: Arc::clone(name),
                };
                touched.extend(space.policies.keys().map(key));
            }
            let own = space.selectors.matching(&class.labels).chain(space.own_peers.matching(&class.labels));
            touched.extend(own.cloned());
        }
        let selecting = self.selections.selecting(self.labels_of(&class.namespace), &class.labels);
        touched.extend(selecting.map(|(_, policy)| policy.clone()));
    }

    /// Touches those that are judged by whether declared flows with the class are open.
    fn touch_judged(&self, class: &Class, touched: &mut Vec<ObjectKey>) {
        for pods in self.interest.judged_by(class) {
            self.touch_each(self.classes_of_pods(pods), touched);
        }
    }

    fn touch_each(&self, ids: impl IntoIterator<Item = ClassId>, touched: &mut Vec<ObjectKey>) {
        for id in ids {
            touched.extend(self.owners(self.class(id)).cloned());
        }
    }

    /// Whether flows of this direction of the class are told at it at all.
    fn is_told(&self, class: &Class, direction: Direction) -> bool {
        self.interest.open[direction as usize] || !class.side(direction).is_open()
    }
}
