//! What makes a control: at which levels and versions it applies, and how it judges a pod.

use super::{Violation, findings};
use crate::baseline::{Exempt, Level, Version};
use crate::checks::{Check, Governed};
use crate::model::Finding;
use crate::snapshot::PodTemplate;

/// From this version on, pods of Windows are not asked for what only Linux knows.
pub(super) const WINDOWS_EXEMPT: Version = Version::minor(25);

/// From this version on, a pod with a user namespace of its own may do more, because root there is nobody on the
/// node.
pub(super) const USER_NAMESPACE_RELAXED: Version = Version::minor(35);

/// A control of the Pod Security Standards.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) check: Check,
    /// The loosest level that asks it.
    pub(super) level: Level,
    /// The version of the standards that brought it.
    pub(super) since: Version,
    /// The stricter control that takes its place wherever that one applies.
    pub(super) overridden_by: Option<&'static Control>,
    pub(super) judge: Judge,
}

/// How a pod violates a control, by the standards of a version. It allocates nothing for a pod that does not.
type Judge = fn(&PodTemplate, Version, &mut Vec<Violation>);

impl Control {
    /// Whether the standards of this level and version ask it.
    pub(crate) fn applies(&self, level: Level, version: Version) -> bool {
        let overridden = || self.overridden_by.is_some_and(|control| control.applies(level, version));
        self.level <= level && self.since <= version && !overridden()
    }

    /// Adds how the pod violates it.
    pub(crate) fn judge(&self, template: &PodTemplate, version: Version, violations: &mut Vec<Violation>) {
        (self.judge)(template, version, violations);
    }

    /// How a workload violates it, for each baseline that asks it.
    pub(super) fn evaluate(&self, subject: &Governed<'_>) -> Vec<Finding> {
        let namespace = &subject.workload.object.key.namespace;
        findings(subject, |baseline, template, violations| {
            let Some(declared) = &baseline.pod_security else { return };
            if self.applies(declared.level, declared.version)
                && !is_exempt(&declared.exempt, namespace, template)
            {
                self.judge(template, declared.version, violations);
            }
        })
    }
}

/// Whether admission lets the pod pass unseen, so that nobody can be asked to mend it.
pub(super) fn is_exempt(exempt: &Exempt, namespace: &str, template: &PodTemplate) -> bool {
    let class_is = |name: &String| template.runtime_class.as_deref() == Some(name.as_str());
    exempt.namespaces.iter().any(|name| name == namespace) || exempt.runtime_classes.iter().any(class_is)
}
