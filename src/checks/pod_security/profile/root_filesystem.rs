//! `readOnlyRootFilesystem`: every container must have it set to true.

use crate::baseline::Profile;
use crate::checks::pod_security::violation::{Part, Remedy, Violation, Wrong};
use crate::snapshot::PodTemplate;

pub(super) fn judge(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    if !profile.read_only_root_filesystem {
        return;
    }
    for container in template.containers.iter().filter(|it| !it.read_only_root_filesystem) {
        let wrong = Wrong {
            what: "can write to its root filesystem".to_owned(),
            expected: "true".into(),
            actual: "undefined or false".to_owned(),
            remedy: Remedy::Set("true".into()),
        };
        violations
            .push(Part::Container(container).violation("securityContext.readOnlyRootFilesystem", wrong));
    }
}
