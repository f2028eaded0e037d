//! `appArmorProfiles`: the `AppArmor` profile that applies to a container must be set and be one of these.
//! Where the list is empty, none may be set. It is the container's own; else that of the annotation
//! `container.apparmor.security.beta.kubernetes.io/NAME`, which the API server makes the container's own
//! since v1.30; else the pod's.

use super::any_of;
use super::confinement::{self, Confinement};
use super::setting::Setting;
use crate::baseline::Profile;
use crate::checks::pod_security::app_armor_profile::ANNOTATION;
use crate::checks::pod_security::violation::Violation;
use crate::snapshot::{Container, PodTemplate};

pub(super) fn judge(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(allowed) = &profile.app_armor_profiles else { return };
    let setting = Setting {
        template,
        field: "securityContext.appArmorProfile",
        noun: "AppArmor profile",
        of_pod: template.security.app_armor.as_deref().map(Confinement::of),
        of_container,
    };
    let is_allowed = |profile: Option<Confinement<'_>>| confinement::allows(allowed, profile);
    setting.judge(is_allowed, Confinement::rendered, || any_of(allowed), violations);
}

fn of_container<'a>(template: &'a PodTemplate, container: &'a Container) -> Option<Confinement<'a>> {
    let is_of = |key: &str| key.strip_prefix(ANNOTATION) == Some(&*container.name);
    let annotation = || template.profile_annotations.iter().find(|(key, _)| is_of(key));
    match container.app_armor.as_deref() {
        Some(profile) => Some(Confinement::of(profile)),
        None => annotation().and_then(|(_, value)| of_annotation(value)),
    }
}

fn of_annotation(value: &str) -> Option<Confinement<'_>> {
    let plain = |kind| Some(Confinement { kind, name: "" });
    match value {
        "" => None,
        "runtime/default" => plain("RuntimeDefault"),
        "unconfined" => plain("Unconfined"),
        _ => match value.strip_prefix("localhost/") {
            Some(name) => Some(Confinement { kind: "Localhost", name }),
            None => plain(value),
        },
    }
}
