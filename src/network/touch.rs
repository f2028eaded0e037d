//! What is touched by a change: whoever could be judged otherwise because of it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use super::class::{ClassId, Reach};
use super::policy::{Direction, Peer, Peers, Rule};
use super::selector::Selector;
use super::{Map, Policy};
use crate::model::{Kind, ObjectKey, ObjectKind};

/// What a change is about: classes of one namespace, in one direction as they see it.
struct About<'a> {
    /// Those whose flows may be others.
    classes: &'a [ClassId],
    /// Those of them that let peers through without selecting them by their labels.
    wide: &'a [ClassId],
    direction: Direction,
}

impl Map {
    /// Follows from here on whom a change touches. Before that, nothing but the owner, the policy and the namespace that
    /// it is about is touched: of many that nothing isolates, each would touch all that came before.
    pub fn follow(&mut self) {
        self.is_followed = true;
    }

    /// Whether it is followed whom a change touches.
    pub fn is_followed(&self) -> bool {
        self.is_followed
    }

    /// Touches whoever could have a flow with the class, in the direction as the class sees it.
    pub(super) fn touch_about(&self, id: ClassId, direction: Direction, touched: &mut Vec<ObjectKey>) {
        let class = self.class(id);
        let classes = &[id][..];
        let wide = if class.reach(direction).is_any() { classes } else { &[] };
        let rules = class.side(direction).rules(direction).map(|it| it.rule);
        self.touch_flows(&About { classes, wide, direction }, rules, touched);
    }

    /// Touches whoever could have flows with these classes of a namespace because of what this policy lets through in the
    /// direction, or because nothing isolates them in it.
    pub(super) fn touch_by_policy(
        &self,
        classes: &[ClassId],
        direction: Direction,
        policy: Option<&Arc<Policy>>,
        touched: &mut Vec<ObjectKey>,
    ) {
        let rules = policy.map_or(&[][..], |it| it.rules(direction));
        let is_wide = Reach::of(rules.iter()).is_any();
        let wide = classes.iter().copied();
        let wide: Vec<ClassId> =
            wide.filter(|id| is_wide || self.class(*id).side(direction).is_open()).collect();
        self.touch_flows(&About { classes, wide: &wide, direction }, rules.iter(), touched);
    }

    /// Touches the classes of a namespace that is relabelled, and whoever it could be known to by its labels.
    pub(super) fn touch_relabelled(&self, classes: &[ClassId], touched: &mut Vec<ObjectKey>) {
        if !self.is_followed {
            return;
        }
        self.touch_each(classes.iter().copied(), touched);
        let of = |id: &ClassId| self.class(*id);
        let selections = classes
            .iter()
            .map(of)
            .flat_map(|class| self.selections.matching(self.labels_of(&class.namespace), &class.labels));
        let policies = selections.flat_map(|it| self.selections.uses(it)).map(|(_, policy)| policy);
        let policies: BTreeSet<&ObjectKey> = policies.collect();
        touched.extend(policies.into_iter().cloned());
        let namespace = classes.first().map_or("", |it| &*of(it).namespace);
        for direction in Direction::ALL {
            let wide = classes.iter().copied();
            let wide: Vec<ClassId> = wide.filter(|id| of(id).reach(direction).is_any()).collect();
            let rules = self.policies(namespace).flat_map(|(_, it)| it.rules(direction));
            self.touch_flows(&About { classes, wide: &wide, direction }, rules, touched);
        }
    }

    /// Touches whoever looks for flows with pods of this namespace, which came or went itself.
    pub(super) fn touch_looking_into(&self, namespace: &Arc<str>, touched: &mut Vec<ObjectKey>) {
        let ends = self.interest.ends().filter(|_| self.is_followed);
        for (judged, _) in ends.filter(|(_, other)| other.namespace.as_ref() == Some(namespace)) {
            self.touch_each(self.classes_of_pods(judged), touched);
        }
    }

