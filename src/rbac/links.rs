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

impl Links {
    /// Puts a binding in place of the one of the same key; none takes that away.
    pub(super) fn set(&mut self, key: &ObjectKey, new: Option<&Arc<Binding>>) {
        let old = self.bindings.number_of(key);
        if let Some(new) = new {
            self.link(key, new);
        }
        if let Some(old) = old {
            self.unlink(old);
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

    /// The `RoleBindings` of a namespace, in no order.
    pub(super) fn of_namespace(&self, namespace: &str) -> impl Iterator<Item = &Arc<Binding>> {
        let bindings = self.namespaces.get(namespace).into_iter().flatten();
        bindings.map(|number| &self.bindings.at(*number).binding)
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

    fn link(&mut self, key: &ObjectKey, binding: &Arc<Binding>) {
        let role = binding.role.as_ref().map(|role| self.roles.enter(role));
        let subjects = binding.subjects.iter().map(|it| self.subjects.enter(&it.key)).collect();
        let is_cluster_wide = binding.scope().is_empty();
        let link = Link { binding: Arc::clone(binding), role, subjects };
        let number = self.bindings.put(key, link);
        if let Some(role) = role {
            self.roles.at_mut(role).bindings.push(number);
        }
        if !is_cluster_wide {
            self.namespaces.entry(Arc::clone(binding.scope())).or_default().push(number);
        }
        for (at, bound) in binding.subjects.iter().enumerate() {
            let tie = Tie { binding: number, role, is_cluster_wide, is_bootstrap: bound.is_bootstrap };
            let powers = self.powers_by(&tie);
            let subject = self.bindings.at(number).subjects[at];
            let subject = self.subjects.at_mut(subject);
            subject.powers = subject.powers.or(powers);
            subject.ties.push(tie);
        }
    }

    fn unlink(&mut self, number: u32) {
        let link = self.bindings.release(number);
        if let Some(role) = link.role {
            remove(&mut self.roles.at_mut(role).bindings, |it| *it == number);
            self.forget_role(role);
        }
        let namespace = link.binding.scope();
        if let Some(bindings) = self.namespaces.get_mut(namespace) {
            remove(bindings, |it| *it == number);
            if bindings.is_empty() {
                self.namespaces.remove(namespace);
            }
        }
        for subject in link.subjects {
            let ties = &mut self.subjects.at_mut(subject).ties;
            remove(ties, |tie| tie.binding == number);
            if ties.is_empty() {
                self.subjects.release(subject);
            } else {
                self.add_up(subject);
            }
        }
    }

    /// Adds up anew what is granted to a subject.
    fn add_up(&mut self, subject: u32) {
        let ties = &self.subjects.at(subject).ties;
        let powers = ties.iter().fold(Powers::NONE, |powers, tie| powers.or(self.powers_by(tie)));
        self.subjects.at_mut(subject).powers = powers;
    }

    fn powers_by(&self, tie: &Tie) -> Powers {
        let role = tie.role.and_then(|role| self.roles.at(role).effective.as_ref());
        role.map_or(Powers::NONE, |role| role.granted(tie.is_bootstrap, tie.is_cluster_wide))
    }

    /// Forgets a role that is not there and to which no binding refers.
    fn forget_role(&mut self, number: u32) {
        let role = self.roles.at(number);
        if role.effective.is_none() && role.bindings.is_empty() {
            self.roles.release(number);
        }
    }
}

fn remove<T>(list: &mut Vec<T>, is: impl Fn(&T) -> bool) {
    if let Some(at) = list.iter().position(is) {
        list.swap_remove(at);
    }
}
