//! No pod may switch its filter of system calls off.
//!
//! Level baseline, since v1.0; at level restricted `seccomp-profile-restricted` takes its place from v1.19
//! on. Fields since v1.19: `securityContext.seccompProfile.type` of the pod and of every container, init
//! container and ephemeral container; allowed: undefined, `RuntimeDefault` or `Localhost`. Before v1.19: the
//! annotations `seccomp.security.alpha.kubernetes.io/pod` and
//! `container.seccomp.security.alpha.kubernetes.io/NAME` of every container there is; allowed: undefined,
//! `runtime/default`, `docker/default` or `localhost/*`.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::confinement;
use super::seccomp_profile_restricted::{self, FIELD};
use super::violation::{Part, Remedy, Violation, Wrong, settings, shown};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/seccomp-profile-baseline",
            severity: Severity::Medium,
            title: "seccomp switched off",
            why: "A seccomp profile keeps a container from system calls that hardly any program needs and \
                  from which exploits of the kernel are made. Unconfined, it can use them all.",
            mend: "Remove the profile, or set its type to RuntimeDefault or Localhost.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/tutorials/security/seccomp/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Baseline,
    since: Version::minor(0),
    overridden_by: Some(&seccomp_profile_restricted::CONTROL),
    judge,
};

const POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// The beginning of a container's annotation, before its name.
const CONTAINER_ANNOTATION: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn judge(template: &PodTemplate, version: Version, violations: &mut Vec<Violation>) {
    if version < Version::minor(19) {
        judge_annotations(template, violations);
        return;
    }
    for (part, profile) in settings(template, &template.security.seccomp, |it| &it.seccomp) {
        if let Some(profile) = profile.as_deref().filter(|profile| !confinement::is_allowed(profile)) {
            violations.push(part.violation(FIELD, confinement::wrong("seccomp", profile)));
        }
    }
}

fn judge_annotations(template: &PodTemplate, violations: &mut Vec<Violation>) {
    let is_of_container = |key: &str| {
        let name = key.strip_prefix(CONTAINER_ANNOTATION);
        name.is_some_and(|name| template.containers.iter().any(|container| *container.name == *name))
    };
    for (key, value) in &template.profile_annotations {
        let counts = **key == *POD_ANNOTATION || is_of_container(key);
        let allowed =
            matches!(&**value, "runtime/default" | "docker/default") || value.starts_with("localhost/");
        if counts && !allowed {
            let wrong = Wrong {
                what: format!("has the seccomp profile {} by the annotation {key}", shown(value)),
                expected: "undefined, runtime/default or localhost/*".into(),
                actual: shown(value),
                remedy: Remedy::Remove,
            };
            violations.push(Part::Metadata.violation(&format!("annotations[{key}]"), wrong));
        }
    }
}
