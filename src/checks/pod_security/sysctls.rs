//! No pod may set kernel parameters but those that stay within it.
//!
//! Level baseline, since v1.0. Field: `spec.securityContext.sysctls[*].name`. Allowed:
//! `kernel.shm_rmid_forced` and, each with `net.ipv4.` before it, `ip_local_port_range`,
//! `ip_unprivileged_port_start`, `ping_group_range` and `tcp_syncookies`; since v1.27
//! `ip_local_reserved_ports`; since v1.29 `tcp_fin_timeout`, `tcp_keepalive_intvl`, `tcp_keepalive_probes`
//! and `tcp_keepalive_time`; since v1.32 `tcp_rmem` and `tcp_wmem`; since v1.37 `tcp_notsent_lowat` and
//! `tcp_slow_start_after_idle`.
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
            id: "pod-security/sysctls",
            severity: Severity::Medium,
            title: "kernel parameter that is not safe",
            why: "Kernel parameters beyond the safe ones can switch protections off, or act on every pod of \
                  the node.",
            mend: "Remove the parameter from securityContext.sysctls; what a whole node needs belongs into \
                   the configuration of the node.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/",
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
    let is_allowed = |name: &str| allowed_since(name).is_some_and(|since| since <= version);
    for (name, value) in template.security.sysctls.iter().filter(|(name, _)| !is_allowed(name)) {
        let wrong = Wrong {
            what: format!("sets the kernel parameter {name}"),
            expected: "undefined".into(),
            actual: shown(value),
            remedy: Remedy::Remove,
        };
        violations.push(Part::Pod.violation(&format!("securityContext.sysctls[{name}]"), wrong));
    }
}

/// The version from which on a parameter of this name is allowed.
fn allowed_since(name: &str) -> Option<Version> {
    let minor = match name.strip_prefix("net.ipv4.") {
        None if name == "kernel.shm_rmid_forced" => 0,
        Some(
            "ip_local_port_range" | "ip_unprivileged_port_start" | "ping_group_range" | "tcp_syncookies",
        ) => 0,
        Some("ip_local_reserved_ports") => 27,
        Some("tcp_fin_timeout" | "tcp_keepalive_intvl" | "tcp_keepalive_probes" | "tcp_keepalive_time") => 29,
        Some("tcp_rmem" | "tcp_wmem") => 32,
        Some("tcp_notsent_lowat" | "tcp_slow_start_after_idle") => 37,
        _ => return None,
    };
    Some(Version::minor(minor))
}
