//! No pod may have volumes but of the sources that are safe in any pod.
//!
//! Level restricted, since v1.0; it takes the place of `host-path-volumes`. Field: `spec.volumes[*]`. Allowed
//! at every version: `configMap`, `csi`, `downwardAPI`, `emptyDir`, `ephemeral`, `image`,
//! `persistentVolumeClaim`, `projected` and `secret`; a volume without a source is an `emptyDir`.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>

use super::Control;
use super::violation::{Part, Remedy, Violation, Wrong, shown};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::{PodTemplate, VolumeSource};

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/restricted-volumes",
            severity: Severity::High,
            title: "volume of a source that is not allowed",
            why: "A volume that names a path on the node, or a storage system past the persistent volumes \
                  that an administrator made, reaches what is not the pod's: files of the node, the data of \
                  others.",
            mend: "Take the volume from a persistentVolumeClaim, an emptyDir, a configMap or another source \
                   that is allowed.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
                "https://kubernetes.io/docs/concepts/storage/volumes/",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Restricted,
    since: Version::minor(0),
    overridden_by: None,
    judge,
};

fn judge(template: &PodTemplate, _: Version, violations: &mut Vec<Violation>) {
    for volume in template.volumes.iter().filter(|volume| !is_allowed(volume.source.field())) {
        let source = volume.source.field();
        let (what, actual) = match &volume.source {
            VolumeSource::HostPath(path) => (
                format!("has {} of its node as volume {}", shown(path), volume.name),
                format!("hostPath {}", shown(path)),
            ),
            VolumeSource::Csi(_)
            | VolumeSource::Secret(_)
            | VolumeSource::Projected(_)
            | VolumeSource::Other(_) => {
                (format!("takes volume {} from {source}", volume.name), source.to_owned())
            }
        };
        let wrong = Wrong {
            what,
            expected: "a source that is safe in any pod, such as persistentVolumeClaim or emptyDir".into(),
            actual,
            remedy: Remedy::Remove,
        };
        violations.push(Part::Pod.violation(&format!("volumes[{}].{source}", volume.name), wrong));
    }
}

fn is_allowed(source: &str) -> bool {
    matches!(
        source,
        "configMap"
            | "csi"
            | "downwardAPI"
            | "emptyDir"
            | "ephemeral"
            | "image"
            | "persistentVolumeClaim"
            | "projected"
            | "secret"
    )
}
