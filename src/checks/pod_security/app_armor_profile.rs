//! No pod may leave the `AppArmor` profile that its node gives it, but for one that the node holds.
//!
//! Level baseline, since v1.0. Fields: `securityContext.appArmorProfile.type` of the pod and of every
//! container, init container and ephemeral container; allowed: undefined, `RuntimeDefault` or `Localhost`.
//! And every annotation that begins with `container.apparmor.security.beta.kubernetes.io/`, of whatever
//! container; allowed: empty, `runtime/default` or `localhost/*`.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::confinement;
use super::violation::{Part, Remedy, Violation, Wrong, settings, shown};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/app-armor-profile",
            severity: Severity::Medium,
            title: "AppArmor switched off",
            why: "AppArmor keeps a container from files and calls that it does not need. A container \
                  without a profile has lost that wall between itself and the node.",
            mend: "Remove the profile, which leaves the default of the container runtime, or set its type \
                   to RuntimeDefault or Localhost.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/tutorials/security/apparmor/",
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

/// The beginning of the annotations that set a profile, before the container's name.
pub(super) const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn judge(template: &PodTemplate, _: Version, violations: &mut Vec<Violation>) {
    for (part, profile) in settings(template, &template.security.app_armor, |it| &it.app_armor) {
        if let Some(profile) = profile.as_deref().filter(|profile| !confinement::is_allowed(profile)) {
            let wrong = confinement::wrong("AppArmor", profile);
            violations.push(part.violation("securityContext.appArmorProfile.type", wrong));
        }
    }
    for (key, value) in &template.profile_annotations {
        let Some(container) = key.strip_prefix(ANNOTATION) else { continue };
        if !(value.is_empty() || **value == *"runtime/default" || value.starts_with("localhost/")) {
            let wrong = Wrong {
                what: format!("gives container {container} the AppArmor profile {}", shown(value)),
                expected: "undefined, runtime/default or localhost/*".into(),
                actual: shown(value),
                remedy: Remedy::Remove,
            };
            violations.push(Part::Metadata.violation(&format!("annotations[{key}]"), wrong));
        }
    }
}
