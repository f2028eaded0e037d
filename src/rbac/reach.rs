//! Who comes to secrets through whom: the service accounts that may read them, by their namespace, for whoever can act
//! as the accounts of a namespace reads what they do.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::{Binding, Power, Powers, Rule};
use crate::model::{Kind, ObjectKey, ObjectKind};

/// To act as any service account of the namespace, as those that the rule names, or as those that run there.
pub(super) const ACT_AS_ACCOUNTS: Powers = Powers::of(&[
    Power::RunPods,
    Power::AlterPods,
    Power::ExecInPods,
    Power::RequestTokens,
    Power::ImpersonateServiceAccounts,
]);

/// What reaches as far as the names of other things go that a rule lists: users, groups, service accounts, roles or
/// namespaces.
const NAMING: Powers = Powers::of(&[
    Power::ImpersonateUsers,
    Power::ImpersonateGroups,
    Power::RequestTokens,
    Power::ImpersonateServiceAccounts,
    Power::BindRoles,
    Power::BindClusterRoles,
    Power::ChangeNamespaces,
]);

/// Whether what the rule amounts to hangs on what it names.
pub(super) fn is_naming(rule: &Rule) -> bool {
    rule.powers.has_any(NAMING) && !rule.rule.resource_names.is_empty()
}

/// By the scope whose secrets they may read (empty for all of the cluster), service accounts and groups of them, and by
/// how many bindings they may.
pub type Readers = BTreeMap<Arc<str>, BTreeMap<ObjectKey, usize>>;

type Index<K, V> = HashMap<K, V, RandomState>;

/// The group of all service accounts, and how the groups of those of one namespace begin.
const ACCOUNT_GROUP: &str = "system:serviceaccounts";

/// Which service accounts may read secrets, and who does not read them but may act as service accounts.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// By the namespace of the accounts; empty for the group of all of them.
    readers: Index<Arc<str>, Readers>,
    /// The `RoleBindings` that let their subjects act as service accounts, and do not let them read every secret
    /// themselves, by their namespace.
    borrowers: Index<Arc<str>, BTreeMap<ObjectKey, Arc<Binding>>>,
    none: Readers,
}

impl Reach {
    /// The readers among the service accounts of the namespace; of every namespace where it is empty.
    pub(super) fn readers_in(&self, namespace: &str) -> &Readers {
        self.readers.get(namespace).unwrap_or(&self.none)
    }

    /// The namespaces with such readers, in order.
    pub(super) fn namespaces_of_readers(&self) -> BTreeSet<&Arc<str>> {
        self.readers.keys().collect()
    }

    /// The `RoleBindings` of the namespace that give a borrowing role.
    pub(super) fn borrowers_in(&self, namespace: &str) -> impl Iterator<Item = &Arc<Binding>> {
        self.borrowers.get(namespace).into_iter().flat_map(BTreeMap::values)
    }

    /// Keeps in step with a role whose powers turn from `old` to `new`, and with the bindings that give it.
    pub(super) fn set_role<'a, I: Iterator<Item = &'a Arc<Binding>>>(
        &mut self,
        old: Powers,
        new: Powers,
        bindings: impl Fn() -> I,
    ) {
        if (reads(old), borrows(old)) == (reads(new), borrows(new)) {
            return;
        }
        for binding in bindings() {
            self.remove(binding, old);
            self.add(binding, new);
        }
    }

    /// Takes a binding in whose role has these powers.
    pub(super) fn add(&mut self, binding: &Arc<Binding>, powers: Powers) {
        if reads(powers) {
            for (account, namespace) in accounts(binding) {
                let readers = self.readers.entry(namespace).or_default();
                let of_scope = readers.entry(Arc::clone(binding.scope())).or_default();
                *of_scope.entry(account.clone()).or_default() += 1;
            }
        }
        if borrows(powers) && !binding.scope().is_empty() {
            let borrowers = self.borrowers.entry(Arc::clone(binding.scope())).or_default();
            borrowers.insert(binding.key.clone(), Arc::clone(binding));
        }
    }

    /// Lets go of a binding that was taken in with these powers.
    pub(super) fn remove(&mut self, binding: &Binding, powers: Powers) {
        if reads(powers) {
            for (account, namespace) in accounts(binding) {
                self.remove_reader(account, &namespace, binding.scope());
            }
        }
        if borrows(powers)
            && let Some(borrowers) = self.borrowers.get_mut(binding.scope())
        {
            borrowers.remove(&binding.key);
            if borrowers.is_empty() {
                self.borrowers.remove(binding.scope());
            }
        }
    }

    fn remove_reader(&mut self, account: &ObjectKey, namespace: &str, scope: &str) {
        let Some(readers) = self.readers.get_mut(namespace) else { return };
        let Some(of_scope) = readers.get_mut(scope) else { return };
        let Some(bindings) = of_scope.get_mut(account) else { return };
        *bindings -= 1;
        if *bindings == 0 {
            of_scope.remove(account);
        }
        if of_scope.is_empty() {
            readers.remove(scope);
        }
        if readers.is_empty() {
            self.readers.remove(namespace);
        }
    }
}

/// Whether powers let their holder read secrets.
const fn reads(powers: Powers) -> bool {
    powers.has_any(Powers::READ_SOME_SECRETS)
}

/// Whether powers let their holder act as service accounts, and do not let it read every secret itself.
const fn borrows(powers: Powers) -> bool {
    powers.has_any(ACT_AS_ACCOUNTS) && !powers.has_any(Powers::READ_SECRETS)
}

/// The service accounts and the groups of them that the binding names, with their namespace, which is empty for the
/// group of all.
pub(super) fn accounts(binding: &Binding) -> impl Iterator<Item = (&ObjectKey, Arc<str>)> {
    binding.subjects.iter().filter_map(|it| Some((&it.key, home(&it.key)?)))
}

/// The namespace of a service account or of a group of them, empty for the group of all; none for anybody else.
pub(super) fn home(key: &ObjectKey) -> Option<Arc<str>> {
    match key.kind {
        ObjectKind::Watched(Kind::ServiceAccount) => Some(Arc::clone(&key.namespace)),
        ObjectKind::Group => match key.name.strip_prefix(ACCOUNT_GROUP)?.split_once(':') {
            Some(("", namespace)) => Some(namespace.into()),
            Some(_) => None,
            None => (*key.name == *ACCOUNT_GROUP).then(|| "".into()),
        },
        _ => None,
    }
}
