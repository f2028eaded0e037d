//! What is touched by a change: whoever could be judged otherwise because of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::reach::{ACT_AS_ACCOUNTS, accounts};
use super::together::{groups_around, is_around_others};
use super::{Binding, Grants, Powers};
use crate::model::ObjectKey;

impl Grants {
    /// Appends whoever's verdict hangs on what is declared of the namespace, or on whether it is there.
    pub fn touch_namespace(&self, namespace: &str, touched: &mut Vec<ObjectKey>) {
        for (binding, powers) in self.links.of_namespace(namespace) {
            self.touch_of(binding, powers, touched);
        }
        self.touch_naming(touched);
    }

    /// Appends whoever comes to secrets through the service account, now that it came or went.
    pub fn touch_account(&self, account: &ObjectKey, touched: &mut Vec<ObjectKey>) {
        if self.readers_in(&account.namespace).values().any(|readers| readers.contains_key(account)) {
            touched.extend(self.holders_in(&account.namespace, ACT_AS_ACCOUNTS).cloned());
            self.touch_naming(touched);
        }
    }

    /// Appends the subjects of a binding, whose role amounts to these powers, and whoever comes to secrets through them.
    pub(super) fn touch_of(&self, binding: &Arc<Binding>, powers: Powers, touched: &mut Vec<ObjectKey>) {
        self.touch_named(binding, powers, touched);
        if powers.has_any(Powers::READ_SOME_SECRETS) {
            self.touch_behind(std::iter::once(binding), touched);
        }
    }

    /// Appends the subjects of a binding, whose role amounts to these powers, and whoever belongs to one of them by what
    /// it is and holds something that leads further together with them.
    pub(super) fn touch_named(&self, binding: &Binding, powers: Powers, touched: &mut Vec<ObjectKey>) {
        touched.extend(binding.subjects.iter().map(|it| it.key.clone()));
        if !powers.is_combining() {
            return;
        }
        for group in binding.subjects.iter().map(|it| &it.key).filter(|it| is_around_others(it)) {
            let members = self.links.combining_with(powers).filter(|it| groups_around(it).contains(group));
            touched.extend(members.cloned());
        }
    }

    /// Appends whoever comes to secrets through the subjects of these bindings, whose role reads them. In the
    /// namespace of a service account that reads its own, that is news only to those who do not read there themselves.
    pub(super) fn touch_behind<'a>(
        &self,
        bindings: impl Iterator<Item = &'a Arc<Binding>>,
        touched: &mut Vec<ObjectKey>,
    ) {
        let (mut near, mut far) = (BTreeSet::new(), BTreeSet::new());
        for binding in bindings {
            for (_, namespace) in accounts(binding) {
                let is_near = !namespace.is_empty() && namespace == *binding.scope();
                let there = if is_near { &mut near } else { &mut far };
                there.insert(namespace);
            }
        }
        for namespace in &far {
            touched.extend(self.holders_in(namespace, ACT_AS_ACCOUNTS).cloned());
        }
        if far.contains("") {
            let acts = |subject: &&ObjectKey| {
                self.powers_of(subject).is_some_and(|powers| powers.has_any(ACT_AS_ACCOUNTS))
            };
            touched.extend(self.subjects().filter(acts).cloned());
        }
        for namespace in near.difference(&far) {
            let subjects = self.reach.borrowers_in(namespace).flat_map(|binding| &binding.subjects);
            touched.extend(subjects.map(|it| it.key.clone()));
        }
        self.touch_naming(touched);
    }

    /// Appends those to whom roles are bound that name what their reach hangs on.
    pub(super) fn touch_naming(&self, touched: &mut Vec<ObjectKey>) {
        for binding in self.naming.iter().flat_map(|role| self.links.of_role(role)) {
            self.touch_named(binding, self.powers_given(binding), touched);
        }
    }
}
