//! Bindings and their two ends: the role that each gives, and the subjects to whom.
//!
//! Bindings, roles and subjects have small numbers, so that the powers of a subject are added up without following
//! names. They are kept with the subject: a verdict on most subjects is one lookup.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::role::Effective;
use super::shelf::Shelf;
use super::{Binding, Powers};
use crate::model::ObjectKey;

/// The bindings, findable from either end.
#[derive(Debug, Default)]
pub(super) struct Links {
    bindings: Shelf<Link>,
    roles: Shelf<RoleEnd>,
    subjects: Shelf<SubjectEnd>,
    /// The numbers of the subjects whose powers may lead further together with those of others.
    combining: BTreeSet<u32>,
    /// The numbers of the `RoleBindings` of each namespace.
    namespaces: HashMap<Arc<str>, Vec<u32>, RandomState>,
}

#[derive(Debug)]
struct Link {
    binding: Arc<Binding>,
    role: Option<u32>,
    subjects: Box<[u32]>,
}

/// A role as far as bindings are concerned: it is there, or bindings refer to it.
#[derive(Debug, Default)]
struct RoleEnd {
    bindings: Vec<u32>,
    /// What the role comes to; none if it is not there.
    effective: Option<Arc<Effective>>,
}

#[derive(Debug, Default)]
struct SubjectEnd {
    ties: Vec<Tie>,
    /// What all of them amount to.
    powers: Powers,
}

/// A binding as its subject sees it.
#[derive(Debug, Clone, Copy)]
struct Tie {
    binding: u32,
    role: Option<u32>,
    is_cluster_wide: bool,
    is_bootstrap: bool,
}

impl Tie {
    /// What the role amounts to for the subject.
    fn powers(&self, roles: &Shelf<RoleEnd>) -> Powers {
        let role = self.role.and_then(|role| roles.at(role).effective.as_ref());
        role.map_or(Powers::NONE, |role| role.granted(self.is_bootstrap, self.is_cluster_wide))
    }
}

impl Links {
    /// Puts a binding in place of the one of the same key; none takes that away.
    pub(super) fn set(&mut self, key: &ObjectKey, new: Option<&Arc<Binding>>) {
        match (self.bindings.number_of(key), new) {
            (Some(number), Some(new)) => {
                let link = self.link(new);
                let old = std::mem::replace(self.bindings.at_mut(number), link);
                self.tie(number);
                self.untie(number, &old);
            }
            (None, Some(new)) => {
                let link = self.link(new);
                let number = self.bindings.put(key, link);
                if !key.namespace.is_empty() {
                    self.namespaces.entry(Arc::clone(&key.namespace)).or_default().push(number);
                }
                self.tie(number);
            }
            (Some(number), None) => {
                let old = self.bindings.release(number);
                self.leave_namespace(number, &key.namespace);
                self.untie(number, &old);
            }
            (None, None) => {}
        }
    }

    /// Notes what a role comes to now; none if it is gone.
    pub(super) fn set_role(&mut self, key: &ObjectKey, effective: Option<Arc<Effective>>) {
        let number = self.roles.enter(key);
        let role = self.roles.at_mut(number);
        role.effective = effective;
        let bindings = role.bindings.clone();
        let subjects: BTreeSet<u32> =
            bindings.iter().flat_map(|binding| &self.bindings.at(*binding).subjects).copied().collect();
        for subject in subjects {
            self.add_up(subject);
        }
        self.forget_role(number);
    }

    /// What the role of this key comes to; none if it is not there.
    pub(super) fn role(&self, key: &ObjectKey) -> Option<&Arc<Effective>> {
        self.roles.get(key).and_then(|role| role.effective.as_ref())
    }

    pub(super) fn binding(&self, key: &ObjectKey) -> Option<&Arc<Binding>> {
        self.bindings.get(key).map(|link| &link.binding)
    }

    /// The binding of this key, with what its role amounts to.
    pub(super) fn binding_with_powers(&self, key: &ObjectKey) -> Option<(&Arc<Binding>, Powers)> {
        self.bindings.get(key).map(|link| self.given(link))
    }

    /// The keys of all bindings.
    pub(super) fn bindings(&self) -> impl Iterator<Item = &ObjectKey> {
        self.bindings.keys()
    }

    /// Everyone to whom anything is bound.
    pub(super) fn subjects(&self) -> impl Iterator<Item = &ObjectKey> {
        self.subjects.keys()
    }

    /// The bindings that give this role, whether it is there or not, in no order.
    pub(super) fn of_role(&self, role: &ObjectKey) -> impl Iterator<Item = &Arc<Binding>> {
        let bindings = self.roles.get(role).into_iter().flat_map(|role| &role.bindings);
        bindings.map(|number| &self.bindings.at(*number).binding)
    }

    /// The `RoleBindings` of a namespace, in no order, each with what its role amounts to.
    pub(super) fn of_namespace(&self, namespace: &str) -> impl Iterator<Item = (&Arc<Binding>, Powers)> {
        let bindings = self.namespaces.get(namespace).into_iter().flatten();
        bindings.map(|number| self.given(self.bindings.at(*number)))
    }

