//! No container may gain more rights than the process that started it.
//!
//! Level restricted, since v1.8. Field: `securityContext.allowPrivilegeEscalation` of every container, init
//! container and ephemeral container. Allowed: false. Since v1.25 pods of Windows, which knows no such thing,
//! are let pass. <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>

use super::Control;
use super::control::WINDOWS_EXEMPT;
use super::violation::{Part, Remedy, UNSET, Violation, Wrong};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/allow-privilege-escalation",
            severity: Severity::Medium,
            title: "container that may escalate its rights",
            why: "A process that may gain rights, through a set-user-ID program for example, makes root of \
                  a foothold as an ordinary user.",
            mend: "Set securityContext.allowPrivilegeEscalation to false on every container; it cannot be \
                   set for the pod as a whole.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
                "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Restricted,
    since: Version::minor(8),
    overridden_by: None,
    judge,
};

fn judge(template: &PodTemplate, version: Version, violations: &mut Vec<Violation>) {
    if template.windows && version >= WINDOWS_EXEMPT {
        return;
    }
    for container in template.containers.iter().filter(|it| it.allow_privilege_escalation != Some(false)) {
        let set = container.allow_privilege_escalation.is_some();
        let wrong = Wrong {
            what: "may escalate its rights".to_owned(),
            expected: "false".into(),
            actual: if set { "true" } else { UNSET }.to_owned(),
            remedy: Remedy::Set("false".into()),
        };
        violations
            .push(Part::Container(container).violation("securityContext.allowPrivilegeEscalation", wrong));
    }
}
