//! `allowedHostPaths`: which paths of the host volumes may mount, and how.
//!
//! A prefix allows itself and what is below it, element by element: `/foo` allows `/foo/` and `/foo/bar`, not
//! `/fool`, and `/` allows everything. A path with an element `..` could lead out again and is never allowed.
//! Where only prefixes with `readOnly` allow the path, every mount of the volume must be `readOnly`.

use super::{any_of, remedy};
use crate::baseline::{HostPath, Profile};
use crate::checks::pod_security::violation::{Part, Remedy, Violation, Wrong, shown};
use crate::snapshot::{Container, PodTemplate, Volume, VolumeSource};

/// Up to so many volumes are gone through for each mount, which costs no allocation; more are sorted first, since
/// there may be as many mounts as volumes.
const SCANNED_MAX: usize = 32;

/// How the path that the volume of this name mounts violates it.
pub(super) fn judge_path(profile: &Profile, volume: &str, path: &str) -> Option<Violation> {
    let allowed = profile.allowed_host_paths.as_ref()?;
    let forbidden = !allowed.iter().any(|it| holds(&it.prefix, path));
    forbidden.then(|| of_path(allowed, volume, path))
}

/// Adds the containers that may write to a volume which is only allowed `readOnly`.
pub(super) fn judge_mounts(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(allowed) = &profile.allowed_host_paths else { return };
    let mut sorted: Vec<&Volume> = Vec::new();
    if template.volumes.len() > SCANNED_MAX {
        sorted.extend(template.volumes.iter().filter(|volume| read_only_path(allowed, volume).is_some()));
        sorted.sort_unstable_by_key(|volume| &volume.name);
    }
    let find = |name: &str| {
        if template.volumes.len() <= SCANNED_MAX {
            let mut named = template.volumes.iter().filter(|volume| *volume.name == *name);
            return named.find_map(|volume| read_only_path(allowed, volume));
        }
        let place = sorted.binary_search_by_key(&name, |volume| &volume.name).ok()?;
        read_only_path(allowed, sorted[place])
    };
    for container in &template.containers {
        for mount in container.host_path_mounts.iter().filter(|mount| !mount.read_only) {
            let path = find(&mount.volume);
            violations.extend(path.map(|path| of_mount(container, &mount.volume, path)));
        }
    }
}

/// The path of the host that the volume mounts, where it is allowed, and only `readOnly`.
fn read_only_path<'a>(allowed: &[HostPath], volume: &'a Volume) -> Option<&'a str> {
    let VolumeSource::HostPath(path) = &volume.source else { return None };
    let mut matching = allowed.iter().filter(|it| holds(&it.prefix, path)).peekable();
    matching.peek()?;
    matching.all(|it| it.read_only).then_some(path)
}

/// Whether the path is the prefix or below it.
fn holds(prefix: &str, path: &str) -> bool {
    let trimmed = |text: &'_ str| text.len() - usize::from(text.ends_with('/'));
    let (prefix, path) = (&prefix[..trimmed(prefix)], &path[..trimmed(path)]);
    let below = path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below && path.split('/').all(|element| element != "..")
}

fn of_path(allowed: &[HostPath], volume: &str, path: &str) -> Violation {
    let expected = any_of(allowed.iter().map(|it| &it.prefix));
    let wrong = Wrong {
        what: format!("has the volume {volume} from {} on the host", shown(path)),
        remedy: remedy(&expected),
        expected: expected.into(),
        actual: shown(path),
    };
    Part::Pod.violation(&format!("volumes[{volume}].hostPath.path"), wrong)
}

fn of_mount(container: &Container, volume: &str, path: &str) -> Violation {
    let wrong = Wrong {
        what: format!("can write to {} on the host", shown(path)),
        expected: "true".into(),
        actual: "undefined or false".to_owned(),
        remedy: Remedy::Set("true".into()),
    };
    Part::Container(container).violation(&format!("volumeMounts[{volume}].readOnly"), wrong)
}
