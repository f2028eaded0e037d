//! The kinds that are watched, and what the API server calls them.

use std::fmt;

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
    NetworkPolicy,
    Node,
    /// `ServiceCIDR`, which servers have since Kubernetes 1.33.
    ServiceCidr,
    CiliumNetworkPolicy,
    CiliumClusterwideNetworkPolicy,
    /// Calico's `NetworkPolicy`.
    CalicoNetworkPolicy,
    /// Calico's `GlobalNetworkPolicy`.
    CalicoGlobalNetworkPolicy,
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
    ClusterNetworkPolicy,
}

pub(super) const RBAC_GROUP: &str = "rbac.authorization.k8s.io";
const NETWORKING_GROUP: &str = "networking.k8s.io";
const POLICY_GROUP: &str = "policy.networking.k8s.io";
const CILIUM_GROUP: &str = "cilium.io";
const CALICO_GROUP: &str = "crd.projectcalico.org";

/// The group in which people write Calico's kinds. Calico's own API server keeps them in [`CALICO_GROUP`].
const WRITTEN_CALICO_GROUP: &str = "projectcalico.org";

impl Kind {
    /// Every watched kind. `Kind::ALL[kind as usize] == kind`.
    pub const ALL: [Self; 24] = [
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
        Self::NetworkPolicy,
        Self::Node,
        Self::ServiceCidr,
        Self::CiliumNetworkPolicy,
        Self::CiliumClusterwideNetworkPolicy,
        Self::CalicoNetworkPolicy,
        Self::CalicoGlobalNetworkPolicy,
        Self::AdminNetworkPolicy,
        Self::BaselineAdminNetworkPolicy,
        Self::ClusterNetworkPolicy,
    ];

