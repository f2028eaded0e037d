//! Who is granted what in the cluster: the index of roles and bindings, kept in step with the store.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLockReadGuard;

use super::workload::object_ref;
use super::{NodeReach, Rights, Snapshot};
use crate::model::{Kind, Labels, ObjectKey, ObjectKind, ObjectRef, Scope};
use crate::rbac::{Binding, Grant, Grants, MASTERS, Powers, is_subject};

/// A subject of RBAC, what it is granted, and what runs as it. Nearly every verdict takes no more than its powers, so
/// that everything else is looked up where it is asked for.
#[derive(Debug)]
pub struct Grantee<'a> {
    pub key: &'a ObjectKey,
    /// What it is granted amounts to, wherever it holds and beyond what Kubernetes itself grants.
    pub powers: Powers,
    snapshot: &'a Snapshot,
    grants: OnceCell<Vec<Grant>>,
    of_groups: OnceCell<Vec<Grant>>,
}

impl Grantee<'_> {
    /// The subject as evidence.
    pub fn object(&self) -> ObjectRef {
        self.snapshot.evidence(self.key)
    }

    /// What it is granted, in the order of the keys of the bindings.
    pub fn grants(&self) -> &[Grant] {
        self.grants.get_or_init(|| self.snapshot.grants().grants_of(self.key))
    }

    /// What the groups are granted to which it belongs by what it is, as far as that leads further together with what
    /// it is granted itself.
    pub fn of_groups(&self) -> &[Grant] {
        self.of_groups.get_or_init(|| self.snapshot.grants().grants_around(self.key, self.powers))
    }

    /// The workloads that reach into their node as it, and by what.
    pub fn on_nodes(&self) -> Vec<(ObjectKey, NodeReach)> {
        self.snapshot.on_nodes(self.key)
    }

    /// Whether it may do everything to every resource of the cluster, whatever its roles are called: by itself, or
    /// together with its groups where these may not without it.
    pub fn is_cluster_admin(&self) -> bool {
        self.powers.has_any(Powers::EVERYTHING) && {
            let own = everywhere(self.grants());
            own.has_all(Powers::EVERYTHING) || self.completes(own)
        }
    }

    /// Whether its groups may do everything together with it alone, which has these powers in the whole cluster.
    fn completes(&self, own: Powers) -> bool {
        let of_groups = everywhere(self.of_groups());
        own.or(of_groups).has_all(Powers::EVERYTHING) && !of_groups.has_all(Powers::EVERYTHING)
    }

    /// What is granted in each scope: a namespace, or, with an empty name, all of the cluster.
    pub fn scopes(&self) -> BTreeMap<Arc<str>, Vec<&Grant>> {
        by_scope(self.grants())
    }

    /// In each scope, what [`Self::of_groups`] says.
    pub fn scopes_of_groups(&self) -> BTreeMap<Arc<str>, Vec<&Grant>> {
        by_scope(self.of_groups())
    }
}

/// What is granted for the whole cluster amounts to, beyond what Kubernetes itself grants.
fn everywhere(grants: &[Grant]) -> Powers {
    let wide = grants.iter().filter(|grant| grant.scope().is_empty());
    wide.fold(Powers::NONE, |powers, grant| powers.or(grant.powers()))
}

fn by_scope(grants: &[Grant]) -> BTreeMap<Arc<str>, Vec<&Grant>> {
    let mut scopes: BTreeMap<Arc<str>, Vec<&Grant>> = BTreeMap::new();
    for grant in grants {
        scopes.entry(Arc::clone(grant.scope())).or_default().push(grant);
    }
    scopes
}

impl Snapshot {
    /// The subject of this key with what it is granted; none if that is nothing, and nothing reaches into its node as
    /// it. The group `system:masters` is never judged: authorization does not ask rules about it, so that what is bound
    /// to it gives nothing.
    pub fn grantee<'a>(&'a self, key: &'a ObjectKey) -> Option<Grantee<'a>> {
        if !is_subject(key) || (key.kind == ObjectKind::Group && *key.name == *MASTERS) {
            return None;
        }
        let powers = self.grants().powers_of(key);
        let is_there = powers.is_some() || self.is_on_node(key);
        is_there.then(|| Grantee { powers: powers.unwrap_or(Powers::NONE), ..self.ungranted(key) })
    }

    /// The subject of this key where nothing is granted to it.
    pub fn ungranted<'a>(&'a self, key: &'a ObjectKey) -> Grantee<'a> {
        Grantee {
            key,
            powers: Powers::NONE,
            snapshot: self,
            grants: OnceCell::new(),
            of_groups: OnceCell::new(),
        }
    }

