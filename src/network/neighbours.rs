//! Whose verdict hangs on whom: those that a class could have flows with.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Map;
use super::class::{Class, ClassId};
use super::index::is_anchored;
use super::interest::Pods;
use super::labelled::Candidates;
use super::policy::{Direction, Peer, Selection};
use super::selector::Selector;
use super::space::Space;
use super::uses::Use;
use crate::model::ObjectKey;

/// To try so many is quicker than to look for fewer.
const FEW: usize = 8;

impl Map {
    /// The classes whose rules of this direction select the class by its labels: those of other namespaces and, where
    /// flows within a namespace are looked at, of its own.
    pub fn selecting(&self, class: &Class, direction: Direction) -> BTreeSet<ClassId> {
        self.policies_selecting(class, direction).flat_map(|it| self.ruled_by(it, direction)).collect()
    }

    /// The policies with rules of this direction that select the class so, each once or more.
    pub(super) fn policies_selecting<'a>(
        &'a self,
        class: &'a Class,
        direction: Direction,
    ) -> impl Iterator<Item = &'a ObjectKey> {
        let is_near = |policy: &ObjectKey| policy.namespace == class.namespace;
        let selections = self.selections.matching(self.labels_of(&class.namespace), &class.labels);
        let uses = selections.flat_map(|it| self.selections.uses(it));
        let uses = uses.filter(move |(_, policy)| self.interest.within || !is_near(policy));
        let space = self.spaces.get(&class.namespace).filter(|_| self.interest.within);
        let own = space.into_iter().flat_map(|space| {
            space.own_peers.matching(&class.labels).flat_map(|it| space.own_peers.uses(it))
        });
        uses.chain(own).filter(move |(of, _)| *of == direction).map(|(_, policy)| policy)
    }

    /// The classes that an entry of a rule in the namespace of `class` selects by their labels: none where it is about
    /// addresses, or about everyone.
    pub fn selected(&self, class: &Class, entry: &Peer) -> Vec<ClassId> {
        self.selected_from(&class.namespace, entry)
    }

    /// The same for rules of policies in this namespace.
    pub(super) fn selected_from(&self, namespace: &str, entry: &Peer) -> Vec<ClassId> {
        match entry {
            Peer::Own(pods) => self.selected_in(namespace, pods).collect(),
            Peer::Pods(selection) if selection.is_everyone() => Vec::new(),
            Peer::Pods(selection) => self.resolve(selection),
            Peer::Block(_) => Vec::new(),
        }
    }

    /// The classes that let peers through in this direction without selecting them by their labels: whoever nothing
    /// isolates, and whoever has a rule for everyone or for addresses.
    pub fn wide(&self, direction: Direction) -> impl Iterator<Item = ClassId> {
        let at = direction as usize;
        let by_blocks =
            self.with_blocks[at].iter().filter(move |id| !self.class(**id).reach(direction).is_wide);
        self.open[at].iter().chain(&self.wide[at]).chain(by_blocks).copied()
    }

    /// Those of [`Map::wide`] in any of these namespaces.
    pub fn wide_among(
        &self,
        direction: Direction,
        namespaces: &BTreeSet<Arc<str>>,
    ) -> impl Iterator<Item = ClassId> {
        let classes = namespaces.iter().flat_map(|it| self.classes_in(it));
        classes.filter(move |id| self.class(*id).reach(direction).is_any())
    }

    /// The classes of these pods.
    pub fn classes_of_pods(&self, pods: &Pods) -> Vec<ClassId> {
        match &pods.namespace {
            Some(namespace) => self.selected_in(namespace, &pods.labels).collect(),
            None => self.selected_anywhere(&pods.labels).collect(),
        }
    }

    /// The classes that a selection of namespaces and pods selects.
    pub fn resolve(&self, selection: &Selection) -> Vec<ClassId> {
        self.selected_by(selection).collect()
    }

    /// Whether a selection of namespaces and pods selects any class.
    pub fn resolves(&self, selection: &Selection) -> bool {
        self.selected_by(selection).next().is_some()
    }

    /// Whether a namespace is there with labels that the selector asks for. One that asks for none to be there is not
    /// held against them.
    pub fn has_namespace(&self, selector: &Selector) -> bool {
        let is = |space: &Space| space.is_there && selector.matches(&space.labels);
        match self.labelled_spaces.candidates(selector) {
            Some(candidates) => candidates.iter().any(|name| self.spaces.get(name).is_some_and(is)),
            None => !is_anchored(selector) || self.spaces.values().any(is),
        }
    }

    pub(super) fn selected_by(&self, selection: &Selection) -> impl Iterator<Item = ClassId> {
        let Selection { namespaces, pods } = selection;
        let spaces = self.labelled_spaces.candidates(namespaces);
        let anywhere = spaces.is_none().then(|| self.selected_anywhere(pods));
        let in_spaces = spaces.into_iter().flat_map(Candidates::iter);
        let in_spaces = in_spaces.flat_map(|it| self.selected_in(it, pods));
        let found = in_spaces.chain(anywhere.into_iter().flatten());
        found.filter(|id| namespaces.matches(self.labels_of(&self.class(*id).namespace)))
    }

    /// The classes of the namespace that the selector selects.
    pub(super) fn selected_in(&self, namespace: &str, pods: &Selector) -> impl Iterator<Item = ClassId> {
        let all = self.spaces.get(namespace).map_or(0, |it| it.classes.len());
        let fewer = (all > FEW).then(|| self.labelled_classes.candidates(pods)).flatten();
        let fewer = fewer.filter(|it| it.count() < all);
        let all = fewer.is_none().then(|| self.classes_in(namespace));
        let found = fewer.into_iter().flat_map(Candidates::iter).copied().chain(all.into_iter().flatten());
        found.filter(move |id| {
            let class = self.class(*id);
            pods.matches(&class.labels) && *class.namespace == *namespace
        })
    }

    fn selected_anywhere(&self, pods: &Selector) -> impl Iterator<Item = ClassId> {
        let fewer = self.labelled_classes.candidates(pods);
        let all = fewer.is_none().then(|| self.classes().map(|(id, _)| id));
        let found = fewer.into_iter().flat_map(Candidates::iter).copied().chain(all.into_iter().flatten());
        found.filter(|id| pods.matches(&self.class(*id).labels))
    }

    /// The classes that the policy isolates in this direction.
    pub(super) fn ruled_by(&self, policy: &ObjectKey, direction: Direction) -> impl Iterator<Item = ClassId> {
        let known = self.policy(&policy.namespace, &policy.name).filter(|it| it.isolates(direction));
        known.into_iter().flat_map(|it| self.selected_in(&policy.namespace, &it.selector))
    }

    /// The classes that one of these uses is a rule of.
    pub(super) fn ruled_by_any<'a>(
        &'a self,
        uses: impl Iterator<Item = &'a Use>,
    ) -> impl Iterator<Item = ClassId> {
        uses.flat_map(|(direction, policy)| self.ruled_by(policy, *direction))
    }
}
