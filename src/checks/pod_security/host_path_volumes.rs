//! No pod may have a volume that is a path on its node.
//!
//! Level baseline, since v1.0; at level restricted `restricted-volumes` takes its place. Field:
//! `spec.volumes[*].hostPath`. Allowed: undefined.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>

use super::Control;
use super::restricted_volumes;
use super::violation::{Part, Remedy, Violation, Wrong, shown};
use crate::baseline::{Level, Version};
use crate::checks::{Check, GOVERNED_PODS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::{PodTemplate, VolumeSource};

pub(crate) static CONTROL: Control = Control {
    check: Check {
        info: CheckInfo {
            id: "pod-security/host-path-volumes",
            severity: Severity::High,
            title: "volume that is a path on the node",
            why: "Files of the node are its secrets, its credentials and its software. A pod that can read \
                  them, or write them, is close to owning the node and every pod on it.",
            mend: "Take the volume from a persistentVolumeClaim, an emptyDir, a configMap or another source \
                   that belongs to the pod.",
            references: &[
                "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
                "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
            ],
        },
        reads: GOVERNED_PODS,
        rule: Rule::Workload(|_, subject| CONTROL.evaluate(subject)),
    },
    level: Level::Baseline,
    since: Version::minor(0),
    overridden_by: Some(&restricted_volumes::CONTROL),
    judge,
};

fn judge(template: &PodTemplate, _: Version, violations: &mut Vec<Violation>) {
    for volume in &template.volumes {
        let VolumeSource::HostPath(path) = &volume.source else { continue };
        let wrong = Wrong {
            what: format!("has {} of its node as volume {}", shown(path), volume.name),
            expected: "undefined".into(),
            actual: shown(path),
            remedy: Remedy::Remove,
        };
        violations.push(Part::Pod.violation(&format!("volumes[{}].hostPath", volume.name), wrong));
    }
}
