//! What an object is called: its kind, its key, and the scope in which a check judges it.

use std::fmt;
use std::sync::Arc;

use super::Kind;
use super::kind::RBAC_GROUP;

/// The group and name of a kind that Plimsoll does not watch, as an owner reference names it.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKind {
    pub group: String,
    pub kind: String,
}

/// The kind of any object that a deviation can be about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// The cluster as a whole, for deviations of the monitor itself.
    Cluster,
    /// A kind that is watched.
    Watched(Kind),
    /// A user, as RBAC names it. No object stands for it.
    User,
    /// A group, as RBAC names it. No object stands for it.
    Group,
    /// A kind known only from owner references.
    Other(Arc<GroupKind>),
}

impl ObjectKind {
    /// The kind of this group and name, whether it is watched or not.
    pub fn new(group: &str, kind: &str) -> Self {
        match Kind::find(group, kind) {
            Some(kind) => Self::Watched(kind),
            None if group == CLUSTER_GROUP && kind == CLUSTER_KIND => Self::Cluster,
            None if group == RBAC_GROUP && kind == USER_KIND => Self::User,
            None if group == RBAC_GROUP && kind == GROUP_KIND => Self::Group,
            None => Self::Other(Arc::new(GroupKind { group: group.to_owned(), kind: kind.to_owned() })),
        }
    }

    pub fn group(&self) -> &str {
        match self {
            Self::Cluster => CLUSTER_GROUP,
            Self::User | Self::Group => RBAC_GROUP,
            Self::Watched(kind) => kind.group(),
            Self::Other(other) => &other.group,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Cluster => CLUSTER_KIND,
            Self::User => USER_KIND,
            Self::Group => GROUP_KIND,
            Self::Watched(kind) => kind.name(),
            Self::Other(other) => &other.kind,
        }
    }

    /// The name by which it is shown where its group is not: no other watched kind has it.
    pub fn label(&self) -> &str {
        match self {
            Self::Watched(kind) => kind.label(),
            _ => self.name(),
        }
    }
}

const CLUSTER_GROUP: &str = "plimsoll.dev";
const CLUSTER_KIND: &str = "Cluster";
const USER_KIND: &str = "User";
const GROUP_KIND: &str = "Group";

/// The namespace of an object in a file that says none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// What identifies an object in the cluster, across its versions and re-creations.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey {
    pub kind: ObjectKind,
    /// Empty for an object without namespace.
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

impl ObjectKey {
    /// The cluster itself, the object of the monitor's own deviations.
    pub fn cluster() -> Self {
        Self { kind: ObjectKind::Cluster, namespace: "".into(), name: "".into() }
    }

    /// Whether it is a namespace. An owner reference may name one as a controller within a namespace, which no
    /// namespace is: such a workload is one like any other of an unknown kind.
    pub fn is_namespace(&self) -> bool {
        self.kind == ObjectKind::Watched(Kind::Namespace) && self.namespace.is_empty()
    }

    /// Whether its kind is one of these.
    pub fn is_one_of(&self, kinds: &[Kind]) -> bool {
        matches!(self.kind, ObjectKind::Watched(kind) if kinds.contains(&kind))
    }

    /// The namespace of this name.
    pub fn of_namespace(name: Arc<str>) -> Self {
        Self { kind: ObjectKind::Watched(Kind::Namespace), namespace: Arc::default(), name }
    }
}

impl fmt::Display for ObjectKey {
    /// `Kind/namespace/name`, without the parts that are empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.label())?;
        for part in [&self.namespace, &self.name] {
            if !part.is_empty() {
                f.write_str("/")?;
                f.write_str(part)?;
            }
        }
        Ok(())
    }
}

/// An object as evidence: its key and the version of it that was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRef {
    pub key: ObjectKey,
    /// The API version within the group, such as `v1`.
    pub version: Arc<str>,
    /// Empty where the object is not known itself, or has none.
    pub uid: Arc<str>,
    /// Empty where the object is not known itself.
    pub resource_version: Arc<str>,
}

/// The part of the snapshot that a check judges in one evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// An object with what belongs to it: a namespace; a workload with its pods, rolled up to its topmost known
    /// controller; a role; a binding; a subject of RBAC with all that is granted to it.
    Object(ObjectKey),
    /// The cluster and the monitor as a whole. It is the last, because it is judged by how the others fared.
    Cluster,
}
