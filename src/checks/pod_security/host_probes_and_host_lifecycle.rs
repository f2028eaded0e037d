//! No probe or lifecycle handler may name a host.
//!
//! Level baseline, since v1.34. Fields: `httpGet.host` and `tcpSocket.host` of `livenessProbe`,
//! `readinessProbe`, `startupProbe`, `lifecycle.postStart` and `lifecycle.preStop` of every container, init
//! container and ephemeral container. Allowed: undefined or empty, which is the pod itself.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::violation::{Part, Remedy, Violation, Wrong, shown};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/host-probes-and-host-lifecycle",
            severity: Severity::Medium,
            title: "probe or handler that names a host",
            why: "The kubelet sends these requests from the node. Whoever may name their host makes the \
                  node knock at doors that are closed to pods, such as services that listen on the node \
                  alone.",
            mend: "Remove host from the probe or handler, which then asks the pod itself.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Baseline,
    since: Version::minor(34),
    overridden_by: None,
    judge,
};

fn judge(template: &PodTemplate, _: Version, violations: &mut Vec<Violation>) {
    for container in &template.containers {
        for (field, host) in &container.handler_hosts {
            let field = field.path();
            let wrong = Wrong {
                what: format!("names the host {} in {field}", shown(host)),
                expected: "undefined or empty".into(),
                actual: shown(host),
                remedy: Remedy::Remove,
            };
            violations.push(Part::Container(container).violation(field, wrong));
        }
    }
}
