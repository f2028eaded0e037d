//! What is declared: the bytes of files read into `Baseline` documents and plain manifests.
//!
//! Reading is total: one bad file, document or entry never hides the others, and is itself a [`Problem`]. The tables
//! of fields next to the readers are also what the reference page is made from.

mod behaviour;
mod compose;
mod declared;
mod document;
mod field;
mod level;
mod namespaces;
mod network;
mod node;
mod object;
mod page;
mod pod_security;
mod problem;
mod profile;
mod rbac;
mod reader;
mod rights;
mod secrets;
mod shelf;
mod spec;
mod subject;
mod waivers;
mod workloads;

use std::sync::Arc;

use crate::model::{Declaration, Waiver};

pub use behaviour::{Behaviour, Restarts};
pub use declared::Declared;
pub use document::{Document, FILE_BYTES_MAX, parse};
pub use level::{Level, Version};
pub use namespaces::Namespaces;
pub use network::{Flow, Network, Party, interest};
pub use node::{Content, Entry, Node, Position, Scalar};
pub use object::{DeclaredObject, Identity};
pub use page::render_page;
pub use pod_security::{Exempt, HostPath, Ids, PodSecurity, Profile, Range, SeLinux};
pub use problem::Problem;
pub use rbac::{ForbiddenGrant, Rbac};
pub use rights::DeclaredRights;
pub use secrets::{Binding, BindingKind, InEnvironment, Indirect, SecretReader, Secrets};
pub use shelf::{Shelf, Source};
pub use subject::Subject;
pub use workloads::{Images, Workloads};

/// A `Baseline` document. A section that is none asks nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    pub declaration: Arc<Declaration>,
    pub namespaces: Namespaces,
    pub secrets: Option<Secrets>,
    pub rbac: Option<Rbac>,
    pub network: Option<Network>,
    pub pod_security: Option<PodSecurity>,
    pub workloads: Option<Workloads>,
    pub behaviour: Option<Behaviour>,
    pub waivers: Vec<Arc<Waiver>>,
}

#[cfg(test)]
mod tests;
