//! The controls of the Pod Security Standards, one file each, with Kubernetes' own ids in kebab case; and
//! what is asked of pods and namespaces beside them.
//!
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/>

mod confinement;
mod control;
mod enforced;
mod findings;
mod violation;

pub(super) mod admission_label;
pub(super) mod allow_privilege_escalation;
pub(super) mod app_armor_profile;
pub(super) mod capabilities_baseline;
pub(super) mod capabilities_restricted;
pub(super) mod enforcement_gap;
pub(super) mod host_namespaces;
pub(super) mod host_path_volumes;
pub(super) mod host_ports;
pub(super) mod host_probes_and_host_lifecycle;
pub(super) mod privileged;
pub(super) mod proc_mount;
pub(super) mod proc_mount_restricted;
pub(super) mod profile;
pub(super) mod restricted_volumes;
pub(super) mod run_as_non_root;
pub(super) mod run_as_user;
pub(super) mod se_linux_options;
pub(super) mod seccomp_profile_baseline;
pub(super) mod seccomp_profile_restricted;
pub(super) mod sysctls;
pub(super) mod windows_host_process;

use crate::baseline::{Level, Version};
use crate::snapshot::PodTemplate;

pub(crate) use control::Control;
pub(crate) use findings::{findings, number_of_pods};
pub(crate) use violation::list;
pub use violation::{Remedy, Violation};

/// Every control there is, by its id.
static CONTROLS: [&Control; 19] = [
    &allow_privilege_escalation::CONTROL,
    &app_armor_profile::CONTROL,
    &capabilities_baseline::CONTROL,
    &capabilities_restricted::CONTROL,
    &host_namespaces::CONTROL,
    &host_path_volumes::CONTROL,
    &host_ports::CONTROL,
    &host_probes_and_host_lifecycle::CONTROL,
    &privileged::CONTROL,
    &proc_mount::CONTROL,
    &proc_mount_restricted::CONTROL,
    &restricted_volumes::CONTROL,
    &run_as_non_root::CONTROL,
    &run_as_user::CONTROL,
    &se_linux_options::CONTROL,
    &seccomp_profile_baseline::CONTROL,
    &seccomp_profile_restricted::CONTROL,
    &sysctls::CONTROL,
    &windows_host_process::CONTROL,
];

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

/// Which level of the standards asks for the control, and since when, as part of a sentence; none where the check
/// is no control of the standards.
pub(super) fn standard(check: &str) -> Option<String> {
    let control = CONTROLS.iter().find(|control| control.check.info.id == check)?;
    let asked = format!("the level {} of the Pod Security Standards, since {}", control.level, control.since);
    Some(match control.overridden_by {
        None => asked,
        Some(Control { check, since, .. }) => {
            let (id, level) = (check.info.id, Level::Restricted);
            format!("{asked}; at the level {level} `{id}` takes its place since {since}")
        }
    })
}

#[cfg(test)]
mod tests;
