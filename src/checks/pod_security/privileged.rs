//! No container may be privileged.
//!
//! Level baseline, since v1.0. Field: `securityContext.privileged` of every container, init container and
//! ephemeral container. Allowed: undefined or false.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::violation::{Part, Remedy, Violation, Wrong};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/privileged",
            severity: Severity::Critical,
            title: "privileged container",
            why: "A privileged container has every right of root on its node: whoever gets into it owns the \
                  node, with every pod and secret there.",
            mend: "Remove securityContext.privileged from the container, or set it to false; where it needs \
                   a single right, add that one capability instead.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/#privileged-containers",
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
    for container in template.containers.iter().filter(|container| container.privileged) {
        let wrong = Wrong {
            what: "is privileged".to_owned(),
            expected: "undefined or false".into(),
            actual: "true".to_owned(),
            remedy: Remedy::Set("false".into()),
        };
        violations.push(Part::Container(container).violation("securityContext.privileged", wrong));
    }
}
