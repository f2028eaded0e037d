//! The controls of the Pod Security Standards, one file each, with Kubernetes' own ids in kebab case.
//!
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/>

mod control;
mod findings;
mod violation;

pub(super) mod host_namespaces;
pub(super) mod privileged;

use crate::baseline::{Level, Version};
use crate::snapshot::PodTemplate;

pub(crate) use control::Control;
pub(crate) use findings::findings;
pub use violation::{Remedy, Violation};

/// Every control there is, by its id.
static CONTROLS: [&Control; 2] = [&host_namespaces::CONTROL, &privileged::CONTROL];

/// How a pod violates the standards of this level and version, each with the id of the check.
pub fn judge(template: &PodTemplate, level: Level, version: Version) -> Vec<(&'static str, Violation)> {
    let mut violations = Vec::new();
    let mut found = Vec::new();
    for control in CONTROLS.iter().filter(|control| control.applies(level, version)) {
        control.judge(template, version, &mut violations);
        found.extend(violations.drain(..).map(|violation| (control.check.info.id, violation)));
    }
    found
}
