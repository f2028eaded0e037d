//! No container may add a capability beyond those that container runtimes give by default.
//!
//! Level baseline, since v1.0; at level restricted `capabilities-restricted` takes its place. Field:
//! `securityContext.capabilities.add` of every container, init container and ephemeral container. Allowed:
//! `AUDIT_WRITE`, `CHOWN`, `DAC_OVERRIDE`, `FOWNER`, `FSETID`, `KILL`, `MKNOD`, `NET_BIND_SERVICE`,
//! `SETFCAP`, `SETGID`, `SETPCAP`, `SETUID` and `SYS_CHROOT`, written exactly so. `NET_RAW`, which runtimes
//! may give too, is not among them.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::capabilities_restricted;
use super::violation::{Part, Remedy, Violation, Wrong, list};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/capabilities-baseline",
            severity: Severity::High,
            title: "capability beyond the default ones",
            why: "Capabilities are the pieces of root. SYS_ADMIN, SYS_PTRACE, SYS_MODULE and the like are \
                  enough to take the node over, NET_ADMIN and NET_RAW to read or forge the traffic of \
                  others.",
            mend: "Remove what is not allowed from securityContext.capabilities.add; where the program only \
                   binds a low port, NET_BIND_SERVICE is enough.",
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
    overridden_by: Some(&capabilities_restricted::CONTROL),
    judge,
};

fn judge(template: &PodTemplate, _: Version, violations: &mut Vec<Violation>) {
    for container in &template.containers {
        let forbidden = || container.added_capabilities.iter().filter(|capability| !is_allowed(capability));
        if forbidden().next().is_none() {
            continue;
        }
        let forbidden = list(forbidden());
        let wrong = Wrong {
            what: format!("adds {forbidden} to its capabilities"),
            expected: "none but capabilities of the default set".into(),
            actual: forbidden.clone(),
            remedy: Remedy::Without(forbidden),
        };
        violations.push(Part::Container(container).violation("securityContext.capabilities.add", wrong));
    }
}

fn is_allowed(capability: &str) -> bool {
    matches!(
        capability,
        "AUDIT_WRITE"
            | "CHOWN"
            | "DAC_OVERRIDE"
            | "FOWNER"
            | "FSETID"
            | "KILL"
            | "MKNOD"
            | "NET_BIND_SERVICE"
            | "SETFCAP"
            | "SETGID"
            | "SETPCAP"
            | "SETUID"
            | "SYS_CHROOT"
    )
}
