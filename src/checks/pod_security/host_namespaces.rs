//! No pod may share the network, the processes or the inter-process communication of its node.
//!
//! Level baseline, since v1.0. Fields: `spec.hostNetwork`, `spec.hostPID`, `spec.hostIPC`. Allowed: undefined
//! or false. <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::violation::{Part, Remedy, Violation, Wrong};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/host-namespaces",
            severity: Severity::High,
            title: "namespace of the node shared with a pod",
            why: "A pod in the network of its node reads the node's traffic, reaches what listens on the \
                  node alone and stands outside network policies; one that shares the node's processes can \
                  read their memory, environment and files.",
            mend: "Remove hostNetwork, hostPID and hostIPC from the pod's spec, or set them to false; make \
                   the pod reachable through a Service instead.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/",
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
    let namespaces = [
        (template.host_network, "hostNetwork", "network"),
        (template.host_pid, "hostPID", "processes"),
        (template.host_ipc, "hostIPC", "inter-process communication"),
    ];
    for (_, field, what) in namespaces.into_iter().filter(|(shared, ..)| *shared) {
        let wrong = Wrong {
            what: format!("shares the {what} of its node"),
            expected: "undefined or false".into(),
            actual: "true".to_owned(),
            remedy: Remedy::Set("false".into()),
        };
        violations.push(Part::Pod.violation(field, wrong));
    }
}