    /// The kind's name as `kind:` has it in a manifest. Of a Calico policy it is one that Kubernetes has too.
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
            Self::NetworkPolicy | Self::CalicoNetworkPolicy => "NetworkPolicy",
            Self::Node => "Node",
            Self::ServiceCidr => "ServiceCIDR",
            Self::CiliumNetworkPolicy => "CiliumNetworkPolicy",
            Self::CiliumClusterwideNetworkPolicy => "CiliumClusterwideNetworkPolicy",
            Self::CalicoGlobalNetworkPolicy => "GlobalNetworkPolicy",
            Self::AdminNetworkPolicy => "AdminNetworkPolicy",
            Self::BaselineAdminNetworkPolicy => "BaselineAdminNetworkPolicy",
            Self::ClusterNetworkPolicy => "ClusterNetworkPolicy",
        }
    }

    /// A name that no other kind has: the name, with the group where another group has a kind of that name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::CalicoNetworkPolicy => "NetworkPolicy.crd.projectcalico.org",
            Self::CalicoGlobalNetworkPolicy => "GlobalNetworkPolicy.crd.projectcalico.org",
            _ => self.name(),
        }
    }

    /// The API group; empty for the core group.
    pub const fn group(self) -> &'static str {
        match self {
            Self::Namespace | Self::Pod | Self::ReplicationController | Self::ServiceAccount | Self::Node => {
                ""
            }
            Self::ReplicaSet | Self::Deployment | Self::StatefulSet | Self::DaemonSet => "apps",
            Self::Job | Self::CronJob => "batch",
            Self::Role | Self::ClusterRole | Self::RoleBinding | Self::ClusterRoleBinding => RBAC_GROUP,
            Self::NetworkPolicy | Self::ServiceCidr => NETWORKING_GROUP,
            Self::CiliumNetworkPolicy | Self::CiliumClusterwideNetworkPolicy => CILIUM_GROUP,
            Self::CalicoNetworkPolicy | Self::CalicoGlobalNetworkPolicy => CALICO_GROUP,
            Self::AdminNetworkPolicy | Self::BaselineAdminNetworkPolicy | Self::ClusterNetworkPolicy => {
                POLICY_GROUP
            }
        }
    }

    /// The API version within the group at which it is watched.
    pub const fn version(self) -> &'static str {
        match self {
            Self::CiliumNetworkPolicy | Self::CiliumClusterwideNetworkPolicy => "v2",
            Self::AdminNetworkPolicy | Self::BaselineAdminNetworkPolicy => "v1alpha1",
            Self::ClusterNetworkPolicy => "v1alpha2",
            _ => "v1",
        }
    }

    /// Group and version as `apiVersion:` has them in a manifest, such as `apps/v1`.
    pub fn api_version(self) -> String {
        match (self.group(), self.version()) {
            ("", version) => version.to_owned(),
            (group, version) => format!("{group}/{version}"),
        }
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
            Self::NetworkPolicy | Self::CalicoNetworkPolicy => "networkpolicies",
            Self::Node => "nodes",
            Self::ServiceCidr => "servicecidrs",
            Self::CiliumNetworkPolicy => "ciliumnetworkpolicies",
            Self::CiliumClusterwideNetworkPolicy => "ciliumclusterwidenetworkpolicies",
            Self::CalicoGlobalNetworkPolicy => "globalnetworkpolicies",
            Self::AdminNetworkPolicy => "adminnetworkpolicies",
            Self::BaselineAdminNetworkPolicy => "baselineadminnetworkpolicies",
            Self::ClusterNetworkPolicy => "clusternetworkpolicies",
        }
    }

    /// Whether its objects are in namespaces.
    pub const fn is_namespaced(self) -> bool {
        !matches!(
            self,
            Self::Namespace
                | Self::ClusterRole
                | Self::ClusterRoleBinding
                | Self::Node
                | Self::ServiceCidr
                | Self::CiliumClusterwideNetworkPolicy
                | Self::CalicoGlobalNetworkPolicy
                | Self::AdminNetworkPolicy
                | Self::BaselineAdminNetworkPolicy
                | Self::ClusterNetworkPolicy
        )
    }

    /// Whether its objects are pods or make them.
    pub const fn has_pods(self) -> bool {
        matches!(
            self,
            Self::Pod
                | Self::ReplicationController
                | Self::ReplicaSet
                | Self::Deployment
                | Self::StatefulSet
                | Self::DaemonSet
                | Self::Job
                | Self::CronJob
        )
    }

    /// Whether it is a kind of network policy that is not modelled: what its objects say is not known, only that they
    /// are there.
    pub const fn is_foreign_policy(self) -> bool {
        matches!(
            self,
            Self::CiliumNetworkPolicy
                | Self::CiliumClusterwideNetworkPolicy
                | Self::CalicoNetworkPolicy
                | Self::CalicoGlobalNetworkPolicy
                | Self::AdminNetworkPolicy
                | Self::BaselineAdminNetworkPolicy
                | Self::ClusterNetworkPolicy
        )
    }

    /// Whether there are API servers that do not serve it. Then there are no objects of it.
    pub const fn may_be_absent(self) -> bool {
        self.is_foreign_policy() || matches!(self, Self::ServiceCidr)
    }

    /// The path of the collection over all namespaces, such as `/apis/apps/v1/deployments`.
    pub fn path(self) -> String {
        let root = if self.group().is_empty() { "api" } else { "apis" };
        format!("/{root}/{}/{}", self.api_version(), self.plural())
    }

    /// The watched kind of this group and name, if it is one. Calico's are found in both of their groups.
    pub fn find(group: &str, name: &str) -> Option<Self> {
        let group = if group == WRITTEN_CALICO_GROUP { CALICO_GROUP } else { group };
        Self::ALL.into_iter().find(|kind| kind.group() == group && kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
    fn no_two_kinds_are_written_or_served_alike() {
        let distinct =
            |text: fn(Kind) -> String| Kind::ALL.map(text).into_iter().collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|kind| kind.to_string()), Kind::ALL.len());
        assert_eq!(distinct(Kind::path), Kind::ALL.len());
        assert_eq!(Kind::NetworkPolicy.to_string(), "NetworkPolicy");
        assert_eq!(Kind::CalicoNetworkPolicy.to_string(), "NetworkPolicy.crd.projectcalico.org");
    }

    #[test]
    fn the_policies_of_calico_are_found_as_they_are_written_and_as_they_are_kept() {
        for group in ["projectcalico.org", "crd.projectcalico.org"] {
            assert_eq!(Kind::find(group, "NetworkPolicy"), Some(Kind::CalicoNetworkPolicy));
            assert_eq!(Kind::find(group, "GlobalNetworkPolicy"), Some(Kind::CalicoGlobalNetworkPolicy));
        }
        assert_eq!(Kind::find("networking.k8s.io", "NetworkPolicy"), Some(Kind::NetworkPolicy));
        assert_eq!(Kind::find("networking.k8s.io", "GlobalNetworkPolicy"), None);
    }

    #[test]
    fn a_kind_is_served_under_its_group() {
        for (kind, path) in [
            (Kind::ServiceAccount, "/api/v1/serviceaccounts"),
            (Kind::CronJob, "/apis/batch/v1/cronjobs"),
            (Kind::Role, "/apis/rbac.authorization.k8s.io/v1/roles"),
            (Kind::ClusterRoleBinding, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"),
            (Kind::ServiceCidr, "/apis/networking.k8s.io/v1/servicecidrs"),
            (Kind::CiliumNetworkPolicy, "/apis/cilium.io/v2/ciliumnetworkpolicies"),
            (Kind::CalicoNetworkPolicy, "/apis/crd.projectcalico.org/v1/networkpolicies"),
            (Kind::ClusterNetworkPolicy, "/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies"),
        ] {
            assert_eq!(kind.path(), path);
        }
    }
}
