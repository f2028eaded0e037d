//! What every watched object is decoded to.

use std::collections::BTreeMap;

use super::{ObjectMeta, PodSpec, PodTemplateSpec, annotation};
use crate::model::Kind;

/// An object of any watched kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub kind: Kind,
    pub metadata: ObjectMeta,
    /// `spec.replicas`, where the kind has it.
    pub replicas: Option<i32>,
    /// The pod's own spec, or that of the pod template; none for a namespace.
    pub spec: Option<Box<PodSpec>>,
    /// The annotations of the pod, or of the pod template, that set seccomp and `AppArmor` profiles; no others.
    pub profile_annotations: BTreeMap<String, String>,
}

impl Object {
    /// One of which nothing but the metadata is known.
    pub fn of(kind: Kind, metadata: ObjectMeta) -> Self {
        // Annotations are a view into the whole message, and nothing reads any more of them.
        let metadata = ObjectMeta { annotations: Vec::new(), ..metadata };
        Self { kind, metadata, replicas: None, spec: None, profile_annotations: BTreeMap::new() }
    }

    pub(super) fn of_template(
        kind: Kind,
        metadata: Option<ObjectMeta>,
        replicas: Option<i32>,
        template: Option<PodTemplateSpec>,
    ) -> Self {
        let template = template.unwrap_or_default();
        let annotations = template.metadata.unwrap_or_default().annotations;
        Self {
            replicas,
            spec: Some(template.spec.unwrap_or_default()),
            profile_annotations: annotation::profiles(&annotations),
            ..Self::of(kind, metadata.unwrap_or_default())
        }
    }
}
