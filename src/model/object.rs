//! What an object is called: its kind, its key, and the scope in which a check judges it.

use std::fmt;
use std::sync::Arc;

/// A kind that Plimsoll watches.
///
/// The order is the order in which the kinds are listed in metrics and in `/readyz`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Namespace,
    Pod,
    ReplicationController,
    ReplicaSet,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    ServiceAccount,
    Role,
    ClusterRole,
    RoleBinding,
    ClusterRoleBinding,
}

impl Kind {
    /// Every watched kind. `Kind::ALL[kind as usize] == kind`.
    pub const ALL: [Self; 14] = [
        Self::Namespace,
        Self::Pod,
        Self::ReplicationController,
        Self::ReplicaSet,
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::Job,
        Self::CronJob,
        Self::ServiceAccount,
        Self::Role,
        Self::ClusterRole,
        Self::RoleBinding,
        Self::ClusterRoleBinding,
    ];

    /// The kind's name as `kind:` has it in a manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Namespace => "Namespace",
            Self::Pod => "Pod",
            Self::ReplicationController => "ReplicationController",
            Self::ReplicaSet => "ReplicaSet",
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
            Self::ServiceAccount => "ServiceAccount",
            Self::Role => "Role",
            Self::ClusterRole => "ClusterRole",
            Self::RoleBinding => "RoleBinding",
            Self::ClusterRoleBinding => "ClusterRoleBinding",
        }
    }

    /// The API group; empty for the core group.
    pub const fn group(self) -> &'static str {
        match self {
            Self::Namespace | Self::Pod | Self::ReplicationController | Self::ServiceAccount => "",
            Self::ReplicaSet | Self::Deployment | Self::StatefulSet | Self::DaemonSet => "apps",
            Self::Job | Self::CronJob => "batch",
            Self::Role | Self::ClusterRole | Self::RoleBinding | Self::ClusterRoleBinding => RBAC_GROUP,
        }
    }

    /// The API version within the group. All watched kinds are served at `v1`.
    pub const fn version(self) -> &'static str {
        "v1"
    }

    /// The resource's name in a URL, such as `pods`.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Namespace => "namespaces",
            Self::Pod => "pods",
            Self::ReplicationController => "replicationcontrollers",
            Self::ReplicaSet => "replicasets",
            Self::Deployment => "deployments",
            Self::StatefulSet => "statefulsets",
            Self::DaemonSet => "daemonsets",
            Self::Job => "jobs",
            Self::CronJob => "cronjobs",
            Self::ServiceAccount => "serviceaccounts",
            Self::Role => "roles",
            Self::ClusterRole => "clusterroles",
            Self::RoleBinding => "rolebindings",
            Self::ClusterRoleBinding => "clusterrolebindings",
        }
    }

    /// Whether its objects are in namespaces.
    pub const fn is_namespaced(self) -> bool {
        !matches!(self, Self::Namespace | Self::ClusterRole | Self::ClusterRoleBinding)
    }

    /// Whether its objects are pods or make them.
    pub const fn has_pods(self) -> bool {
        match self {
            Self::Pod
            | Self::ReplicationController
            | Self::ReplicaSet
            | Self::Deployment
            | Self::StatefulSet
            | Self::DaemonSet
            | Self::Job
            | Self::CronJob => true,
            Self::Namespace
            | Self::ServiceAccount
            | Self::Role
            | Self::ClusterRole
            | Self::RoleBinding
            | Self::ClusterRoleBinding => false,
        }
    }

    /// The path of the collection over all namespaces, such as `/apis/apps/v1/deployments`.
    pub fn path(self) -> String {
        let (group, version, plural) = (self.group(), self.version(), self.plural());
        if group.is_empty() {
            format!("/api/{version}/{plural}")
        } else {
            format!("/apis/{group}/{version}/{plural}")
        }
    }

    /// The watched kind of this group and name, if it is one.
    pub fn find(group: &str, name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.group() == group && kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

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
}

const CLUSTER_GROUP: &str = "plimsoll.dev";
const CLUSTER_KIND: &str = "Cluster";
const RBAC_GROUP: &str = "rbac.authorization.k8s.io";
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
        f.write_str(self.kind.name())?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_at_its_place_and_is_found_by_its_name() {
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            assert_eq!(Kind::find(kind.group(), kind.name()), Some(kind));
            assert_eq!(Kind::find("example.com", kind.name()), None);
        }
    }

    #[test]
    fn a_kind_is_served_under_its_group() {
        for (kind, path) in [
            (Kind::ServiceAccount, "/api/v1/serviceaccounts"),
            (Kind::CronJob, "/apis/batch/v1/cronjobs"),
            (Kind::Role, "/apis/rbac.authorization.k8s.io/v1/roles"),
            (Kind::ClusterRoleBinding, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"),
        ] {
            assert_eq!(kind.path(), path);
        }
    }
}
