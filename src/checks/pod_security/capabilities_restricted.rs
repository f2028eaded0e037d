//! Every container must drop all capabilities, and may add none but `NET_BIND_SERVICE`.
//!
//! Level restricted, since v1.22; it takes the place of `capabilities-baseline`. Fields:
//! `securityContext.capabilities.drop` of every container, init container and ephemeral container, which must
//! hold `ALL`, written exactly so; and `securityContext.capabilities.add`; allowed: `NET_BIND_SERVICE`. Since
//! v1.25 pods of Windows, which knows no capabilities, are let pass.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>

use std::sync::Arc;

use super::Control;
use super::control::WINDOWS_EXEMPT;
use super::violation::{Part, Remedy, UNSET, Violation, Wrong, list};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::{Container, PodTemplate};

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/capabilities-restricted",
            severity: Severity::Medium,
            title: "capability that is not dropped",
            why: "Container runtimes give every container some of root's capabilities, which hardly any \
                  program needs and from which exploits are made; one that is added makes it worse.",
            mend: "Set securityContext.capabilities.drop to [ALL] on every container, and add nothing but \
                   NET_BIND_SERVICE, where a low port is bound.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
                "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Restricted,
    since: Version::minor(22),
    overridden_by: None,
    judge,
};

fn judge(template: &PodTemplate, version: Version, violations: &mut Vec<Violation>) {
    if template.windows && version >= WINDOWS_EXEMPT {
        return;
    }
    for container in &template.containers {
        if !container.dropped_capabilities.iter().any(|capability| **capability == *"ALL") {
            violations.push(undropped(container));
        }
        if container.added_capabilities.iter().any(is_forbidden) {
            violations.push(added(container));
        }
    }
}

fn is_forbidden(capability: &Arc<str>) -> bool {
    **capability != *"NET_BIND_SERVICE"
}

fn undropped(container: &Container) -> Violation {
    let dropped = &container.dropped_capabilities;
    let wrong = Wrong {
        what: "does not drop all capabilities".to_owned(),
        expected: "a list with ALL".into(),
        actual: if dropped.is_empty() { UNSET.to_owned() } else { list(dropped) },
        remedy: Remedy::Set("[ALL]".into()),
    };
    Part::Container(container).violation("securityContext.capabilities.drop", wrong)
}

fn added(container: &Container) -> Violation {
    let forbidden = list(container.added_capabilities.iter().filter(|it| is_forbidden(it)));
    let wrong = Wrong {
        what: format!("adds {forbidden} to its capabilities"),
        expected: "none but NET_BIND_SERVICE".into(),
        actual: forbidden.clone(),
        remedy: Remedy::Without(forbidden),
    };
    Part::Container(container).violation("securityContext.capabilities.add", wrong)
}
