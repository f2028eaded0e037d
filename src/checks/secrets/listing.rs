//! What the list of readers says of one subject in one scope.

use crate::baseline::{Baseline, BindingKind, SecretReader, Secrets};
use crate::checks::pod_security::list;
use crate::model::{Kind, ObjectKey, ObjectKind};
use crate::rbac::{Binding, Powers, SECRET_READS};

/// The entries of the list of readers that are about a subject in a scope.
#[derive(Debug)]
pub(super) struct Listing<'a> {
    entries: Vec<&'a SecretReader>,
}

impl<'a> Listing<'a> {
    pub(super) fn new(baseline: &Baseline, secrets: &'a Secrets, subject: &ObjectKey, scope: &str) -> Self {
        let readers = secrets.readers.as_deref().unwrap_or_default();
        let about = |it: &&SecretReader| it.subject.is(subject) && covers(it, baseline, scope);
        Self { entries: readers.iter().filter(about).collect() }
    }

    /// What the subject may do there, by whatever binding.
    pub(super) fn powers(&self) -> Powers {
        self.entries.iter().fold(Powers::NONE, |powers, it| powers.or(powers_of(&it.verbs)))
    }

    /// What the subject may do there by this binding.
    pub(super) fn powers_via(&self, binding: &Binding) -> Powers {
        let via = |it: &&&SecretReader| it.via.as_ref().is_none_or(|via| names(via, &binding.key));
        self.entries.iter().filter(via).fold(Powers::NONE, |powers, it| powers.or(powers_of(&it.verbs)))
    }

    /// The bindings that the entries name.
    pub(super) fn bindings(&self) -> String {
        let named = self.entries.iter().filter_map(|it| it.via.as_ref()).flatten();
        list(named.map(|it| format!("{}/{}", kind_of(it.kind), it.name)))
    }
}

/// Whether the entry is about the scope. All of the cluster, where no more than some namespaces of it are protected,
/// is these namespaces.
fn covers(entry: &SecretReader, baseline: &Baseline, scope: &str) -> bool {
    let lists = |namespace: &str| entry.namespaces.iter().any(|it| it == namespace);
    let lists_all = || baseline.namespaces.named().is_some_and(|mut names| names.all(|name| lists(name)));
    lists("*") || if scope.is_empty() { lists_all() } else { lists(scope) }
}

/// The powers that the verbs give over secrets, be they any or named.
fn powers_of(verbs: &[String]) -> Powers {
    let listed = SECRET_READS.iter().filter(|(verb, ..)| verbs.iter().any(|it| it == verb));
    listed.fold(Powers::NONE, |powers, (_, any, named)| powers.or(Powers::of(&[*any, *named])))
}

/// Whether one of `via` is the binding of this key. Of a role binding the namespace is not compared: it is the scope.
fn names(via: &[crate::baseline::Binding], key: &ObjectKey) -> bool {
    via.iter().any(|it| key.kind == ObjectKind::Watched(kind_of(it.kind)) && *key.name == *it.name)
}

const fn kind_of(kind: BindingKind) -> Kind {
    match kind {
        BindingKind::ClusterRoleBinding => Kind::ClusterRoleBinding,
        BindingKind::RoleBinding => Kind::RoleBinding,
    }
}
