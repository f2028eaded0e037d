//! The facts of a pod that pods of one template share.

use std::sync::Arc;

/// In which list of the pod's spec a container stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    Init,
    Regular,
    Ephemeral,
}

impl Role {
    /// The field of the pod's spec that holds containers of this role.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Init => "initContainers",
            Self::Regular => "containers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }
}

/// What is known of one container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Container {
    pub role: Role,
    pub name: Arc<str>,
    /// `securityContext.privileged`; false where it is not set, as Kubernetes defaults it.
    pub privileged: bool,
}

/// What is known of a pod's spec, or of the spec in a workload's template.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PodTemplate {
    /// Init, regular, then ephemeral containers, each in the order of the spec.
    pub containers: Vec<Container>,
}
