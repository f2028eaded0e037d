//! `volumes`, `allowedHostPaths` and `allowedCSIDrivers`: where volumes may come from.
//!
//! A volume must be of an allowed type; `*` allows any. The volume that the API server adds for the token of
//! the service account is let pass where `secret` is, which it replaced. Of a type that is allowed, the
//! host's path or the CSI driver must be allowed too; the list of drivers is about inline volumes alone.

use super::{any_of, host_paths, remedy};
use crate::baseline::Profile;
use crate::checks::pod_security::violation::{Part, Remedy, Violation, Wrong, shown};
use crate::snapshot::{PodTemplate, TOKEN_VOLUME, Volume, VolumeSource};

pub(super) fn judge(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    for volume in &template.volumes {
        match (&profile.volumes, &volume.source) {
            (Some(types), _) if !is_allowed(types, volume) => violations.push(of_type(types, volume)),
            (_, VolumeSource::HostPath(path)) => {
                violations.extend(host_paths::judge_path(profile, &volume.name, path));
            }
            (_, VolumeSource::Csi(driver)) => violations.extend(of_driver(profile, volume, driver)),
            (_, VolumeSource::Secret(_) | VolumeSource::Projected(_) | VolumeSource::Other(_)) => {}
        }
    }
    // Where they are of no allowed type, more is not asked of them.
    if profile.volumes.as_ref().is_none_or(|types| is_listed(types, "hostPath")) {
        host_paths::judge_mounts(profile, template, violations);
    }
}

fn is_allowed(types: &[String], volume: &Volume) -> bool {
    let field = volume.source.field();
    let token = field == "projected" && *volume.name == *TOKEN_VOLUME;
    is_listed(types, field) || (token && is_listed(types, "secret"))
}

fn is_listed(types: &[String], field: &str) -> bool {
    types.iter().any(|it| it == field || it == "*")
}

fn of_type(types: &[String], volume: &Volume) -> Violation {
    let (name, field) = (&volume.name, volume.source.field());
    let wrong = Wrong {
        what: format!("has the volume {name} of the type {field}"),
        expected: any_of(types).into(),
        actual: field.to_owned(),
        remedy: Remedy::Remove,
    };
    Part::Pod.violation(&format!("volumes[{name}]"), wrong)
}

fn of_driver(profile: &Profile, volume: &Volume, driver: &str) -> Option<Violation> {
    let drivers = profile.allowed_csi_drivers.as_ref()?;
    if drivers.iter().any(|it| it == driver) {
        return None;
    }
    let name = &volume.name;
    let expected = any_of(drivers);
    let wrong = Wrong {
        what: format!("has the volume {name} of the CSI driver {}", shown(driver)),
        remedy: remedy(&expected),
        expected: expected.into(),
        actual: shown(driver),
    };
    Some(Part::Pod.violation(&format!("volumes[{name}].csi.driver"), wrong))
}
