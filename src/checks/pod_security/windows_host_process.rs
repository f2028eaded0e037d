//! No Windows container may run as a process of its node.
//!
//! Level baseline, since v1.0. Fields: `securityContext.windowsOptions.hostProcess` of the pod and of every
//! container, init container and ephemeral container. Allowed: undefined or false.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::violation::{Remedy, Violation, Wrong, settings};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/windows-host-process",
            severity: Severity::Critical,
            title: "Windows container that is a process of the node",
            why: "A HostProcess container is a process of its Windows node, with the node's files, network \
                  and devices: what a privileged container is on Linux.",
            mend: "Remove windowsOptions.hostProcess from the pod and its containers, or set it to false.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Baseline,
    since: Version::minor(0),
    overridden_by: None,
    judge,
};

fn judge(template: &PodTemplate, _: Version, violations: &mut Vec<Violation>) {
    for (part, host_process) in settings(template, template.security.host_process, |it| it.host_process) {
        if host_process == Some(true) {
            let wrong = Wrong {
                what: "runs as a process of its node".to_owned(),
                expected: "undefined or false".into(),
                actual: "true".to_owned(),
                remedy: Remedy::Set("false".into()),
            };
            violations.push(part.violation("securityContext.windowsOptions.hostProcess", wrong));
        }
    }
}
