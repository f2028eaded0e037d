//! `allowedHostPaths`: which paths of the host volumes may mount, and how.
//!
//! A prefix allows itself and what is below it, element by element: `/foo` allows `/foo/` and `/foo/bar`, not
//! `/fool`, and `/` allows everything. A path with an element `..` could lead out again and is never allowed.
//! Where only prefixes with `readOnly` allow the path, every mount of the volume must be `readOnly`.

use super::{any_of, remedy};
use crate::baseline::{HostPath, Profile};
use crate::checks::pod_security::violation::{Part, Remedy, Violation, Wrong, shown};
use crate::snapshot::{Container, PodTemplate};

/// Adds how the volume of this name, which mounts this path, violates it.
pub(super) fn judge(
    profile: &Profile,
    template: &PodTemplate,
    volume: &str,
    path: &str,
    violations: &mut Vec<Violation>,
) {
    let Some(allowed) = &profile.allowed_host_paths else { return };
    let mut matching = allowed.iter().filter(|it| holds(&it.prefix, path)).peekable();
    if matching.peek().is_none() {
        violations.push(of_path(allowed, volume, path));
    } else if matching.all(|it| it.read_only) {
        let writes = |container: &&Container| {
            container.host_path_mounts.iter().any(|mount| *mount.volume == *volume && !mount.read_only)
        };
        let writing = template.containers.iter().filter(writes);
        violations.extend(writing.map(|container| of_mount(container, volume, path)));
    }
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
