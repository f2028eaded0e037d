//! The API server's objects, reduced to the fields that some check reads.
//!
//! One definition of each type serves JSON, YAML and protobuf: it derives both `serde::Deserialize` and
//! `prost::Message`, with the field numbers of Kubernetes' own `generated.proto`. What a type does not
//! list is skipped while decoding and never held.

mod annotation;
mod container;
mod decode;
mod document;
mod encode;
mod frame;
mod handler;
mod item;
mod manager;
mod manifest;
mod meta;
mod network;
mod object;
mod outline;
mod page;
mod pod;
mod range;
mod rbac;
mod secret;
mod security;
mod selector;
mod shape;
mod status;
mod volume;
mod words;
mod workload;

pub use annotation::Annotation;
pub use container::{Container, ContainerPort, EphemeralContainer, VolumeMount};
pub use decode::{
    ALLOCATION_FACTOR, DecodeError, Encoding, decode_json, decode_protobuf, decode_value, decode_written_json,
};
pub use document::{Document, documents};
pub use encode::encode_json;
pub use frame::{Frame, FrameReader, cut_frame};
pub use handler::{Handler, HttpGet, Lifecycle, Probe, TcpSocket};
pub use item::{Item, Unreadable, decode_item};
pub use manager::{ManagedFields, Manager};
pub use manifest::{Fault, Manifest, Manifests, Names, Recorded, SNAPSHOT_SCHEMA, manifests, recorded};
pub use meta::{ObjectMeta, OwnerReference};
pub use network::{
    EgressRule, IngressRule, IntOrString, IpBlock, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
pub use object::{Content, Object, Pods};
pub use outline::Outline;
pub use page::{Page, decode_page};
pub use pod::{PodIp, PodOs, PodSpec, PodStatus, PodTemplateSpec, TemplateMeta};
pub use rbac::{AggregationRule, Binding, PolicyRule, Role, RoleRef, Subject};
pub use secret::{
    EnvFromSource, EnvVar, EnvVarSource, LocalObjectReference, Projected, SecretReference, SecretVolume,
    VolumeProjection,
};
pub use security::{
    Capabilities, PodSecurityContext, Profile, SeLinuxOptions, SecurityContext, Sysctl, WindowsOptions,
};
pub use selector::{LabelSelector, LabelSelectorRequirement};
pub use status::{Status, decode_status};
pub use volume::{Csi, HostPath, Volume, VolumeSource};

#[cfg(test)]
mod tests;
