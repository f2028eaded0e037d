//! No container may see all of /proc, with a user namespace or without.
//!
//! Level restricted, since v1.35; it takes the place of `proc-mount`, which then lets pods with a user
//! namespace pass. Field: `securityContext.procMount` of every container, init container and ephemeral
//! container. Allowed: undefined or `Default`.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>

use super::Control;
use super::proc_mount;
use super::violation::Violation;
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/proc-mount-restricted",
            severity: Severity::Medium,
            title: "container that sees all of /proc",
            why: "Container runtimes hide the parts of /proc through which the kernel of the node is read \
                  and steered. Unmasked they are within reach of a fault in the kernel, in a user namespace \
                  too.",
            mend: "Remove securityContext.procMount, or set it to Default; a pod that runs containers \
                   itself belongs into a namespace at level baseline.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
                "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Restricted,
    since: Version::minor(35),
    overridden_by: None,
    judge,
};

fn judge(template: &PodTemplate, _: Version, violations: &mut Vec<Violation>) {
    proc_mount::unmasked(template, violations);
}
