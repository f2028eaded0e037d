//! No container may see all of /proc.
//!
//! Level baseline, since v1.0; at level restricted `proc-mount-restricted` takes its place from v1.35 on.
//! Field: `securityContext.procMount` of every container, init container and ephemeral container. Allowed:
//! undefined or `Default`. Since v1.35 pods with a user namespace of their own (`hostUsers: false`) are let
//! pass. <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::control::USER_NAMESPACE_RELAXED;
use super::proc_mount_restricted;
use super::violation::{Part, Remedy, Violation, Wrong, shown};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/proc-mount",
            severity: Severity::High,
            title: "container that sees all of /proc",
            why: "Container runtimes hide the parts of /proc through which the kernel of the node is read \
                  and steered. Unmasked, root in the container reaches them.",
            mend: "Remove securityContext.procMount, or set it to Default; a pod that runs containers \
                   itself should have hostUsers set to false.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Baseline,
    since: Version::minor(0),
    overridden_by: Some(&proc_mount_restricted::CONTROL),
    judge,
};

fn judge(template: &PodTemplate, version: Version, violations: &mut Vec<Violation>) {
    if !(template.user_namespace && version >= USER_NAMESPACE_RELAXED) {
        unmasked(template, violations);
    }
}

/// Adds the containers that see more of /proc than is the default.
pub(super) fn unmasked(template: &PodTemplate, violations: &mut Vec<Violation>) {
    for container in &template.containers {
        let Some(mount) = container.proc_mount.as_deref().filter(|mount| *mount != "Default") else {
            continue;
        };
        let wrong = Wrong {
            what: format!("mounts /proc as {}", shown(mount)),
            expected: "undefined or Default".into(),
            actual: shown(mount),
            remedy: Remedy::Set("Default".into()),
        };
        violations.push(Part::Container(container).violation("securityContext.procMount", wrong));
    }
}
