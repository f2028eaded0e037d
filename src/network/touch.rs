//! What is touched by a change: whoever could be judged otherwise because of it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use super::class::{Class, ClassId, Reach};
use super::policy::{Direction, Peer, Peers, Rule};
use super::selector::Selector;
use super::{Map, Policy};
use crate::model::{Kind, ObjectKey, ObjectKind};

impl Map {
    /// Touches whoever could have a flow with the class, in the direction as the class sees it.
    pub(super) fn touch_about(&self, id: ClassId, direction: Direction, touched: &mut Vec<ObjectKey>) {
        let class = self.class(id);
        self.touch_judged(class, touched);
        if !self.interest.across {
            return;
        }
        if class.reach(direction).is_any() {
            self.touch_reached(class, direction, touched);
        }
        for through in class.side(direction).rules(direction) {
            self.touch_named(&class.namespace, through.rule, touched);
        }
    }

    /// Touches whoever could have flows with these classes of the namespace because of what this policy lets through in
    /// the direction, or because nothing isolates them in it.
    pub(super) fn touch_by_policy(
        &self,
        ids: &[ClassId],
        direction: Direction,
        namespace: &str,
        policy: Option<&Arc<Policy>>,
        touched: &mut Vec<ObjectKey>,
    ) {
        for id in ids {
            self.touch_judged(self.class(*id), touched);
        }
        if !self.interest.across {
            return;
        }
        let rules = policy.map_or(&[][..], |it| it.rules(direction));
        let is_wide = Reach::of(rules.iter()).is_any();
        for class in ids.iter().map(|id| self.class(*id)) {
            if is_wide || class.side(direction).is_open() {
                self.touch_reached(class, direction, touched);
            }
        }
        for rule in rules {
            self.touch_named(namespace, rule, touched);
        }
    }

    /// Touches whoever lets the class through, if it lets them through without selecting them by their labels.
    fn touch_reached(&self, class: &Class, direction: Direction, touched: &mut Vec<ObjectKey>) {
        let opposite = direction.opposite();
        // Flows of what nothing isolates are not always told.
        let open = self.interest.open[opposite as usize].then_some(&self.open[opposite as usize]);
        let all = self.wide[opposite as usize].iter().chain(open.into_iter().flatten()).copied();
        let is_near = |id: &ClassId| self.class(*id).namespace == class.namespace;
        self.touch_each(all.filter(|id| self.interest.within || !is_near(id)), touched);
        self.touch_each(self.selecting(class, opposite), touched);
        let blocks = class.addresses().flat_map(|it| self.blocks.with(it));
        let uses = blocks.flat_map(|it| self.blocks.uses(it)).filter(|(of, _)| *of == opposite);
        self.touch_each(self.ruled_by_any(uses), touched);
    }

    /// Touches whom a rule of a policy in this namespace selects by their labels.
    fn touch_named(&self, namespace: &str, rule: &Rule, touched: &mut Vec<ObjectKey>) {
        let Peers::Listed(peers) = &rule.peers else { return };
        for peer in peers.iter().filter(|it| self.interest.within || !matches!(it, Peer::Own(_))) {
            self.touch_each(self.selected_from(namespace, peer), touched);
        }
    }

    /// Touches whoever tells of the class by its name: who selects it, or looks for flows with it.
    pub(super) fn touch_by_name(&self, id: ClassId, touched: &mut Vec<ObjectKey>) {
        let class = self.class(id);
        self.touch_judged(class, touched);
        if self.interest.across {
            for direction in Direction::ALL {
                self.touch_each(self.selecting(class, direction), touched);
            }
        }
    }

    /// Touches whoever lets the class through by this address and by none that another of its endpoints has.
    pub(super) fn touch_by_address(&self, id: ClassId, address: IpAddr, touched: &mut Vec<ObjectKey>) {
        if !self.interest.is_of_flows() {
            return;
        }
        let class = self.class(id);
        for block in self.blocks.with(address) {
            let mut others = class.addresses().filter(|it| *it != address);
            if !others.any(|it| block.addresses.contains(it)) {
                self.touch_each(self.ruled_by_any(self.blocks.uses(block)), touched);
                self.touch_each([id], touched);
            }
        }
    }

    /// Touches the classes and whoever lets them through by their addresses.
    pub(super) fn touch_addressed(&self, ids: BTreeSet<ClassId>, touched: &mut Vec<ObjectKey>) {
        for id in ids {
            for block in self.class(id).addresses().flat_map(|it| self.blocks.with(it)) {
                self.touch_each(self.ruled_by_any(self.blocks.uses(block)), touched);
                self.touch_each([id], touched);
            }
        }
    }

    /// Touches the classes of a namespace that is relabelled, and whoever it could be known to by its labels.
    pub(super) fn touch_relabelled(&self, ids: &[ClassId], touched: &mut Vec<ObjectKey>) {
        self.touch_each(ids.iter().copied(), touched);
        for id in ids {
            let class = self.class(*id);
            let selections = self.selections.matching(self.labels_of(&class.namespace), &class.labels);
            let uses = selections.flat_map(|it| self.selections.uses(it));
            touched.extend(uses.map(|(_, policy)| policy.clone()));
            for direction in Direction::ALL {
                self.touch_about(*id, direction, touched);
            }
        }
    }

    /// Touches the policies that select this class and no other, and its namespace; all policies of that, if nothing else
    /// is in it.
    pub(super) fn touch_policies_about(&self, id: ClassId, touched: &mut Vec<ObjectKey>) {
        let class = self.class(id);
        touched.push(ObjectKey::of_namespace(class.namespace.clone()));
        if let Some(space) = self.spaces.get(&class.namespace)
            && space.classes.len() == 1
        {
            touched.extend(space.policies.keys().map(|name| policy_key(&class.namespace, name)));
        }
        let is_alone = |pods: &Selector| self.selected_in(&class.namespace, pods).all(|it| it == id);
        for selectors in
            self.spaces.get(&class.namespace).iter().flat_map(|it| [&it.selectors, &it.own_peers])
        {
            let alone = selectors.matching(&class.labels).filter(|it| is_alone(it));
            touched.extend(alone.flat_map(|it| selectors.uses(it)).map(|(_, policy)| policy.clone()));
        }
        let selections = self.selections.matching(self.labels_of(&class.namespace), &class.labels);
        let alone = selections.filter(|it| self.selected_by(it).all(|it| it == id));
        touched.extend(alone.flat_map(|it| self.selections.uses(it)).map(|(_, policy)| policy.clone()));
    }

    /// Touches those that are judged by whether declared flows with the class are open.
    fn touch_judged(&self, class: &Class, touched: &mut Vec<ObjectKey>) {
        for pods in self.interest.judged_by(class) {
            self.touch_each(self.classes_of_pods(pods), touched);
        }
    }

    pub(super) fn touch_each(&self, ids: impl IntoIterator<Item = ClassId>, touched: &mut Vec<ObjectKey>) {
        for id in ids {
            touched.extend(self.owners(self.class(id)).cloned());
        }
    }
}

fn policy_key(namespace: &Arc<str>, name: &Arc<str>) -> ObjectKey {
    ObjectKey {
        kind: ObjectKind::Watched(Kind::NetworkPolicy),
        namespace: Arc::clone(namespace),
        name: Arc::clone(name),
    }
}