    /// Touches whoever could have the flows that a change is about, of which these are rules, each once.
    fn touch_flows<'a>(
        &self,
        about: &About<'_>,
        rules: impl Iterator<Item = &'a Rule>,
        touched: &mut Vec<ObjectKey>,
    ) {
        let Some(first) = about.classes.first().filter(|_| self.is_followed) else { return };
        let mut near = BTreeSet::new();
        self.add_judged(about.classes, &mut near);
        if self.interest.across {
            let namespace = &*self.class(*first).namespace;
            if !about.wide.is_empty() {
                self.add_wide(namespace, about.direction.opposite(), &mut near);
            }
            self.add_reached(about.wide, about.direction.opposite(), &mut near);
            for rule in rules {
                self.add_named(namespace, rule, &mut near);
            }
        }
        self.touch_each(near, touched);
    }

    /// Adds those that are judged by whether declared flows with any of the classes are open.
    fn add_judged(&self, classes: &[ClassId], near: &mut BTreeSet<ClassId>) {
        for (judged, other) in self.interest.ends() {
            if classes.iter().any(|id| other.select(self.class(*id))) {
                near.extend(self.classes_of_pods(judged));
            }
        }
    }

    /// Adds whoever lets pods of this namespace through in the direction without selecting them by their labels; those
    /// that have a rule for addresses only let through whoever has one of them.
    fn add_wide(&self, namespace: &str, direction: Direction, near: &mut BTreeSet<ClassId>) {
        let at = direction as usize;
        // Flows of what nothing isolates are not always told.
        let open = self.interest.open[at].then_some(&self.open[at]);
        let all = self.wide[at].iter().chain(open.into_iter().flatten()).copied();
        near.extend(all.filter(|id| self.interest.within || *self.class(*id).namespace != *namespace));
    }

    /// Adds whoever selects any of the classes by a rule of this direction, by their labels or their addresses.
    fn add_reached(&self, classes: &[ClassId], direction: Direction, near: &mut BTreeSet<ClassId>) {
        let mut policies: BTreeSet<&ObjectKey> = BTreeSet::new();
        for class in classes.iter().map(|id| self.class(*id)) {
            policies.extend(self.policies_selecting(class, direction));
            let blocks = class.addresses().flat_map(|it| self.blocks.with(it));
            let uses = blocks.flat_map(|it| self.blocks.uses(it)).filter(|(of, _)| *of == direction);
            policies.extend(uses.map(|(_, policy)| policy));
        }
        near.extend(policies.into_iter().flat_map(|it| self.ruled_by(it, direction)));
    }

    /// Adds whom a rule of a policy in this namespace selects by their labels.
    fn add_named(&self, namespace: &str, rule: &Rule, near: &mut BTreeSet<ClassId>) {
        let Peers::Listed(peers) = &rule.peers else { return };
        for peer in peers.iter().filter(|it| self.interest.within || !matches!(it, Peer::Own(_))) {
            near.extend(self.selected_from(namespace, peer));
        }
    }

    /// Touches whoever tells of the class by its name: who selects it, or looks for flows with it.
    pub(super) fn touch_by_name(&self, id: ClassId, touched: &mut Vec<ObjectKey>) {
        if !self.is_followed {
            return;
        }
        let mut near = BTreeSet::new();
        self.add_judged(&[id], &mut near);
        if self.interest.across {
            for direction in Direction::ALL {
                near.extend(self.selecting(self.class(id), direction));
            }
        }
        self.touch_each(near, touched);
    }

    /// Touches whoever lets the class through by this address and by none that another of its endpoints has.
    pub(super) fn touch_by_address(&self, id: ClassId, address: IpAddr, touched: &mut Vec<ObjectKey>) {
        if !self.is_followed || !self.interest.is_of_flows() {
            return;
        }
        let class = self.class(id);
        let mut near = BTreeSet::new();
        for block in self.blocks.with(address) {
            let mut others = class.addresses().filter(|it| *it != address);
            if !others.any(|it| block.addresses.contains(it)) {
                near.extend(self.ruled_by_any(self.blocks.uses(block)));
                near.insert(id);
            }
        }
        self.touch_each(near, touched);
    }

    /// Touches the classes and whoever lets them through by their addresses.
    pub(super) fn touch_addressed(&self, ids: BTreeSet<ClassId>, touched: &mut Vec<ObjectKey>) {
        if !self.is_followed {
            return;
        }
        let mut near = BTreeSet::new();
        let mut uses = BTreeSet::new();
        for id in ids {
            for block in self.class(id).addresses().flat_map(|it| self.blocks.with(it)) {
                uses.extend(self.blocks.uses(block));
                near.insert(id);
            }
        }
        near.extend(self.ruled_by_any(uses.into_iter()));
        self.touch_each(near, touched);
    }

    /// Touches the policies that select this class and no other, and its namespace; all policies of that, if nothing else
    /// is in it.
    pub(super) fn touch_policies_about(&self, id: ClassId, touched: &mut Vec<ObjectKey>) {
        let class = self.class(id);
        touched.push(ObjectKey::of_namespace(class.namespace.clone()));
        if !self.is_followed {
            return;
        }
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

    /// Touches the owners of the endpoints in these classes.
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
