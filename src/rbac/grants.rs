//! Who is granted what: roles, bindings and subjects, each findable by the others.
//!
//! A change costs in proportion to the subjects whose rights it may alter: those of the binding, or of the bindings
//! of the role and of every role that gathers it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::binding::implied_groups;
use super::bootstrap::bootstrap;
use super::gathering::{Found, Gathering};
use super::links::Links;
use super::reach::{Reach, Readers};
use super::role::{Effective, Role};
use super::together::groups_around;
use super::{Binding, Grant, Powers};
use crate::model::{Kind, Labels, ObjectKey, ObjectKind};

type Index<K, V> = HashMap<K, V, RandomState>;

/// Roles and bindings, indexed.
#[derive(Debug, Default)]
pub struct Grants {
    roles: Index<ObjectKey, Held>,
    pub(super) links: Links,
    gathering: Gathering,
    /// The roles of which what they amount to hangs on the users, groups, roles or namespaces that they name.
    pub(super) naming: BTreeSet<ObjectKey>,
    pub(super) reach: Reach,
}

/// A role that is there.
#[derive(Debug)]
struct Held {
    role: Arc<Role>,
    labels: Arc<Labels>,
}

impl Grants {
    /// Takes in a role as it is now; none for one that is gone. Appends to `touched` the subjects whose rights may
    /// have changed, the roles that have, those that are gathered into it, and the bindings that hang in the air or
    /// no longer do.
    pub fn set_role(
        &mut self,
        key: &ObjectKey,
        new: Option<(Arc<Role>, Arc<Labels>)>,
        touched: &mut Vec<ObjectKey>,
    ) {
        let was = self.roles.contains_key(key);
        let is = new.is_some();
        let mut changed = self.gathered_into(key);
        touched.extend(self.gathering.below(key));
        self.regather(key, new.as_ref());
        match new {
            Some((role, labels)) => {
                self.roles.insert(key.clone(), Held { role, labels });
            }
            None => {
                self.roles.remove(key);
            }
        }
        changed.extend(self.gathered_into(key));
        changed.insert(key.clone());
        self.recompute(changed, touched);
        if was != is {
            touched.extend(self.links.of_role(key).map(|binding| binding.key.clone()));
        }
        touched.extend(self.gathering.below(key));
    }

    /// Takes in a binding as it is now; none for one that is gone. Appends to `touched` the binding, and the subjects
    /// whose rights may have changed.
    pub fn set_binding(&mut self, key: &ObjectKey, new: Option<&Arc<Binding>>, touched: &mut Vec<ObjectKey>) {
        touched.push(key.clone());
        if let Some((old, powers)) = self.links.binding_with_powers(key) {
            self.touch_of(old, powers, touched);
            self.reach.remove(old, powers);
        }
        if let Some(new) = new {
            let powers = self.powers_given(new);
            self.touch_of(new, powers, touched);
            self.reach.add(new, powers);
        }
        self.links.set(key, new);
    }

    /// The service accounts of the namespace that may read secrets, and the group of them; where it is empty, the
    /// group of all service accounts.
    pub fn readers_in(&self, namespace: &str) -> &Readers {
        self.reach.readers_in(namespace)
    }

    /// The namespaces with such readers, in order; empty for the group of all service accounts.
    pub fn namespaces_of_readers(&self) -> BTreeSet<&Arc<str>> {
        self.reach.namespaces_of_readers()
    }

    /// The grants that hold in this scope, a namespace or, where it is empty, all of the cluster, for whoever is the
    /// subject: its own and those of the groups to which it belongs by what it is.
    pub fn holding(&self, subject: &ObjectKey, scope: &str) -> Vec<Grant> {
        let groups = implied_groups(subject);
        let grants = std::iter::once(subject).chain(&groups).flat_map(|it| self.grants_of(it));
        grants.filter(|it| it.scope().is_empty() || **it.scope() == *scope).collect()
    }

    /// Whether the role reads secrets, or may begin a way round to them.
    pub fn leads_to_secrets(&self, role: &ObjectKey) -> bool {
        let leads = Powers::READ_SOME_SECRETS.or(Powers::WAYS_TO_SECRETS);
        self.role(role).is_some_and(|role| role.powers.has_any(leads))
    }

    /// Those to whom a `RoleBinding` of the namespace gives any of these powers.
    pub fn holders_in(&self, namespace: &str, powers: Powers) -> impl Iterator<Item = &ObjectKey> {
        let bindings = self.links.of_namespace(namespace);
        let giving = bindings.filter(move |(_, given)| given.has_any(powers));
        giving.flat_map(|(binding, _)| &binding.subjects).map(|it| &it.key)
    }

