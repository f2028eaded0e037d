//! No pod may choose its `SELinux` type freely, nor its user or role at all.
//!
//! Level baseline, since v1.0. Fields: `securityContext.seLinuxOptions` of the pod and of every container,
//! init container and ephemeral container: `type`; allowed: undefined, empty, `container_t`,
//! `container_init_t`, `container_kvm_t` and, since v1.31, `container_engine_t`; `user` and `role`; allowed:
//! undefined or empty. `level` is free.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::violation::{Part, Remedy, Violation, Wrong, settings, shown};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/se-linux-options",
            severity: Severity::Medium,
            title: "SELinux options beyond those for containers",
            why: "SELinux keeps a container from what is not labelled as its own. Another type, user or \
                  role can lift that wall, spc_t altogether.",
            mend: "Remove user and role from seLinuxOptions, and its type or set it to container_t.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#assign-selinux-labels-to-a-container",
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

fn judge(template: &PodTemplate, version: Version, violations: &mut Vec<Violation>) {
    for (part, options) in settings(template, &template.security.se_linux, |it| &it.se_linux) {
        let Some(options) = options.as_deref() else { continue };
        if !is_allowed(&options.kind, version) {
            let expected = "undefined or a type for containers, such as container_t";
            violations.push(violation(part, "type", &options.kind, expected));
        }
        for (field, value) in [("user", &options.user), ("role", &options.role)] {
            if !value.is_empty() {
                violations.push(violation(part, field, value, "undefined"));
            }
        }
    }
}

fn is_allowed(kind: &str, version: Version) -> bool {
    match kind {
        "" | "container_t" | "container_init_t" | "container_kvm_t" => true,
        "container_engine_t" => version >= Version::minor(31),
        _ => false,
    }
}

fn violation(part: Part<'_>, field: &str, value: &str, expected: &'static str) -> Violation {
    let wrong = Wrong {
        what: format!("has the SELinux {field} {}", shown(value)),
        expected: expected.into(),
        actual: shown(value),
        remedy: Remedy::Remove,
    };
    part.violation(&format!("securityContext.seLinuxOptions.{field}"), wrong)
}
