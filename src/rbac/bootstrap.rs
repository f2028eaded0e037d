//! Kubernetes' own roles and bindings, which every API server makes at its start: known by what they hold, because
//! anyone may give an object the label by which Kubernetes marks them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, LazyLock};

use super::binding::{role_key, subject_key};
use super::role::Role;
use super::{Binding, Bound};
use crate::model::{Labels, ObjectKey, ObjectKind};
use crate::wire::{self, Content, Object, PolicyRule};

/// What a fresh cluster holds of RBAC, in any of the versions that the table is made from.
#[derive(Debug, Default)]
pub struct Bootstrap {
    roles: BTreeMap<ObjectKey, (Arc<Role>, Arc<Labels>)>,
    /// What the roles come to.
    rules: BTreeMap<ObjectKey, Vec<PolicyRule>>,
    /// Binding, role and subject.
    bound: HashSet<(ObjectKey, ObjectKey, ObjectKey)>,
}

/// The label of whatever is Kubernetes' own, which the table leaves out.
const LABEL: (&str, &str) = ("kubernetes.io/bootstrapping", "rbac-defaults");

/// The table.
pub fn bootstrap() -> &'static Bootstrap {
    static TABLE: LazyLock<Bootstrap> = LazyLock::new(|| Bootstrap::of(include_str!("bootstrap.yaml")));
    &TABLE
}

impl Bootstrap {
    /// The table that is written in these documents, which have no faults.
    fn of(text: &str) -> Self {
        let mut table = Self::default();
        for manifest in wire::manifests(text).objects {
            let object = manifest.decode().expect("a test reads the whole table");
            table.enter(object);
        }
        table.resolve();
        table
    }

    fn enter(&mut self, object: Object) {
        let metadata = object.metadata;
        let namespace: Arc<str> = metadata.namespace.into();
        let name = metadata.name.into();
        let key = ObjectKey { kind: ObjectKind::Watched(object.kind), namespace, name };
        match object.content {
            Content::Role(role) => {
                let labels = metadata.labels.into_iter().map(|(key, value)| (key.into(), value.into()));
                let labels = labels.chain([(LABEL.0.into(), LABEL.1.into())]);
                let role = Role::with(&key, role, |_| true);
                self.roles.insert(key, (Arc::new(role), Arc::new(labels.collect())));
            }
            Content::Binding(binding) => {
                let Some(role) = role_key(&binding.role_ref, &key.namespace) else { return };
                let subjects = binding.subjects.iter().filter_map(|it| subject_key(it, &key.namespace));
                self.bound.extend(subjects.map(|subject| (key.clone(), role.clone(), subject)));
            }
            Content::Nothing | Content::Pods(_) | Content::Policy(_) | Content::Ranges(_) => {}
        }
    }

    /// Computes what each role comes to.
    fn resolve(&mut self) {
        for key in self.roles.keys() {
            let mut gathered = BTreeSet::new();
            self.gather(key, &mut gathered);
            let rules = gathered.into_iter().flat_map(|key| &self.roles[key].0.rules);
            self.rules.insert(key.clone(), rules.map(|it| it.rule.clone()).collect());
        }
    }

    /// Adds the role, and all that is gathered into it.
    fn gather<'a>(&'a self, key: &'a ObjectKey, into: &mut BTreeSet<&'a ObjectKey>) {
        if !into.insert(key) {
            return;
        }
        let role = &self.roles[key].0;
        for (other, _) in self.roles.iter().filter(|(_, (_, labels))| role.finds(labels)) {
            self.gather(other, into);
        }
    }

    /// The rules that Kubernetes puts into the role of this key, with what is gathered into it; none where the role
    /// is not Kubernetes' own.
    pub fn rules(&self, role: &ObjectKey) -> &[PolicyRule] {
        self.rules.get(role).map_or(&[], Vec::as_slice)
    }

    /// Whether Kubernetes gathers other roles into the one of this key, as it does into `admin`.
    pub fn aggregates(&self, role: &ObjectKey) -> bool {
        self.roles.get(role).is_some_and(|(role, _)| role.gathers.is_some())
    }

    /// Whether Kubernetes gives the subject this role by this binding.
    pub fn binds(&self, binding: &ObjectKey, role: &ObjectKey, subject: &ObjectKey) -> bool {
        self.bound.contains(&(binding.clone(), role.clone(), subject.clone()))
    }

    /// Every role, as its own object says, with its labels.
    pub fn roles(&self) -> impl Iterator<Item = (&ObjectKey, &(Arc<Role>, Arc<Labels>))> {
        self.roles.iter()
    }

    /// Every binding, with all whom it names.
    pub fn bindings(&self) -> impl Iterator<Item = Binding> {
        let mut subjects: BTreeMap<_, Vec<Bound>> = BTreeMap::new();
        for (binding, role, subject) in &self.bound {
            let subject = Bound { key: subject.clone(), is_bootstrap: true };
            subjects.entry((binding, role)).or_default().push(subject);
        }
        subjects.into_iter().map(|((key, role), mut subjects)| {
            subjects.sort_unstable();
            Binding { key: key.clone(), role: Some(role.clone()), subjects, nobody: 0 }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::rbac::{Power, group, powers_of};

    fn key(kind: Kind, name: &str) -> ObjectKey {
        ObjectKey { kind: ObjectKind::Watched(kind), namespace: "".into(), name: name.into() }
    }

    #[test]
    fn the_table_has_no_faults() {
        let manifests = wire::manifests(include_str!("bootstrap.yaml"));
        assert_eq!((manifests.faults.len(), manifests.others), (0, 0));
        assert!(bootstrap().roles.len() > 60 && bootstrap().bound.len() > 50, "{:?}", bootstrap().bound);
    }

    #[test]
    fn what_is_gathered_is_known_too() {
        let reads = |name| {
            let rules = bootstrap().rules(&key(Kind::ClusterRole, name)).iter();
            rules.clone().any(|rule| powers_of(rule).has(Power::ListSecrets))
        };
        assert!(reads("admin") && reads("edit") && !reads("view"));
    }

    #[test]
    fn a_binding_is_known_by_its_role_and_its_subject() {
        let [binding, role] =
            [Kind::ClusterRoleBinding, Kind::ClusterRole].map(|kind| key(kind, "cluster-admin"));
        assert!(bootstrap().binds(&binding, &role, &group("system:masters")));
        assert!(!bootstrap().binds(&binding, &role, &group("dev")));
        assert!(!bootstrap().binds(&binding, &key(Kind::ClusterRole, "view"), &group("system:masters")));
    }
}
