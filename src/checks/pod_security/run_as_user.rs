//! No container may be told to run as root.
//!
//! Level restricted, since v1.23. Fields: `securityContext.runAsUser` of the pod and of every container, init
//! container and ephemeral container. Allowed: undefined or any number but 0. Since v1.35 pods with a user
//! namespace of their own (`hostUsers: false`) are let pass.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>

use super::Control;
use super::control::USER_NAMESPACE_RELAXED;
use super::violation::{Remedy, Violation, Wrong, settings};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/run-as-user",
            severity: Severity::Low,
            title: "container told to run as root",
            why: "Root in a container is root on the node once it gets out, and has more ways to get out.",
            mend: "Set securityContext.runAsUser to the number of an ordinary user, or remove it and leave \
                   the user to the image.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
                "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Restricted,
    since: Version::minor(23),
    overridden_by: None,
    judge,
};

fn judge(template: &PodTemplate, version: Version, violations: &mut Vec<Violation>) {
    if template.user_namespace && version >= USER_NAMESPACE_RELAXED {
        return;
    }
    for (part, user) in settings(template, template.security.run_as_user, |it| it.run_as_user) {
        if user == Some(0) {
            let wrong = Wrong {
                what: "runs as root".to_owned(),
                expected: "undefined or not 0".into(),
                actual: "0".to_owned(),
                remedy: Remedy::Set("the number of an ordinary user".into()),
            };
            violations.push(part.violation("securityContext.runAsUser", wrong));
        }
    }
}
