//! Kubernetes' own types as they go over the wire, wide enough that a pod is as heavy as a real one.
//!
//! One struct serves both encodings. Its fields stand in the order of the JSON form, its tags are those of
//! `k8s.io/api` 0.37. What Go holds by value is `required`: protobuf writes it even when empty, JSON leaves it
//! out. What Go holds by pointer, or JSON writes even when empty, is an `Option`: written where it is `Some`.

mod batch;
mod container;
mod envelope;
mod foreign;
mod meta;
mod network;
mod pod;
mod rbac;
mod values;
mod volume;
mod workload;

use prost::Message;
use serde::Serialize;

use crate::model::Kind;

pub use batch::{
    CronJob, CronJobSpec, CronJobStatus, Job, JobCondition, JobSpec, JobStatus, JobTemplateSpec,
    ObjectReference, UncountedTerminatedPods,
};
pub use container::{
    Capabilities, Container, ContainerPort, EnvVar, EnvVarSource, HttpGetAction, ObjectFieldSelector, Probe,
    ProbeHandler, ResourceRequirements, SeccompProfile, SecretKeySelector, SecurityContext, VolumeMount,
};
pub use envelope::{RawExtension, TypeMeta, Unknown, WatchEvent};
pub use foreign::{
    AdminNetworkPolicy, BaselineAdminNetworkPolicy, CalicoGlobalNetworkPolicy, CalicoNetworkPolicy,
    CiliumClusterwideNetworkPolicy, CiliumNetworkPolicy, ClusterNetworkPolicy,
};
pub use meta::{
    LabelSelector, LabelSelectorRequirement, ListMeta, LocalObjectReference, ManagedFieldsEntry, ObjectMeta,
    OwnerReference, Status, StatusCause, StatusDetails,
};
pub use network::{
    IpBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec, Node, NodeAddress, NodeSpec, NodeStatus, ServiceCidr,
    ServiceCidrSpec,
};
pub use pod::{
    ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting, ContainerStatus,
    HostIp, Pod, PodCondition, PodIp, PodSecurityContext, PodSpec, PodStatus, PodTemplateSpec, Toleration,
};
pub use rbac::{
    AggregationRule, ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, ServiceAccount,
    Subject,
};
pub use values::{FieldsV1, IntOrString, Quantity, Time};
pub use volume::{
    ConfigMapProjection, ConfigMapVolumeSource, DownwardApiProjection, DownwardApiVolumeFile,
    EmptyDirVolumeSource, HostPathVolumeSource, KeyToPath, ProjectedVolumeSource, SecretVolumeSource,
    ServiceAccountTokenProjection, Volume, VolumeProjection, VolumeSource,
};
pub use workload::{
    ClaimRetentionPolicy, DaemonSet, DaemonSetSpec, DaemonSetStatus, DaemonSetUpdateStrategy, Deployment,
    DeploymentCondition, DeploymentSpec, DeploymentStatus, DeploymentStrategy, Namespace, NamespaceSpec,
    NamespaceStatus, ReplicaSet, ReplicaSetSpec, ReplicaSetStatus, ReplicationController,
    ReplicationControllerSpec, ReplicationControllerStatus, RollingUpdateDaemonSet, RollingUpdateDeployment,
    RollingUpdateStatefulSetStrategy, StatefulSet, StatefulSetSpec, StatefulSetStatus,
    StatefulSetUpdateStrategy,
};

/// Declares structs of both encodings, one line a field: how prost encodes it, its name and its type.
macro_rules! message {
    ($($(#[$outer:meta])* $name:ident { $($(#[$attr:meta])* ($($wire:tt)+) $field:ident: $held:ty,)* })+) => {$(
        $(#[$outer])*
        #[derive(Clone, PartialEq, ::prost::Message, ::serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {$(
            $(#[$attr])*
            #[prost($($wire)+)]
            #[serde(skip_serializing_if = "crate::demo::objects::is_empty")]
            pub $field: $held,
        )*}
    )+};
}
use message;

/// Whether the JSON form leaves a field of this value out.
fn is_empty<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// An object of a kind that the embedded cluster serves.
pub trait Object: Message + Serialize + Default {
    const KIND: Kind;

    fn metadata(&self) -> &ObjectMeta;

    fn metadata_mut(&mut self) -> &mut ObjectMeta;
}

macro_rules! objects {
    ($($name:ident),+) => {
        $(impl Object for $name {
            const KIND: Kind = Kind::$name;

            fn metadata(&self) -> &ObjectMeta {
                &self.metadata
            }

            fn metadata_mut(&mut self) -> &mut ObjectMeta {
                &mut self.metadata
            }
        })+

        /// The JSON form of an object of this kind that is given in protobuf, without `kind` and `apiVersion`.
        pub fn json_from_protobuf(kind: Kind, protobuf: &[u8]) -> Result<Vec<u8>, Undecodable> {
            match kind {
                $(Kind::$name => Ok(serde_json::to_vec(&$name::decode(protobuf)?)?),)+
            }
        }

        /// The protobuf form of an object of this kind of which there is nothing but metadata.
        pub fn protobuf_of_metadata(kind: Kind, metadata: ObjectMeta) -> Vec<u8> {
            match kind {
                $(Kind::$name => bare::<$name>(metadata),)+
            }
        }
    };
}

fn bare<T: Object>(metadata: ObjectMeta) -> Vec<u8> {
    let mut object = T::default();
    *object.metadata_mut() = metadata;
    object.encode_to_vec()
}

objects!(
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
    ServiceCidr,
    CiliumNetworkPolicy,
    CiliumClusterwideNetworkPolicy,
    CalicoNetworkPolicy,
    CalicoGlobalNetworkPolicy,
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
    ClusterNetworkPolicy
);

/// An object could not be brought from one encoding into the other.
#[derive(Debug, thiserror::Error)]
pub enum Undecodable {
    #[error("failed to decode the protobuf form")]
    Protobuf(#[from] prost::DecodeError),
    #[error("failed to write the JSON form")]
    Json(#[from] serde_json::Error),
}
