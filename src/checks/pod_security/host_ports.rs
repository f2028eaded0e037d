//! No container may take a port of its node.
//!
//! Level baseline, since v1.0. Field: `ports[*].hostPort` of every container, init container and ephemeral
//! container. Allowed: undefined or 0. Where a pod has `hostNetwork`, Kubernetes fills in `hostPort` with
//! `containerPort`. <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::violation::{Part, Remedy, Violation, Wrong, list};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/host-ports",
            severity: Severity::Medium,
            title: "port of the node taken by a container",
            why: "A port of the node is open to whoever reaches the node, past Services and often past \
                  network policies, and may pose as a service of the node.",
            mend: "Remove hostPort, and hostNetwork where the pod has it; make the port reachable through a \
                   Service instead.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/concepts/configuration/overview/#services",
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
    for container in template.containers.iter().filter(|container| !container.host_ports.is_empty()) {
        let ports = list(&container.host_ports);
        let wrong = Wrong {
            what: format!("takes hostPort {ports} on its node"),
            expected: "undefined or 0".into(),
            actual: ports,
            remedy: Remedy::Remove,
        };
        violations.push(Part::Container(container).violation("ports.hostPort", wrong));
    }
}
