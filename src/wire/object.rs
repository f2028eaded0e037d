//! What every watched object is decoded to.

use super::{ObjectMeta, PodSpec, PodTemplateSpec};
use crate::model::Kind;

/// An object of any watched kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub kind: Kind,
    pub metadata: ObjectMeta,
    /// `spec.replicas`, where the kind has it.
    pub replicas: Option<i32>,
    /// The pod's own spec, or that of the pod template; none for a namespace.
    pub spec: Option<PodSpec>,
}

impl Object {
    pub(super) fn of_template(
        kind: Kind,
        metadata: Option<ObjectMeta>,
        replicas: Option<i32>,
        template: Option<PodTemplateSpec>,
    ) -> Self {
        let spec = template.unwrap_or_default().spec.unwrap_or_default();
        Self { kind, metadata: metadata.unwrap_or_default(), replicas, spec: Some(spec) }
    }
}
