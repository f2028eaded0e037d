//! A pod must keep to the declared profile: what `PodSecurityPolicy` could ask beyond the standards.
//!
//! Where a baseline that governs the namespace has `podSecurity.profile`. Its fields ask what those of
//! `PodSecurityPolicy` asked (`policy/v1beta1`, until v1.24), by its validation alone: nothing is filled in
//! for the pod, and no policy is chosen for it. Each file beside this one says what it asks. A field that is
//! left out asks nothing. Namespaces and runtime classes that are declared to be exempt are not judged.
//! <https://kubernetes.io/docs/reference/access-authn-authz/psp-to-pod-security-standards/>

mod app_armor;
mod capabilities;
mod confinement;
mod host_paths;
mod host_ports;
mod ranges;
mod root_filesystem;
mod runtime_class;
mod se_linux;
mod seccomp;
mod setting;
mod sysctls;
mod users;
mod volumes;

use super::control::is_exempt;
use super::findings;
use super::violation::{Remedy, Violation, list};
use crate::baseline::Profile;
use crate::checks::{Check, Facts, GOVERNED_PODS, Governed, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "pod-security/profile",
        severity: Severity::Medium,
        title: "pod outside the declared profile",
        why: "The Pod Security Standards say nothing of read-only filesystems, of which users and groups a \
              container may be, or of the drivers and runtime classes that it uses: the profile is where \
              that is declared.",
        mend: "Write what the profile allows; where the pod needs more, widen the profile or declare a waiver.",
        references: &[
            "https://kubernetes.io/docs/reference/access-authn-authz/psp-to-pod-security-standards/",
            "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        ],
    },
    reads: GOVERNED_PODS,
    rule: Rule::Workload(evaluate),
};

/// How a pod violates a field of the profile. It allocates nothing for a pod that does not.
type Judge = fn(&Profile, &PodTemplate, &mut Vec<Violation>);

/// What is asked of every pod.
static OF_ANY_POD: [Judge; 3] = [host_ports::judge, runtime_class::judge, volumes::judge];

/// What is asked of pods of Linux alone: the API server lets no pod of Windows set these fields.
static OF_LINUX: [Judge; 11] = [
    app_armor::judge,
    capabilities::judge_added,
    capabilities::judge_dropped,
    root_filesystem::judge,
    se_linux::judge,
    seccomp::judge,
    sysctls::judge,
    users::judge_fs_group,
    users::judge_group,
    users::judge_supplemental_groups,
    users::judge_user,
];

fn evaluate(_: &Facts<'_>, subject: &Governed<'_>) -> Vec<Finding> {
    let namespace = &subject.workload.object.key.namespace;
    findings(subject, |baseline, template, violations| {
        let Some(declared) = &baseline.pod_security else { return };
        if let Some(profile) = &declared.profile
            && !is_exempt(&declared.exempt, namespace, template)
        {
            judge(profile, template, violations);
        }
    })
}

fn judge(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let of_linux = if template.windows { &[][..] } else { &OF_LINUX };
    for judge in OF_ANY_POD.iter().chain(of_linux) {
        judge(profile, template, violations);
    }
}

/// How a list that allows nothing is shown.
const NONE: &str = "none";

/// What a list allows, as evidence.
fn any_of<T: Ord + ToString>(allowed: impl IntoIterator<Item = T>) -> String {
    let allowed = list(allowed);
    if allowed.is_empty() { NONE.to_owned() } else { allowed }
}

/// What to write instead, of what [`any_of`] shows.
fn remedy(allowed: &str) -> Remedy {
    if allowed == NONE { Remedy::Remove } else { Remedy::Set(format!("one of {allowed}").into()) }
}

#[cfg(test)]
mod tests;