    fn given<'a>(&self, link: &'a Link) -> (&'a Arc<Binding>, Powers) {
        let role = link.role.and_then(|role| self.roles.at(role).effective.as_ref());
        (&link.binding, role.map_or(Powers::NONE, |role| role.powers))
    }

    /// The bindings that name this subject, each with what its role comes to, if that is there, and whether Kubernetes
    /// itself grants it; in no order.
    pub(super) fn of_subject(
        &self,
        subject: &ObjectKey,
    ) -> impl Iterator<Item = (&Arc<Binding>, Option<&Arc<Effective>>, bool)> {
        let ties = self.subjects.get(subject).into_iter().flat_map(|subject| &subject.ties);
        ties.map(|tie| {
            let role = tie.role.and_then(|role| self.roles.at(role).effective.as_ref());
            (&self.bindings.at(tie.binding).binding, role, tie.is_bootstrap)
        })
    }

    /// What everything that is granted to the subject amounts to, beyond what Kubernetes itself grants; none if nothing
    /// is bound to it.
    pub(super) fn powers_of(&self, subject: &ObjectKey) -> Option<Powers> {
        self.subjects.get(subject).map(|subject| subject.powers)
    }

    /// The subjects whose powers lead further together with these.
    pub(super) fn combining_with(&self, powers: Powers) -> impl Iterator<Item = &ObjectKey> {
        let subjects =
            self.combining.iter().map(|number| (self.subjects.key(*number), self.subjects.at(*number)));
        subjects.filter(move |(_, it)| it.powers.combines_with(powers)).map(|(key, _)| key)
    }

    /// The binding with its two ends, which are there from here on and do not know of it yet.
    fn link(&mut self, binding: &Arc<Binding>) -> Link {
        let role = binding.role.as_ref().map(|role| self.roles.enter(role));
        let subjects = binding.subjects.iter().map(|it| self.subjects.enter(&it.key)).collect();
        Link { binding: Arc::clone(binding), role, subjects }
    }

    /// Lets the ends of a binding know of it.
    fn tie(&mut self, number: u32) {
        let Self { bindings, roles, subjects, combining, .. } = self;
        let link = bindings.at(number);
        if let Some(role) = link.role {
            roles.at_mut(role).bindings.push(number);
        }
        let is_cluster_wide = link.binding.scope().is_empty();
        for (bound, subject) in link.binding.subjects.iter().zip(&link.subjects) {
            let is_bootstrap = bound.is_bootstrap;
            let tie = Tie { binding: number, role: link.role, is_cluster_wide, is_bootstrap };
            let end = subjects.at_mut(*subject);
            let powers = end.powers.or(tie.powers(roles));
            end.ties.push(tie);
            end.set_powers(*subject, powers, combining);
        }
    }

    /// Lets the ends of a binding forget it as it was. Those that have it anew have it twice until then, the older
    /// tie first.
    fn untie(&mut self, number: u32, old: &Link) {
        if let Some(role) = old.role {
            remove(&mut self.roles.at_mut(role).bindings, |it| *it == number);
            self.forget_role(role);
        }
        for subject in &old.subjects {
            let ties = &mut self.subjects.at_mut(*subject).ties;
            remove(ties, |tie| tie.binding == number);
            if ties.is_empty() {
                self.combining.remove(subject);
                self.subjects.release(*subject);
            } else {
                self.add_up(*subject);
            }
        }
    }

    fn leave_namespace(&mut self, number: u32, namespace: &str) {
        let Some(bindings) = self.namespaces.get_mut(namespace) else { return };
        remove(bindings, |it| *it == number);
        if bindings.is_empty() {
            self.namespaces.remove(namespace);
        }
    }

    /// Adds up anew what is granted to a subject.
    fn add_up(&mut self, subject: u32) {
        let end = self.subjects.at_mut(subject);
        let ties = end.ties.iter();
        let powers = ties.fold(Powers::NONE, |powers, tie| powers.or(tie.powers(&self.roles)));
        end.set_powers(subject, powers, &mut self.combining);
    }

    /// Forgets a role that is not there and to which no binding refers.
    fn forget_role(&mut self, number: u32) {
        let role = self.roles.at(number);
        if role.effective.is_none() && role.bindings.is_empty() {
            self.roles.release(number);
        }
    }
}

impl SubjectEnd {
    /// Notes what all of its grants amount to, and whether it is among those whose powers may lead further together.
    fn set_powers(&mut self, number: u32, powers: Powers, combining: &mut BTreeSet<u32>) {
        if self.powers.is_combining() != powers.is_combining() {
            if powers.is_combining() {
                combining.insert(number);
            } else {
                combining.remove(&number);
            }
        }
        self.powers = powers;
    }
}

fn remove<T>(list: &mut Vec<T>, is: impl Fn(&T) -> bool) {
    if let Some(at) = list.iter().position(is) {
        list.swap_remove(at);
    }
}
