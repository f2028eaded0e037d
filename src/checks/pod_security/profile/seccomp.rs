//! `seccompProfiles`: the seccomp profile that applies to a container, its own or else the pod's, must be set
//! and be one of these. Where the list is empty, none may be set. The annotations that once set profiles do
//! nothing since v1.27, and are not read.

use super::any_of;
use super::confinement::{self, Confinement};
use super::setting::Setting;
use crate::baseline::Profile;
use crate::checks::pod_security::violation::Violation;
use crate::snapshot::PodTemplate;

pub(super) fn judge(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(allowed) = &profile.seccomp_profiles else { return };
    let setting = Setting {
        template,
        field: "securityContext.seccompProfile",
        noun: "seccomp profile",
        of_pod: template.security.seccomp.as_deref().map(Confinement::of),
        of_container: |_, container| container.seccomp.as_deref().map(Confinement::of),
    };
    let is_allowed = |profile: Option<Confinement<'_>>| confinement::allows(allowed, profile);
    setting.judge(is_allowed, Confinement::rendered, || any_of(allowed), violations);
}