    /// The grants of a subject that lead to a role that is there, in the order of the keys of their bindings. Groups of
    /// which it is a member are subjects of their own.
    pub fn grants_of(&self, subject: &ObjectKey) -> Vec<Grant> {
        let grants = self.links.of_subject(subject).filter_map(|(binding, role, is_bootstrap)| {
            let (binding, role) = (Arc::clone(binding), Arc::clone(role?));
            Some(Grant { key: binding.role.clone()?, binding, role, is_bootstrap })
        });
        let mut grants: Vec<Grant> = grants.collect();
        grants.sort_unstable_by(|a, b| a.binding.key.cmp(&b.binding.key));
        grants
    }

    /// The grants of the groups to which everybody belongs who is the subject, as far as they lead further together
    /// with these powers, which it has itself.
    pub fn grants_around(&self, subject: &ObjectKey, powers: Powers) -> Vec<Grant> {
        if !powers.is_combining() {
            return Vec::new();
        }
        let mut groups = groups_around(subject);
        groups.retain(|it| self.powers_of(it).is_some_and(|it| it.combines_with(powers)));
        let grants = groups.iter().flat_map(|it| self.grants_of(it));
        grants.filter(|grant| grant.powers().combines_with(powers)).collect()
    }

    /// What all grants of a subject amount to, wherever they hold and beyond what Kubernetes itself grants; none if
    /// nothing is bound to it.
    pub fn powers_of(&self, subject: &ObjectKey) -> Option<Powers> {
        self.links.powers_of(subject)
    }

    /// The roles that are there, with what they come to.
    pub fn roles(&self) -> impl Iterator<Item = (&ObjectKey, &Arc<Effective>)> {
        self.roles.keys().filter_map(|key| Some((key, self.role(key)?)))
    }

    /// What the role of this key comes to; none if it is not there.
    pub fn role(&self, key: &ObjectKey) -> Option<&Arc<Effective>> {
        self.links.role(key)
    }

    /// The role of this key as its own object says; none if it is not there.
    pub fn own_role(&self, key: &ObjectKey) -> Option<&Arc<Role>> {
        self.roles.get(key).map(|held| &held.role)
    }

    /// The `ClusterRoles` whose rules gather those of this one, directly or through another.
    pub fn gathered_into(&self, key: &ObjectKey) -> BTreeSet<ObjectKey> {
        self.gathering.above(key)
    }

    /// The `ClusterRoles` whose own selectors find this one.
    pub fn gatherers(&self, key: &ObjectKey) -> impl Iterator<Item = &ObjectKey> {
        self.gathering.gatherers(key)
    }

    #[cfg(test)]
    pub(super) fn gathering(&self) -> &Gathering {
        &self.gathering
    }

    /// The bindings that are there, by their keys.
    pub fn bindings(&self) -> impl Iterator<Item = &ObjectKey> {
        self.links.bindings()
    }

    pub fn binding(&self, key: &ObjectKey) -> Option<&Arc<Binding>> {
        self.links.binding(key)
    }

    /// The bindings that give this role, whether it is there or not, in the order of their keys.
    pub fn bindings_of(&self, role: &ObjectKey) -> Vec<Arc<Binding>> {
        in_order(self.links.of_role(role))
    }

    /// The bindings that give this role, in no order.
    pub(super) fn links_of(&self, role: &ObjectKey) -> impl Iterator<Item = &Arc<Binding>> {
        self.links.of_role(role)
    }

    /// The bindings that name this subject, in the order of their keys.
    pub fn bindings_to(&self, subject: &ObjectKey) -> Vec<Arc<Binding>> {
        in_order(self.links.of_subject(subject).map(|(binding, ..)| binding))
    }

    /// The `RoleBindings` of a namespace, in the order of their keys.
    pub fn bindings_in(&self, namespace: &str) -> Vec<Arc<Binding>> {
        in_order(self.links.of_namespace(namespace).map(|(binding, _)| binding))
    }

    /// Everyone to whom anything is bound.
    pub fn subjects(&self) -> impl Iterator<Item = &ObjectKey> {
        self.links.subjects()
    }

    /// Lets roles that only Kubernetes itself makes be there where none of that name is given, as they are in every
    /// cluster. Nothing is bound by it.
    pub fn presume_bootstrap_roles(&mut self) {
        for (key, role) in bootstrap().roles() {
            if !self.roles.contains_key(key) {
                self.set_role(key, Some(role.clone()), &mut Vec::new());
            }
        }
    }

