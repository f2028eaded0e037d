//! Every container must have a filter of its system calls.
//!
//! Level restricted, since v1.19; it takes the place of `seccomp-profile-baseline`. Fields:
//! `securityContext.seccompProfile.type` of the pod and of every container, init container and ephemeral
//! container. Allowed: `RuntimeDefault` or `Localhost`; undefined in a container where the pod has one of
//! these. Since v1.25 pods of Windows, which knows no seccomp, are let pass.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>

use super::Control;
use super::confinement;
use super::control::WINDOWS_EXEMPT;
use super::violation::{Part, Remedy, Violation, Wrong, leaving, settings};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/seccomp-profile-restricted",
            severity: Severity::Medium,
            title: "container without seccomp profile",
            why: "A seccomp profile keeps a container from system calls that hardly any program needs and \
                  from which exploits of the kernel are made. Without one, which is the default of \
                  Kubernetes, it can use them all.",
            mend: "Set securityContext.seccompProfile.type to RuntimeDefault for the pod, and remove it \
                   from containers that set something else.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
                "https://kubernetes.io/docs/tutorials/security/seccomp/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Restricted,
    since: Version::minor(19),
    overridden_by: None,
    judge,
};

pub(super) const FIELD: &str = "securityContext.seccompProfile.type";

/// What is mended in one place is one violation: containers that leave it to the pod are named in the pod's.
fn judge(template: &PodTemplate, version: Version, violations: &mut Vec<Violation>) {
    if template.windows && version >= WINDOWS_EXEMPT {
        return;
    }
    if template.security.seccomp.is_none() {
        violations.extend(left_open(template));
    }
    for (part, profile) in settings(template, &template.security.seccomp, |it| &it.seccomp) {
        if let Some(profile) = profile.as_deref().filter(|profile| !confinement::is_allowed(profile)) {
            let wrong =
                Wrong { expected: confinement::ALLOWED.into(), ..confinement::wrong("seccomp", profile) };
            violations.push(part.violation(FIELD, wrong));
        }
    }
}

/// The violation of a pod that does not set it, where not every container does.
fn left_open(template: &PodTemplate) -> Option<Violation> {
    let open = leaving(template.containers.iter().filter(|it| it.seccomp.is_none()))?;
    let wrong = Wrong {
        what: format!("gives its {open} no seccomp profile"),
        expected: "RuntimeDefault or Localhost for the pod or for each container".into(),
        actual: format!("unset for the pod and for {open}"),
        remedy: Remedy::Set("RuntimeDefault".into()),
    };
    Some(Part::Pod.violation(FIELD, wrong))
}
