//! What the declared roles and bindings grant.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::DeclaredObject;
use super::object::group;
use crate::model::{DEFAULT_NAMESPACE, Kind, Labels, ObjectKey, ObjectKind, tame_name};
use crate::rbac::{Binding, Grants, Role, implied_groups};
use crate::wire::{Content, Object, decode_value};

/// What the declared roles and bindings grant.
#[derive(Debug)]
pub struct DeclaredRights {
    grants: Grants,
    subjects: BTreeSet<ObjectKey>,
    /// By the namespaces and groups, the declared subjects whose verdict may change with them.
    hanging: HashMap<ObjectKey, Vec<ObjectKey>, RandomState>,
}

impl Default for DeclaredRights {
    /// What is granted where nothing is declared: what Kubernetes itself grants.
    fn default() -> Self {
        Self::of(&[])
    }
}

impl DeclaredRights {
    /// What the roles and bindings among the objects grant.
    pub fn of(objects: &[DeclaredObject]) -> Self {
        let mut rights =
            Self { grants: Grants::default(), subjects: BTreeSet::new(), hanging: HashMap::default() };
        for object in objects.iter().filter_map(decode).flatten() {
            rights.enter(object);
        }
        for subject in &rights.subjects {
            let groups = implied_groups(subject).into_iter();
            let bindings = rights.grants.bindings_to(subject);
            let namespaces = bindings.iter().map(|it| it.scope()).filter(|scope| !scope.is_empty());
            for key in groups.chain(namespaces.map(|it| ObjectKey::of_namespace(Arc::clone(it)))) {
                rights.hanging.entry(key).or_default().push(subject.clone());
            }
        }
        rights.grants.presume_bootstrap();
        rights
    }

    fn enter(&mut self, object: Object) {
        let metadata = object.metadata;
        let namespace = match metadata.namespace {
            _ if !object.kind.is_namespaced() => "".into(),
            none if none.is_empty() => DEFAULT_NAMESPACE.into(),
            named => named.into(),
        };
        let kind = ObjectKind::Watched(object.kind);
        let key = ObjectKey { kind, namespace, name: (*tame_name(&metadata.name)).into() };
        match object.content {
            Content::Role(role) => {
                let labels: Labels =
                    metadata.labels.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
                let role = Arc::new(Role::new(&key, role));
                self.grants.set_role(&key, Some((role, Arc::new(labels))), &mut Vec::new());
            }
            Content::Binding(binding) => {
                let binding = Arc::new(Binding::new(key.clone(), &binding));
                self.subjects.extend(binding.subjects.iter().map(|it| it.key.clone()));
                self.grants.set_binding(&key, Some(&binding), &mut Vec::new());
            }
            Content::Nothing | Content::Pods(_) | Content::Policy(_) | Content::Ranges(_) => {}
        }
    }

    /// Who is granted what, with what Kubernetes itself grants.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Whom the declared bindings name.
    pub fn subjects(&self) -> impl Iterator<Item = &ObjectKey> {
        self.subjects.iter()
    }

    /// Whether a declared binding names the subject.
    pub fn names(&self, subject: &ObjectKey) -> bool {
        self.subjects.contains(subject)
    }

    /// The declared subjects whose verdict may change with this: a group to which they belong by what they are, or a
    /// namespace in which something is declared to be granted to them.
    pub fn hanging_on(&self, key: &ObjectKey) -> &[ObjectKey] {
        self.hanging.get(key).map_or(&[], Vec::as_slice)
    }
}

/// What the object says as a role or a binding, or why it says nothing; none if it is neither.
pub(super) fn decode(object: &DeclaredObject) -> Option<Result<Object, String>> {
    let kind = Kind::find(group(&object.api_version), &object.kind)?;
    if !matches!(kind, Kind::Role | Kind::ClusterRole | Kind::RoleBinding | Kind::ClusterRoleBinding) {
        return None;
    }
    let decoded = decode_value(kind, object.node.to_json());
    Some(decoded.map_err(|error| format!("{kind} that cannot be read: {error}")).and_then(checked))
}

/// A binding of what no role can be grants nothing, which nobody can have meant.
fn checked(object: Object) -> Result<Object, String> {
    match &object.content {
        Content::Binding(binding) => match (object.kind, binding.role_ref.kind.as_str()) {
            (_, "ClusterRole") | (Kind::RoleBinding, "Role") => Ok(object),
            (Kind::RoleBinding, _) => Err("roleRef.kind: expected Role or ClusterRole".to_owned()),
            _ => Err("roleRef.kind: expected ClusterRole".to_owned()),
        },
        _ => Ok(object),
    }
}