    /// As [`Self::presume_bootstrap_roles`], with the bindings.
    pub fn presume_bootstrap(&mut self) {
        self.presume_bootstrap_roles();
        for binding in bootstrap().bindings() {
            if self.binding(&binding.key).is_none() {
                self.set_binding(&binding.key.clone(), Some(&Arc::new(binding)), &mut Vec::new());
            }
        }
    }

    /// What the role of a binding amounts to, to whomever it is given.
    pub(super) fn powers_given(&self, binding: &Binding) -> Powers {
        let role = binding.role.as_ref().and_then(|role| self.role(role));
        role.map_or(Powers::NONE, |role| role.powers)
    }

    /// Keeps who gathers whom in step with a role that becomes `new`.
    fn regather(&mut self, key: &ObjectKey, new: Option<&(Arc<Role>, Arc<Labels>)>) {
        if !is_cluster_role(key) {
            return;
        }
        let labels = new.map(|(_, labels)| &**labels);
        self.gathering.relabel(key, labels);
        let others = self.roles.iter().filter(|(it, _)| *it != key && is_cluster_role(it));
        let all = others.map(|(it, held)| (it, &*held.labels)).chain(labels.map(|labels| (key, labels)));
        self.gathering.set(key, new.and_then(|(role, _)| role.gathers.as_deref()), all);
    }

    /// Computes anew what these roles come to. Those that are gathered into each other come to the same.
    fn recompute(&mut self, mut roles: BTreeSet<ObjectKey>, touched: &mut Vec<ObjectKey>) {
        while let Some(role) = roles.pop_first() {
            let found = self.gathering.found_from(&role);
            let effective = self.effective(&role, &found);
            let circle = self.gathering.circle(&role, &found).into_iter();
            let alike: Vec<ObjectKey> = circle.filter(|it| is_alike(&role, it) && roles.remove(it)).collect();
            for role in alike.iter().chain([&role]) {
                self.set_effective(role, effective.clone(), touched);
            }
        }
    }

    /// What a role comes to, if it is there: its own rules, and those of every role that is found from it on. A
    /// controller copies rules into the roles that gather them, sooner or later, so that these come last: a rule is told
    /// of where it was written. Their order is the same for all of them, because one may be gathered into the other and
    /// back.
    fn effective(&self, key: &ObjectKey, found: &Found<'_>) -> Option<Arc<Effective>> {
        self.roles.get(key)?;
        let mut reached: Vec<&ObjectKey> = found.iter().copied().filter(|it| *it != key).collect();
        reached.push(key);
        reached.sort_unstable();
        let roles = reached.into_iter().filter_map(|key| self.roles.get(key)).map(|held| &*held.role);
        let (gatherers, others): (Vec<_>, Vec<_>) = roles.partition(|role| role.gathers.is_some());
        let roles = others.into_iter().chain(gatherers.into_iter().rev());
        Some(Arc::new(Effective::of(bootstrap().rules(key), roles)))
    }

    /// Notes what a role comes to; none if it is not there. Appends the role, and whoever's verdict hangs on it.
    fn set_effective(&mut self, key: &ObjectKey, new: Option<Arc<Effective>>, touched: &mut Vec<ObjectKey>) {
        let powers_of = |role: Option<&Arc<Effective>>| role.map_or(Powers::NONE, |role| role.powers);
        let (old, powers) = (powers_of(self.role(key)), powers_of(new.as_ref()));
        self.naming.remove(key);
        if new.as_ref().is_some_and(|role| role.is_naming) {
            self.naming.insert(key.clone());
        }
        self.reach.set_role(old, powers, || self.links.of_role(key));
        self.links.set_role(key, new);
        for binding in self.links.of_role(key) {
            self.touch_named(binding, old.or(powers), touched);
        }
        if old.or(powers).has_any(Powers::READ_SOME_SECRETS) {
            self.touch_behind(self.links.of_role(key), touched);
        } else if old.or(powers).has_any(Powers::WAYS_TO_SECRETS) {
            self.touch_naming(touched);
        }
        touched.push(key.clone());
    }
}

/// Whether two roles into which the same is gathered come to the same: unless Kubernetes itself puts something into one.
fn is_alike(one: &ObjectKey, other: &ObjectKey) -> bool {
    [one, other].iter().all(|role| bootstrap().rules(role).is_empty())
}

fn is_cluster_role(key: &ObjectKey) -> bool {
    key.kind == ObjectKind::Watched(Kind::ClusterRole)
}

fn in_order<'a>(bindings: impl Iterator<Item = &'a Arc<Binding>>) -> Vec<Arc<Binding>> {
    let mut bindings: Vec<_> = bindings.cloned().collect();
    bindings.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    bindings
}