    /// The role of this key; none if it is not there.
    pub fn role(&self, key: &ObjectKey) -> Option<ObjectRef> {
        let there = key.is_one_of(&[Kind::Role, Kind::ClusterRole]) && self.grants().own_role(key).is_some();
        there.then(|| self.evidence(key))
    }

    /// The binding of this key; none if it is not there.
    pub fn binding(&self, key: &ObjectKey) -> Option<(ObjectRef, Arc<Binding>)> {
        let may_be = key.is_one_of(&[Kind::RoleBinding, Kind::ClusterRoleBinding]);
        let binding = may_be.then(|| self.grants().binding(key).cloned()).flatten()?;
        Some((self.evidence(key), binding))
    }

    /// What is held of an object, or of a subject that none stands for, as evidence.
    fn evidence(&self, key: &ObjectKey) -> ObjectRef {
        match self.record(key) {
            Some(record) => object_ref(key, &record),
            None => ObjectRef {
                key: key.clone(),
                version: "v1".into(),
                uid: "".into(),
                resource_version: "".into(),
            },
        }
    }

    /// Who is granted what. The writer waits while it is read.
    pub fn grants(&self) -> RwLockReadGuard<'_, Grants> {
        self.grants.read()
    }

    /// Lets the roles be there that Kubernetes itself makes, as they are in every cluster: for files, which seldom
    /// hold them.
    pub fn presume_bootstrap_roles(&self) {
        self.grants.write().presume_bootstrap_roles();
    }

    /// Whether this is what is held of the object already.
    pub(super) fn holds(&self, key: &ObjectKey, rights: Option<&Rights>) -> bool {
        match rights {
            None => true,
            Some(Rights::Role(role)) => self.grants().own_role(key) == Some(role),
            Some(Rights::Binding(binding)) => self.grants().binding(key) == Some(binding),
        }
    }

    pub(super) fn rights_moved(
        &self,
        key: &ObjectKey,
        rights: Option<Rights>,
        labels: &Arc<Labels>,
        touched: &mut Vec<Scope>,
    ) {
        let mut keys = Vec::new();
        match rights {
            None => self.accounts_moved(key, &mut keys),
            Some(Rights::Role(role)) => {
                self.grants.write().set_role(key, Some((role, Arc::clone(labels))), &mut keys);
            }
            Some(Rights::Binding(binding)) => {
                self.grants.write().set_binding(key, Some(&binding), &mut keys);
                // Most changes of a binding leave its subjects as they are.
                keys.sort_unstable();
                keys.dedup();
            }
        }
        touched.extend(keys.into_iter().map(Scope::Object));
    }

    pub(super) fn rights_gone(&self, key: &ObjectKey, touched: &mut Vec<Scope>) {
        let mut keys = Vec::new();
        match key.kind {
            ObjectKind::Watched(Kind::Role | Kind::ClusterRole) => {
                self.grants.write().set_role(key, None, &mut keys);
            }
            ObjectKind::Watched(Kind::RoleBinding | Kind::ClusterRoleBinding) => {
                self.grants.write().set_binding(key, None, &mut keys);
            }
            _ => self.accounts_moved(key, &mut keys),
        }
        touched.extend(keys.into_iter().map(Scope::Object));
    }

    /// Everything that rights are judged of: subjects, roles and bindings.
    pub(super) fn holders_of_rights(&self) -> Vec<ObjectKey> {
        let grants = self.grants();
        let roles = grants.roles().map(|(key, _)| key);
        grants.subjects().chain(roles).chain(grants.bindings()).cloned().collect()
    }

    /// What binds an object hangs in the air no longer once it is known to be there, though it cannot be read.
    pub(super) fn readability_moved(&self, key: ObjectKey, touched: &mut Vec<Scope>) {
        let grants = self.grants();
        let bindings = grants.bindings_of(&key).into_iter().chain(grants.bindings_to(&key));
        touched.extend(bindings.map(|binding| Scope::Object(binding.key.clone())));
        drop(grants);
        if key.is_one_of(&[Kind::NetworkPolicy]) {
            self.sight_moved_in(&key.namespace, touched);
        }
        self.plugin_moved(&key, touched);
        touched.push(Scope::Object(key));
    }

    /// Bindings may name a service account that is not there, and what is declared of a namespace may depend on its
    /// labels.
    fn accounts_moved(&self, key: &ObjectKey, touched: &mut Vec<ObjectKey>) {
        let grants = self.grants();
        if key.kind == ObjectKind::Watched(Kind::ServiceAccount) {
            touched.extend(grants.bindings_to(key).iter().map(|binding| binding.key.clone()));
            grants.touch_account(key, touched);
        }
        if key.is_namespace() {
            touched.extend(grants.bindings_in(&key.name).iter().map(|binding| binding.key.clone()));
            grants.touch_namespace(&key.name, touched);
        }
    }
}
