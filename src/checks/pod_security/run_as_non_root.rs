//! Every container must be made to run as another user than root.
//!
//! Level restricted, since v1.0. Fields: `securityContext.runAsNonRoot` of the pod and of every container,
//! init container and ephemeral container. Allowed: `true`; undefined in a container where the pod has true.
//! Since v1.35 pods with a user namespace of their own (`hostUsers: false`) are let pass.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>

use super::Control;
use super::control::USER_NAMESPACE_RELAXED;
use super::violation::{Part, Remedy, Violation, Wrong, leaving};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/run-as-non-root",
            severity: Severity::Medium,
            title: "container that may run as root",
            why: "Root in a container is root on the node once it gets out, and has more ways to get out.",
            mend: "Set securityContext.runAsNonRoot to true for the pod, and remove it from containers that \
                   set it to false; the image must then have a user whose number is not 0.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
                "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Restricted,
    since: Version::minor(0),
    overridden_by: None,
    judge,
};

const FIELD: &str = "securityContext.runAsNonRoot";

/// What is mended in one place is one violation: containers that leave it to the pod are named in the pod's.
fn judge(template: &PodTemplate, version: Version, violations: &mut Vec<Violation>) {
    if template.user_namespace && version >= USER_NAMESPACE_RELAXED {
        return;
    }
    match template.security.run_as_non_root {
        Some(true) => {}
        Some(false) => violations.push(permitted(Part::Pod)),
        None => violations.extend(left_open(template)),
    }
    let permitting = template.containers.iter().filter(|it| it.run_as_non_root == Some(false));
    violations.extend(permitting.map(|container| permitted(Part::Container(container))));
}

fn permitted(part: Part<'_>) -> Violation {
    let wrong = Wrong {
        what: "may run as root".to_owned(),
        expected: "true".into(),
        actual: "false".to_owned(),
        remedy: Remedy::Set("true".into()),
    };
    part.violation(FIELD, wrong)
}

/// The violation of a pod that does not set it, where not every container does.
fn left_open(template: &PodTemplate) -> Option<Violation> {
    let open = leaving(template.containers.iter().filter(|it| it.run_as_non_root.is_none()))?;
    let wrong = Wrong {
        what: format!("does not keep its {open} from running as root"),
        expected: "true for the pod or for each container".into(),
        actual: format!("unset for the pod and for {open}"),
        remedy: Remedy::Set("true".into()),
    };
    Some(Part::Pod.violation(FIELD, wrong))
}
